package twig_test

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// invoice is an order letter: a table in a loop with prices, escaping, a date and conditions.
const invoice = `<html><body style="font-family:Georgia">
<h2>Счёт {{ invoice.id }}</h2>
<p>{{ client.name|default('Клиент') }}, спасибо за покупку {{ invoice.at|date('d.m.Y') }}.</p>
<table>
{% for line in invoice.lines %}
<tr{% if loop.index is odd %} class="odd"{% endif %}><td>{{ loop.index }}.</td><td><a href="{{ line.link }}">{{ line.title }}</a>
{%- if line.note %} <i>{{ line.note }}</i>{% endif %}</td><td>{{ line.count }} × {{ line.price|number_format(2, ',', ' ') }}</td>
<td>{{ (line.price * line.count)|number_format(2, ',', ' ') }} ₽</td></tr>
{% endfor %}
</table>
{% if invoice.remark %}<p>{{ invoice.remark }}</p>{% endif %}
<p>Всего: <b>{{ invoice.total|number_format(2, ',', ' ') }} ₽</b>, оплата: {{ invoice.payment|upper }}</p>
<p><a href="{{ leave }}">Не присылать писем</a></p>
</body></html>`

func invoiceVars() template.Vars {
	lines := make([]any, 10)
	for i := range lines {
		n := strconv.Itoa(i)
		lines[i] = map[string]any{"title": "Книга «Том " + n + "» & <ещё>", "link": "https://books.example/" + n + "?a=1&b=2", "count": i%3 + 1, "price": 950.25 + float64(i)*10, "note": ""}
	}
	return template.Vars{
		"client": map[string]any{"name": "Ольга"}, "leave": "https://books.example/u?id=1&t=x",
		"invoice": map[string]any{"id": "СЧ-17", "at": time.Date(2026, 5, 9, 10, 0, 0, 0, time.UTC), "lines": lines, "total": 19999.5, "remark": "<срочно>", "payment": "карта"},
	}
}

func BenchmarkRender(b *testing.B) {
	eng := newEngine(b, twig.Options{})
	tpl, err := eng.Parse(context.Background(), "invoice", invoice, template.EscapeHTML)
	require.NoError(b, err)
	vars := invoiceVars()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.Render(context.Background(), vars); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck is a keystroke in a template of 100 KB.
func BenchmarkCheck(b *testing.B) {
	eng := newEngine(b, twig.Options{})
	large := strings.Repeat(invoice, 100*1024/len(invoice)+1)
	variables := []template.Variable{{Name: "client", Type: template.TypeMap}, {Name: "leave", Type: template.TypeText}, {Name: "invoice", Type: template.TypeMap}}
	b.ReportAllocs()
	b.SetBytes(int64(len(large)))
	for b.Loop() {
		if r := eng.Check(context.Background(), "invoice", large, template.EscapeHTML, variables); len(r.Findings) > 0 {
			b.Fatal(r.Findings)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	eng := newEngine(b, twig.Options{})
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := eng.Parse(context.Background(), strconv.Itoa(i), invoice, template.EscapeHTML); err != nil { // a new name each time: no cache
			b.Fatal(err)
		}
	}
}

// BenchmarkRenderParallel renders on all cores: linear means the time of BenchmarkRender divided by them.
func BenchmarkRenderParallel(b *testing.B) {
	tpl, err := newEngine(b, twig.Options{}).Parse(context.Background(), "invoice", invoice, template.EscapeHTML)
	require.NoError(b, err)
	vars := invoiceVars()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := tpl.Render(context.Background(), vars); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkDecoded renders variables that DecodeJSON gave.
func BenchmarkDecoded(b *testing.B) {
	tpl, err := newEngine(b, twig.Options{}).Parse(context.Background(), "invoice", invoice, template.EscapeHTML)
	require.NoError(b, err)
	raw, err := json.Marshal(invoiceVars())
	require.NoError(b, err)
	vars, err := twig.DecodeJSON(raw)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.(*twig.Template).RenderValue(context.Background(), vars); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkInheritance renders chains of templates that extend each other, each with a block of its own: the time of
// one template of the chain is to stay the same.
func BenchmarkInheritance(b *testing.B) {
	for _, n := range []int{10, 100, 200} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			chain := source{"t0": "{% block body %}{% endblock %}{% block own0 %}0{% endblock %}"}
			for i := range n - 1 {
				k := strconv.Itoa(i + 1)
				chain["t"+k] = `{% extends "t` + strconv.Itoa(i) + `" %}{% block own` + k + ` %}` + k + `{% endblock %}`
			}
			tpl, err := newEngine(b, twig.Options{Source: chain, Limits: twig.Limits{Depth: 2000, Steps: 1 << 40}}).Load(context.Background(), "t"+strconv.Itoa(n-1))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tpl.Render(context.Background(), nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/template")
		})
	}
}

// BenchmarkLoop renders long lists: the time of a row is to stay the same.
func BenchmarkLoop(b *testing.B) {
	for _, n := range []int{100, 1000, 10_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			rows := make([]any, n)
			for i := range rows {
				rows[i] = map[string]any{"title": "Книга " + strconv.Itoa(i), "price": float64(i) + 0.5}
			}
			tpl, err := newEngine(b, twig.Options{}).Parse(context.Background(), "rows", "{% for row in rows %}<tr><td>{{ loop.index }}</td><td>{{ row.title }}</td><td>{{ row.price|number_format(2) }}</td></tr>\n{% endfor %}", template.EscapeHTML)
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := tpl.Render(context.Background(), template.Vars{"rows": rows}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/row")
		})
	}
}
