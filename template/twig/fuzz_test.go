package twig_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// seeds gives a fuzz target the templates of all cases.
func seeds(f *testing.F) {
	for _, c := range allCases(f) {
		f.Add(c.templates["index.twig"])
	}
	for _, s := range hostile {
		if len(s) < 1000 {
			f.Add(s)
		}
	}
}

// lastNet are the words of the messages that the recover at the boundary writes for a fault of the engine itself.
func lastNet(e *template.Error) bool {
	return strings.HasPrefix(e.Message, "The rendering failed: ") || strings.HasPrefix(e.Message, "The template could not be parsed: ")
}

// FuzzParse holds that any source is parsed or refused with a *template.Error that has a line, without a fault of the
// parser's own.
func FuzzParse(f *testing.F) {
	seeds(f)
	eng := newEngine(f, twig.Options{Trusted: true})
	f.Fuzz(func(t *testing.T, s string) {
		_, err := eng.Parse(context.Background(), "t", s, template.EscapeHTML)
		var e *template.Error
		if err != nil && (!errors.As(err, &e) || lastNet(e) || e.Line == 0 && e.Kind == template.KindSyntax) {
			t.Fatalf("%q: %v", s, err)
		}
	})
}

// FuzzRender holds that the rendering of any template that parses ends under small limits, without a fault of the
// engine's own.
func FuzzRender(f *testing.F) {
	seeds(f)
	data, err := twig.DecodeJSON([]byte(`{"name":"Анна","html":"<b>","nums":[3,1,2],"map":{"a":1,"5":"x"},"nothing":null,"yes":true,
		"rows":[{"sku":"A","qty":2},{"sku":"B"}],"at":{"$date":"2026-03-08T21:45:10+03:00"},"then":{"$date":"2025-12-31T23:59:59Z"}}`))
	require.NoError(f, err)
	limits := twig.Limits{Steps: 20_000, OutputBytes: 1 << 16, LiveBytes: 1 << 20, Depth: 12, SourceBytes: 1 << 14}
	now := func() time.Time { return time.Unix(1_800_000_000, 0) }
	f.Fuzz(func(t *testing.T, s string) {
		eng := newEngine(t, twig.Options{Trusted: true, Limits: limits, Now: now, StringLoader: true, Source: source{"self": s}})
		tpl, err := eng.Parse(context.Background(), "t", s, template.EscapeHTML)
		if err != nil {
			return
		}
		out, err := tpl.(*twig.Template).RenderValue(context.Background(), data)
		var e *template.Error
		if err != nil && (!errors.As(err, &e) || lastNet(e)) {
			t.Fatalf("%q: %v", s, err)
		}
		if len(out.Text) > limits.OutputBytes {
			t.Fatalf("%q prints %d bytes", s, len(out.Text))
		}
	})
}

// FuzzEscape holds that no text of the data reaches HTML with a "<" of its own, whatever is done to it short of raw.
func FuzzEscape(f *testing.F) {
	f.Add("<b>Tom & 'Co'</b>", "i < j")
	f.Add("\xff<\xc3<", "<<\x00")
	eng := newEngine(f, twig.Options{})
	tpl, err := eng.Parse(context.Background(), "t", `{{ a }}{{ a|upper }}{{ a ~ b }}{{ a|default(b) }}{{ [a, b]|join(b) }}{{ a ?: b }}{{ {(b): a}|json_encode }}{{ a|trim|slice(0, 5) }}`+
		`{% set c %}{{ a }}{{ b|capitalize }}{% endset %}{{ c }}{{ c|lower }}{% macro m(x) %}{{ x }}{% endmacro %}{{ _self.m(a) }}{{ true ? a : b }}{{ nope ?? b }}`+
		`{{ a|replace({x: b}) }}{{ [a]|map(v => v ~ b)|first }}{% for k, v in {(a): b} %}{{ k }}{{ v }}{% endfor %}{{ a|nl2br|replace({'<br />': ''}) }}{{ "%s"|format(a) }}`, template.EscapeHTML)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, a, b string) {
		out, err := tpl.Render(context.Background(), template.Vars{"a": a, "b": b})
		if err == nil && strings.Contains(out.Text, "<") {
			t.Fatalf("%q, %q: %s", a, b, out.Text)
		}
	})
}

// FuzzSpans holds that spans are in order, apart from each other and between their delimiters, and that text outside
// them begins none.
func FuzzSpans(f *testing.F) {
	seeds(f)
	ends := map[twig.SpanKind][2]string{twig.SpanComment: {"{#", "#}"}, twig.SpanTag: {"{%", "%}"}, twig.SpanOutput: {"{{", "}}"}, twig.SpanVerbatim: {"{%", "%}"}}
	f.Fuzz(func(t *testing.T, s string) {
		spans, err := twig.Spans(s)
		at := 0
		for _, span := range spans {
			if span.Start < at || span.End > len(s) || !strings.HasPrefix(s[span.Start:span.End], ends[span.Kind][0]) || !strings.HasSuffix(s[span.Start:span.End], ends[span.Kind][1]) {
				t.Fatalf("%q: %+v", s, spans)
			}
			if text := s[at:span.Start]; strings.Contains(text, "{{") || strings.Contains(text, "{%") || strings.Contains(text, "{#") {
				t.Fatalf("%q: a tag in the text %q", s, text)
			}
			at = span.End
		}
		if err == nil && strings.Contains(s[at:], "{{") {
			t.Fatalf("%q: a tag after %+v", s, spans)
		}
	})
}
