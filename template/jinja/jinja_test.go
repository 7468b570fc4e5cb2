package jinja_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/jinja"
)

var _ template.Engine = (*jinja.Engine)(nil)

// sources are templates by name; the name "down" fails otherwise.
type sources map[string]string

var errDown = errors.New("database is down")

func (s sources) Source(_ context.Context, name string) (string, error) {
	if name == "down" {
		return "", errDown
	}
	text, ok := s[name]
	if !ok {
		return "", fmt.Errorf("%w: %s", template.ErrNotFound, name)
	}
	return text, nil
}

func render(t *testing.T, source string, escape template.Escape, vars template.Vars) (template.Output, error) {
	t.Helper()
	engine := jinja.New(sources{
		"footer": "-- {{ name }}", "base": "[{% block b %}base{% endblock %}]", "broken": "\n{{ 1 + }}", "macros": "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}",
	})
	renderer, err := engine.Parse(context.Background(), "main", source, escape)
	require.NoError(t, err)
	return renderer.Render(context.Background(), vars)
}

func TestRender(t *testing.T) {
	vars := template.Vars{
		"name": `O'Neil <b> & "Co"` + "\n", "n": 3, "items": []any{"a", "b"}, "customer": map[string]any{"firstName": "Анна"},
		"at": time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC),
	}
	for name, c := range map[string]struct {
		source string
		escape template.Escape
		want   string
	}{
		"empty":          {"", template.EscapeHTML, ""},
		"text":           {"A\n", template.EscapeHTML, "A\n"},
		"HTML":           {"{{ name }}", template.EscapeHTML, "O&#39;Neil &lt;b&gt; &amp; &#34;Co&#34;\n"},
		"zero":           {"{{ name }}", "", "O&#39;Neil &lt;b&gt; &amp; &#34;Co&#34;\n"},
		"none":           {"{{ name }}", template.EscapeNone, `O'Neil <b> & "Co"` + "\n"},
		"safe":           {"{{ name|safe }}", template.EscapeHTML, `O'Neil <b> & "Co"` + "\n"},
		"loop":           {"{% for i in items %}{{ loop.index }}{{ i }}{% endfor %}", template.EscapeHTML, "1a2b"},
		"map":            {"{{ customer.firstName|upper }}", template.EscapeHTML, "АННА"},
		"undefined":      {"<{{ nope }}>", template.EscapeHTML, "<>"},
		"include":        {"{% include 'footer' %}", template.EscapeHTML, "-- O&#39;Neil &lt;b&gt; &amp; &#34;Co&#34;\n"},
		"extends":        {"{% extends 'base' %}{% block b %}{{ n }}{% endblock %}", template.EscapeHTML, "[3]"},
		"import":         {"{% from 'macros' import m %}{{ m('<') }}", template.EscapeHTML, "<i>&lt;</i>"},
		"ignore missing": {"A{% include 'nope' ignore missing %}", template.EscapeHTML, "A"},
		"not canceled":   {"A{% if n > 5 %}{% cancel %}{% endif %}", template.EscapeNone, "A"},
	} {
		t.Run(name, func(t *testing.T) {
			output, err := render(t, c.source, c.escape, vars)
			require.NoError(t, err)
			assert.Equal(t, template.Output{Text: c.want}, output)
		})
	}
}

