package template_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/template"
)

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "",
		"plain {text} 100 % #1": "plain {text} 100 % #1",
		"{{ a }}":               "{{ '{{' }} a }}",
		"{% if %}{# c #}":       "{{ '{%' }} if %}{{ '{#' }} c #}",
		"{{{% {{{":              "{{ '{{' }}{{ '{%' }} {{ '{{' }}{",
		"{{{":                   "{{ '{{' }}{",
	} {
		assert.Equal(t, want, template.Literal(text), text)
	}
}
