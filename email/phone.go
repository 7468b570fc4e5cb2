package email

import "strings"

// Phone gives the forms of a phone number that people search by: digits only, the E.164 form (without +) first.
// It returns nil where raw holds no number. It is safe for concurrent use. Whoever keeps the customers has one: see SearchText,
// Query and sqlstore.Options.
type Phone func(raw string) []string

// RussianPhone is the default Phone: a number of ten digits, or of eleven with a leading 7 or 8, is Russian and found
// as 7…, as 8… and without either; any other is found by its digits. For other countries' national notations there is
// email/phone.
func RussianPhone(raw string) []string {
	var b strings.Builder
	for _, r := range raw {
		if '0' <= r && r <= '9' {
			b.WriteRune(r)
		}
	}
	digits := b.String()
	if digits == "" {
		return nil
	}
	international := strings.HasPrefix(strings.TrimSpace(raw), "+")
	switch {
	case len(digits) == 11 && (digits[0] == '7' || digits[0] == '8' && !international):
		return []string{"7" + digits[1:], "8" + digits[1:]}
	case len(digits) == 10 && !international:
		return []string{"7" + digits, "8" + digits}
	}
	return []string{digits}
}