func TestCancel(t *testing.T) {
	for source, want := range map[string]string{
		"A{% cancel %}":                   "",
		"A{% cancel 'No stock: ' ~ n %}B": "No stock: 3",
		"{% for i in [1, 2] %}{% if i == 2 %}{% cancel 'two' %}{% endif %}{% endfor %}": "two",
	} {
		output, err := render(t, source, template.EscapeHTML, template.Vars{"n": 3})
		require.NoError(t, err, source)
		assert.Equal(t, template.Output{Canceled: true, Reason: want}, output)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for source, line := range map[string]int{
		"A\n{{ 1 + }}":                      2,
		"{% for %}":                         0,
		"\n\n{% nope %}":                    3,
		"{% cancel 'a' 'b' %}":              1,
		"{% if x %}":                        0,
		"{{ 'a":                             0,
		"{% extends 'nope' %}":              0,
		"{% set x %}":                       0,
		strings.Repeat("(", 10) + "{{ ( }}": 0,
	} {
		_, err := jinja.New(nil).Parse(context.Background(), "main", source, template.EscapeHTML)
		var e *template.Error
		require.ErrorAs(t, err, &e, source)
		assert.Equal(t, "main", e.Name)
		assert.NotContains(t, e.Message, source, "the words of gonja that matter, not the whole source")
		if line > 0 {
			assert.Equal(t, line, e.Line, source)
			assert.Equal(t, template.KindSyntax, e.Kind)
		}
	}
}

func TestRuntimeErrors(t *testing.T) {
	for name, c := range map[string]struct {
		source string
		kind   template.Kind
		line   int
		cause  error
	}{
		"panic of gonja":    {"A\n{{ 1 % 0 }}", template.KindRuntime, 0, nil},
		"unknown filter":    {"A\n{{ 1 | nope }}", template.KindRuntime, 2, nil},
		"in a loop":         {"A\n{% for i in [1] %}\n{{ 1 | nope }}{% endfor %}", template.KindRuntime, 3, nil},
		"missing template":  {"\n{% include 'nope' %}", template.KindLoad, 2, template.ErrNotFound},
		"host's own error":  {"{% include 'down' %}", template.KindLoad, 1, errDown},
		"broken template":   {"{% include 'broken' %}", template.KindRuntime, 0, nil},
		"message of cancel": {"{% cancel 1|nope %}", template.KindRuntime, 0, nil},
	} {
		t.Run(name, func(t *testing.T) {
			output, err := render(t, c.source, template.EscapeHTML, nil)
			assert.Empty(t, output)
			var e *template.Error
			require.ErrorAs(t, err, &e)
			assert.Equal(t, c.kind, e.Kind)
			if c.line > 0 {
				assert.Equal(t, c.line, e.Line, e.Message)
			}
			if c.cause != nil {
				assert.ErrorIs(t, err, c.cause)
			}
		})
	}
}

func TestSourceFunc(t *testing.T) {
	source := template.SourceFunc(func(_ context.Context, name string) (string, error) { return "<" + name + ">", nil })
	renderer, err := jinja.New(source).Parse(context.Background(), "main", "{% include 'a' %}", template.EscapeNone)
	require.NoError(t, err)
	output, err := renderer.Render(context.Background(), nil)
	require.NoError(t, err)
	assert.Equal(t, "<a>", output.Text)
}

func TestContextEndsARendering(t *testing.T) {
	renderer, err := jinja.New(nil).Parse(context.Background(), "main", "{% for i in range(100000) %}{{ i }}{% endfor %}", template.EscapeNone)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	output, err := renderer.Render(ctx, nil)
	assert.Empty(t, output)
	require.ErrorIs(t, err, context.Canceled)
	var e *template.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, template.KindLimit, e.Kind)
}

func TestConcurrentUse(t *testing.T) {
	engine := jinja.New(sources{"footer": "{% set x = name %}-- {{ x }}"})
	renderer, err := engine.Parse(context.Background(), "main", "{% set y = name %}{{ y }}{% include 'footer' %}", template.EscapeHTML)
	require.NoError(t, err)
	shared := template.Vars{"name": "A"}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				output, err := renderer.Render(context.Background(), shared)
				assert.NoError(t, err)
				assert.Equal(t, "A-- A", output.Text)
			}
		})
	}
	group.Wait()
	assert.Equal(t, template.Vars{"name": "A"}, shared, "vars are the caller's")
}

func TestCompileTakesIt(t *testing.T) {
	compiled, err := template.Compile(context.Background(), jinja.New(nil), "welcome", template.Letter{
		Subject: "Hi, {{ name }}", HTML: "<p>{{ name }}</p>",
	})
	require.NoError(t, err)
	r, err := compiled.Render(context.Background(), template.Vars{"name": "Anna & Co"})
	require.NoError(t, err)
	assert.Equal(t, template.Letter{Subject: "Hi, Anna & Co", HTML: "<p>Anna &amp; Co</p>", Text: "Anna & Co"}, r.Letter)
}
