package twig_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// hostile are templates that try to take the process down; each has to end in a limit.
var hostile = map[string]string{
	"range":            `{{ (1..10000000)|length }}`,
	"huge range":       `{{ range(1, 100000000000)|length }}`,
	"doubling text":    `{% set s = "aaaaaaaaaa" %}{% for i in 1..40 %}{% set s = s ~ s %}{% endfor %}`,
	"doubling merge":   `{% set s = [1, 2] %}{% for i in 1..40 %}{% set s = s|merge(s) %}{% endfor %}`,
	"growing replace":  `{% set s = "a" %}{% for i in 1..40 %}{% set s = s|replace({a: "aaaaaaaaaaaaaaaaaaaa"}) %}{% endfor %}`,
	"recursive macro":  `{% macro m() %}{{ _self.m() }}{% endmacro %}{{ _self.m() }}`,
	"recursive block":  `{% block a %}{{ block("a") }}{% endblock %}`,
	"recursive arrow":  `{% set f = g => [g]|map(g)|first %}{{ [f]|map(f)|join }}`,
	"self include":     `{% include "letter" %}`,
	"self extends":     `{% extends "letter" %}`,
	"self embed":       `{% embed "letter" %}{% endembed %}`,
	"format width":     `{{ "%0999999999d"|format(1) }}`,
	"batch fill":       `{{ [1]|batch(1000000000, "x")|length }}`,
	"nested loops":     `{% for i in 1..300 %}{% for j in 1..300 %}{% for k in 1..300 %}{% endfor %}{% endfor %}{% endfor %}`,
	"shared arrays":    `{% set a = [1] %}{% for i in 1..60 %}{% set a = [a, a] %}{% endfor %}{{ a|json_encode|length }}`,
	"compared arrays":  `{% set a = [1] %}{% set b = [1] %}{% for i in 1..60 %}{% set a = [a, a] %}{% set b = [b, b] %}{% endfor %}{{ a == b }}`,
	"long text reread": `{% set s = "aaaaaaaaaa" %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{% for i in 1..1000000 %}{% set t = s|length %}{% endfor %}`,
	"output":           `{% set s = "aaaaaaaaaa" %}{% for i in 1..16 %}{% set s = s ~ s %}{% endfor %}{% for i in 1..900 %}{{ s }}{% endfor %}`,
	"deep parentheses": "{{ " + strings.Repeat("(", 20000) + "1" + strings.Repeat(")", 20000) + " }}",
	"deep lists":       "{{ " + strings.Repeat("[", 20000),
	"deep tags":        strings.Repeat("{% if 1 %}", 20000),
	"deep signs":       "{{ " + strings.Repeat("-", 20000) + "1 }}",
	"long chain":       "{{ 1" + strings.Repeat("+1", 20000) + " }}",
	"deep conditions":  "{{ " + strings.Repeat("1?", 20000) + "1 }}",
	"many arguments":   "{{ max(" + strings.Repeat("1,", 20000) + "1) }}",
	"large source":     strings.Repeat("x", 2<<20),
}

func TestHostileTemplatesEnd(t *testing.T) {
	for name, s := range hostile {
		t.Run(name, func(t *testing.T) {
			eng := newEngine(t, twig.Options{Source: source{"letter": s}})
			began := time.Now()
			_, err := render(eng, s, nil)
			fault(t, err, template.KindLimit)
			assert.Less(t, time.Since(began), 20*time.Second)
		})
	}
}

func TestOwnLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limits twig.Limits
		source string
	}{
		"steps":  {twig.Limits{Steps: 100}, "{% for i in 1..200 %}{% endfor %}"},
		"few":    {twig.Limits{Steps: 3}, "{% for i in list %}{% endfor %}"},
		"no one": {twig.Limits{Steps: 8}, "{{ 1..9 }}"},
		"output": {twig.Limits{OutputBytes: 10}, "0123456789{{ 1 }}"},
		"live":   {twig.Limits{LiveBytes: 1000}, `{{ ("a" ~ "%1000d"|format(1))|length }}`},
		"depth":  {twig.Limits{Depth: 3}, "{% macro a(n) %}{{ n ? _self.a(n - 1) }}{% endmacro %}{{ _self.a(5) }}"},
		"source": {twig.Limits{SourceBytes: 5}, "123456"},
	} {
		_, err := render(newEngine(t, twig.Options{Limits: c.limits}), c.source, template.Vars{"list": []any{1, 2, 3, 4}})
		e := fault(t, err, template.KindLimit)
		assert.Equal(t, "letter", e.Name, name)
	}
	// A limit is exact: four turns and the template itself.
	_, err := render(newEngine(t, twig.Options{Limits: twig.Limits{Steps: 5}}), "{% for i in list %}{% endfor %}", template.Vars{"list": []any{1, 2, 3, 4}})
	require.NoError(t, err)
	_, err = render(newEngine(t, twig.Options{Limits: twig.Limits{Steps: 4}}), "{% for i in list %}{% endfor %}", template.Vars{"list": []any{1, 2, 3, 4}})
	fault(t, err, template.KindLimit)
	out, err := render(newEngine(t, twig.Options{Limits: twig.Limits{OutputBytes: 10, Depth: 7}}), "{% macro a(n) %}{{ n ? _self.a(n - 1) }}{% endmacro %}0123456789{{ _self.a(5) }}", nil)
	require.NoError(t, err)
	assert.Equal(t, "0123456789", out.Text)
}

func TestDeadline(t *testing.T) {
	eng := newEngine(t, twig.Options{Limits: twig.Limits{Steps: 1 << 40, LiveBytes: 1 << 40}})
	tpl, err := eng.Parse(context.Background(), "t", "{% for i in 1..300 %}{% for j in 1..1000 %}{% for k in 1..1000 %}{% endfor %}{% endfor %}{% endfor %}", template.EscapeHTML)
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err = tpl.Render(ctx, nil)
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	fault(t, err, template.KindLimit)

	done, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = tpl.Render(done, nil)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = eng.Parse(done, "t", "x", template.EscapeHTML)
	assert.ErrorIs(t, err, context.Canceled)
}

// A rendering that failed leaves nothing behind for the next one.
func TestRunsAreCleanAfterFaults(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	bad, err := eng.Parse(context.Background(), "bad", `{% set x %}leak{{ 1 / 0 }}{% endset %}`, template.EscapeHTML)
	require.NoError(t, err)
	good, err := eng.Parse(context.Background(), "good", `[{{ x|default("-") }}]`, template.EscapeHTML)
	require.NoError(t, err)
	for range 20 {
		_, err := bad.Render(context.Background(), nil)
		fault(t, err, template.KindRuntime)
		out, err := good.Render(context.Background(), nil)
		require.NoError(t, err)
		assert.Equal(t, "[-]", out.Text)
	}
}
