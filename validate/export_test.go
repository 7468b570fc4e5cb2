package validate

// MessageCodes returns all codes that have texts.
func MessageCodes() []string {
	var codes []string
	for code := range messages {
		codes = append(codes, code)
	}
	return codes
}

// MessageTemplates returns the texts of a code with their parameters unfilled.
func MessageTemplates(code string) (ru, en string) { return messages[code].ru, messages[code].en }
