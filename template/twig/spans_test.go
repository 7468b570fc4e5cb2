package twig_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

func TestSpans(t *testing.T) {
	for s, want := range map[string][]string{
		"plain { text % }":                                 nil,
		"a {{ b }} c{{- d -}} \n{{~ '}}' ~}}":              {"output {{ b }}", "output {{- d -}}", "output {{~ '}}' ~}}"},
		"{% if a %}\n{%- endif -%} \n":                     {"tag {% if a %}", "tag {%- endif -%}"},
		"{# a {{ b }} #}\n{#- c -#} {## d ##}\nx":          {"comment {# a {{ b }} #}", "comment {#- c -#}", "comment {## d ##}"},
		"{% verbatim %}{{ a }}{%- endverbatim -%} {{ b }}": {"verbatim {% verbatim %}{{ a }}{%- endverbatim -%}", "output {{ b }}"},
		"{% line 5 %}{% set x = {a: '%}'} %}":              {"tag {% line 5 %}", "tag {% set x = {a: '%}'} %}"},
		`{{ "a#{ "}}" }b" }}`:                              {`output {{ "a#{ "}}" }b" }}`},
		"{{ {a: {b: 1}} }}":                                {"output {{ {a: {b: 1}} }}"},
	} {
		spans, err := twig.Spans(s)
		require.NoError(t, err, s)
		var got []string
		for _, span := range spans {
			got = append(got, string(span.Kind)+" "+s[span.Start:span.End])
		}
		assert.Equal(t, want, got, s)
	}
	spans, err := twig.Spans("{{ a }}{{ b")
	assert.Len(t, spans, 1)
	_ = fault(t, err, template.KindSyntax)
}
