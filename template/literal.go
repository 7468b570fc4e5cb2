package template

import "strings"

// Literal returns template source that prints text as it stands, also where it holds what Twig and Jinja take for their
// own: a subject or a text that somebody else wrote can be put into a letter to be edited, and is not run.
func Literal(text string) string {
	return delimiters.Replace(text)
}

var delimiters = strings.NewReplacer("{{", "{{ '{{' }}", "{%", "{{ '{%' }}", "{#", "{{ '{#' }}")
