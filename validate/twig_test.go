package validate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

func TestTwigSource(t *testing.T) {
	for _, tt := range []struct {
		name, source string
		want         []string // what the findings hold
	}{
		{"comment", `{# <a href="https://vk.cc/a">x</a> <script> #}ok`, nil},
		{"comment with trimming", "{#- bit.ly/a -#}\n{#~ <script> ~#}", nil},
		{"markup between tags", `{% if a %}<iframe src="{{ u }}">{% endif %}`, []string{`<iframe src="{{ u }}">`}},
		{"tag never true", `{% if false %}https://is.gd/a{% endif %}`, []string{"https://is.gd/a"}},
		{"verbatim", `{%- verbatim -%}{{ https://is.gd/a }}{% endverbatim %}`, []string{"https://is.gd/a"}},
		{"verbatim with other tags inside", `{% verbatim %}{% if %}is.gd/a{% endverbatim ~%}{# is.gd/b #}`, []string{"is.gd/a"}},
		{"endless verbatim", `{% verbatim %}{{ is.gd/a`, []string{"is.gd/a"}},
		{"a tag that only starts like verbatim", `{% verbatim x %}{{ 'is.gd/a' }}`, []string{"is.gd/a"}},
		{"verbatim holds no literals", `{% verbatim %}{{ 'a' {% endverbatim %}is.gd/a {{ 'b' }}`, []string{"is.gd/a"}},
		{"literal", `{{ link|default('https://is.gd/a') }}`, []string{"https://is.gd/a"}},
		{"raw literal", `{{ "<script>go()</script>"|raw }}`, []string{"<script>"}},
		{"literal with escapes", `{{ 'it\'s is.gd/a' }}`, []string{`it\'s is.gd/a`}},
		{"literal with hex escapes", `{{ "\x3cscript>" }}`, []string{`\x3cscript>`}},
		{"literal with a line break escape", `{{ "see\nis.gd/a" }}`, []string{`see\nis.gd/a`}},
		{"script URL literals", `<a href="{{ a ? 'vbscript:go()' : 'data:text/html,x' }}">`, []string{"vbscript:go()", "data:text/html,x"}},
		{"joined literals", `{{ 'https://' ~ 'is.gd' ~ '/a' }}`, []string{`https://' ~ 'is.gd' ~ '/a`}},
		{"joined with a variable", `{{ 'https://is.gd/' ~ code }}`, []string{`https://is.gd/`}},
		{"interpolation", `{{ "https://is.gd/#{ code|trim('}') }" }}`, []string{`https://is.gd/#{ code|trim('}') }`}},
		{"literal within an interpolation", `{{ "a#{ x ? 'is.gd/a' : '' }b" }}`, []string{`is.gd/a`}},
		{"script URL literal", `<a href="{{ url ?: 'javascript:go()' }}">x</a>`, []string{`javascript:go()`}},
		{"literal in a query", `<a href="https://a.example/?u={{ 'https://is.gd/a'|url_encode }}">x</a>`, nil},
		{"markup behind a slash", `a/{{ '<script>'|raw }}`, []string{"<script>"}},
		{"literal as a host", `<a href="https://{{ 'is.gd/a' }}">x</a>`, []string{"is.gd/a"}},
		{"literal unquoted", `<a href={{ 'https://is.gd/a' }}>x</a>`, []string{"{{ 'https://is.gd/a' }}", "https://is.gd/a"}},
		{"script URL literal behind a host", `<a href="https://{{ 'javascript:80' }}/">x</a>`, nil},
		{"pattern literal", `{{ url|replace({'javascript:': ''}) }}`, nil},
		{"compared literal", `{% if code == 'is.gd/a' %}x{% endif %}`, nil},
		{"nested braces", `{{ {a: {b: '}}'}} }} is.gd/a`, []string{"is.gd/a"}},
		{"inline comment", "{{ a # it's }} here\n }} is.gd/a", []string{"is.gd/a"}},
		{"code from a value", `<a href="https://is.gd/{{ code }}">x</a>`, []string{`href="https://is.gd/{{ code }}"`}},
		{"host from a value", `<a href="https://{{ host }}/a">x</a>`, nil},
		{"first branch", `<a href="{% if a %}https://is.gd/a{% else %}https://a.example/{% endif %}">x</a>`,
			[]string{`href="{% if a %}https://is.gd/a{% else %}https://a.example/{% endif %}"`}},
		{"second branch", `<a href="{% if a %}https://a.example/{% elseif b %}//b.example/{% else %}https://is.gd/a{% endif %}">x</a>`,
			[]string{`href="{% if a %}https://a.example/{% elseif b %}//b.example/{% else %}https://is.gd/a{% endif %}"`}},
		{"scheme by branch", `<a href="{% if s %}https{% else %}http{% endif %}://is.gd/a">x</a>`,
			[]string{`href="{% if s %}https{% else %}http{% endif %}://is.gd/a"`}},
		{"branch in the query", `<a href="https://a.example/?u={% if a %}https://is.gd/a{% endif %}">x</a>`, nil},
		{"skipped block", `<a href="{% if a %}#{% endif %}javascript:go()">x</a>`, []string{`href="{% if a %}#{% endif %}javascript:go()"`}},
		{"output behind a tag name", `<iframe{{ attributes }}>`, []string{`<iframe{{ attributes }}>`}},
		{"output within a handler", `<p onclick="{{ code }}">`, []string{`onclick="{{ code }}"`, `{{ code }}`}},
		{"output within a script", `<script>a({{ b }}, {{ c }})</script>`, []string{`<script>`, `{{ b }}`}},
		{"output within a style", `<p style="color:{{ c }}">{{ d }}</p>`, []string{`{{ c }}`}},
		{"output within a style sheet", `<style>p{color:{{ c }}}</style>{{ d }}`, []string{`{{ c }}`}},
		{"output without quotes", `<td width={{ w }} class="{{ c }}" {{ attributes }}>`, []string{`{{ w }}`}},
		{"quotes in an expression", `<p title="{{ t["a>b"] }}">is.gd/a</p>`, []string{"is.gd/a"}},
		{"endless output", `is.gd/a {{ 'x`, []string{"is.gd/a"}},
		{"endless comment", `is.gd/a {# is.gd/b`, []string{"is.gd/a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, validate.StageActivate, validate.Content{HTML: tt.source, Twig: true})
			var got []string
			for _, f := range r.Findings {
				got = append(got, tt.source[f.Start:f.End])
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestRenderingIsNotReadAsTwig(t *testing.T) {
	r := check(t, validate.StageSend, validate.Content{HTML: `{# <a href="https://vk.cc/a">x</a> #}`})
	assert.Len(t, r.Findings, 1)
}

// What a template prints where escaping does not hold is marked: the source does not tell whether there is harm.
func TestOnlyTheRenderingDecides(t *testing.T) {
	content := validate.Content{Twig: true, HTML: `<p title={{ a }} style="color: {{ b }}" onclick="go('{{ c }}')"><a href="https://bit.ly/3xAmpLe">x</a>`}
	for _, f := range check(t, validate.StageActivate, content).Findings {
		assert.Equal(t, strings.HasPrefix(f.Code, "template."), f.Undecided, f.Code)
	}
	assert.Contains(t, codes(check(t, validate.StageActivate, content)), "template.output-in-style")
}

func TestTwigInEveryPart(t *testing.T) {
	const source = `{# bit.ly/a #}{{ 'bit.ly/b' }} bit.ly/{{ c }}`
	r := check(t, validate.StageActivate, validate.Content{Subject: source, Preheader: source, Text: source, Twig: true})
	require.Len(t, r.Findings, 6)
	assert.Equal(t, "bit.ly/b", source[r.Findings[0].Start:r.Findings[0].End])
	assert.Equal(t, "bit.ly/{{ c }}", source[r.Findings[1].Start:r.Findings[1].End])
}

func TestAttributesOfBothBranches(t *testing.T) {
	source := `<a {% if a %}href="https://a.example/"{% else %}href="https://is.gd/a"{% endif %}>x</a>`
	r := check(t, validate.StageActivate, validate.Content{HTML: source, Twig: true})
	require.Len(t, r.Findings, 1)
	assert.Equal(t, `href="https://is.gd/a"`, r.Findings[0].Snippet)
}
