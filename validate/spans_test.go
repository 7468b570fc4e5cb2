package validate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/validate"
)

func TestTwigSpans(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   []string
	}{
		{`plain { text } {`, nil},
		{`a{{ b }}c{% d %}e{# f #}g`, []string{`{{ b }}`, `{% d %}`, `{# f #}`}},
		{`{{- b -}} {%~ d ~%} {#- f -#}`, []string{`{{- b -}}`, `{%~ d ~%}`, `{#- f -#}`}},
		{`{## doc ##} {##} {#}#}`, []string{`{## doc ##}`, `{##}`, `{#}#}`}},
		{`{{ "}}" }}{{ '%}' }}{% if a == "%}" %}`, []string{`{{ "}}" }}`, `{{ '%}' }}`, `{% if a == "%}" %}`}},
		{`{{ 'it\'s }}' }}`, []string{`{{ 'it\'s }}' }}`}},
		{`{{ {a: {b: 1}} }}}`, []string{`{{ {a: {b: 1}} }}`}},
		{`{{ [{a: 1}, "b"][0] }}`, []string{`{{ [{a: 1}, "b"][0] }}`}},
		{`{{ "a #{ {b: '}'}|json_encode } }}" }}c`, []string{`{{ "a #{ {b: '}'}|json_encode } }}" }}`}},
		{"{{ a # }} \n }}b", []string{"{{ a # }} \n }}"}},
		{"{{ a # }}\r }}b", []string{"{{ a # }}\r }}"}},
		{`{# {{ a }} {% b %} #}{{ c }}`, []string{`{# {{ a }} {% b %} #}`, `{{ c }}`}},
		{`{% verbatim %}{{ a }}{# b #}{% endverbatim %}{{ c }}`, []string{`{% verbatim %}`, `{% endverbatim %}`, `{{ c }}`}},
		{`{%- verbatim -%} {% if %} {%~ endverbatim ~%}`, []string{`{%- verbatim -%}`, `{%~ endverbatim ~%}`}},
		{`{% verbatim %}{{ a`, []string{`{% verbatim %}`}},
		{`{{ {{ }} }} }}`, []string{`{{ {{ }} }}`}},
		{`{{% a %}}`, []string{`{{% a %}}`}},
		{`{{ never ends %}`, []string{`{{ never ends %}`}},
		{`{# never ends }}`, []string{`{# never ends }}`}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			var got []string
			end := 0
			for _, s := range validate.TwigSpans(tt.source) {
				assert.GreaterOrEqual(t, s.Start, end)
				end = s.End
				got = append(got, tt.source[s.Start:s.End])
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
