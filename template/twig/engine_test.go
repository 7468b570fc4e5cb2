package twig_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

var (
	_ template.Engine   = (*twig.Engine)(nil)
	_ template.Renderer = (*twig.Template)(nil)
)

// newEngine returns an engine, or ends the test.
func newEngine(t testing.TB, o twig.Options) *twig.Engine {
	eng, err := twig.New(o)
	require.NoError(t, err)
	return eng
}

// render parses and renders a source for HTML.
func render(eng *twig.Engine, source string, vars template.Vars) (template.Output, error) {
	tpl, err := eng.Parse(context.Background(), "letter", source, template.EscapeHTML)
	if err != nil {
		return template.Output{}, err
	}
	return tpl.Render(context.Background(), vars)
}

// fault asserts that err is a *template.Error of a kind and returns it.
func fault(t testing.TB, err error, kind template.Kind) *template.Error {
	var e *template.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, kind, e.Kind, e.Message)
	return e
}

func TestVars(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	var m twig.Map
	m.Set("z", twig.Int(1))
	m.Set("a", twig.Int(2))
	vars := template.Vars{
		"s": "<b>", "i": 5, "u": uint8(6), "f": 1.5, "t": true, "n": nil, "names": []string{"x", "y"},
		"list": []any{1, map[string]any{"k": "v"}}, "map": map[string]any{"b": 1, "a": 2}, "ordered": &m,
		"at": time.Date(2026, 5, 9, 10, 0, 0, 0, time.UTC), "value": twig.Markup("<i>"), "str": map[string]string{"q": "w"},
	}
	out, err := render(eng, `{{ s }}{{ i }}{{ u }}{{ f }}{{ t }}{{ n }}{{ names|join }}{{ list[1].k }}{{ list|length }}{{ map|keys|join }}`+
		`{{ ordered|keys|join }}{{ at|date("Y") }}{{ value }}{{ str.q }}{{ map.b }}`, vars)
	require.NoError(t, err)
	assert.Equal(t, "&lt;b&gt;561.51xyv2abza2026<i>w1", out.Text)
}

func TestVarsOfOtherTypesAreRefused(t *testing.T) {
	type customer struct{ Name string }
	eng := newEngine(t, twig.Options{})
	_, err := render(eng, "{{ c.Name }}", template.Vars{"c": customer{"Анна"}})
	e := fault(t, err, template.KindRuntime)
	assert.Contains(t, e.Message, "twig_test.customer")
	_, err = twig.Of([]any{customer{}})
	require.Error(t, err)
	deep := []any{}
	for range 500 {
		deep = []any{deep}
	}
	_, err = twig.Of(deep)
	require.Error(t, err)
}

func TestEscape(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	for escape, want := range map[template.Escape]string{"": "Tom &amp; &lt;Co&gt;", template.EscapeHTML: "Tom &amp; &lt;Co&gt;", template.EscapeNone: "Tom & <Co>"} {
		tpl, err := eng.Parse(context.Background(), "t", "{{ who }}", escape)
		require.NoError(t, err)
		out, err := tpl.Render(context.Background(), template.Vars{"who": "Tom & <Co>"})
		require.NoError(t, err)
		assert.Equal(t, want, out.Text)
	}
}

func TestCancel(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	out, err := render(eng, `a{% if not order %}{% cancel "нет " ~ what %}{% endif %}b`, template.Vars{"what": "заказа"})
	require.NoError(t, err)
	assert.Equal(t, template.Output{Canceled: true, Reason: "нет заказа"}, out)
	out, err = render(eng, `{% set x %}{% cancel %}{% endset %}`, nil)
	require.NoError(t, err)
	assert.True(t, out.Canceled)
}

func TestDefaultPolicy(t *testing.T) {
	eng := newEngine(t, twig.Options{Source: source{"other": "x"}, StringLoader: true})
	for _, s := range []string{`{{ source("other") }}`, `{{ template_from_string("x") }}`, `{{ [1]|map(x => x)|first|invoke }}`, `{% flush %}`,
		`{% sandbox %}{% include "other" %}{% endsandbox %}`, `{{ "a"|convert_encoding("utf-8", "koi8-r") }}`} {
		_, err := eng.Parse(context.Background(), "t", s, template.EscapeHTML)
		e := fault(t, err, template.KindSecurity)
		assert.Equal(t, 1, e.Line, s)
		assert.Positive(t, e.Column, s)
	}
	out, err := render(eng, `{% include "other" %}{{ date("2026-05-09").format("Y") }}{{ include("other") }}`, nil)
	require.NoError(t, err)
	assert.Equal(t, "x2026x", out.Text)
}

func TestIncludedTemplatesKeepThePolicy(t *testing.T) {
	eng := newEngine(t, twig.Options{Source: source{"bad": `x{{ source("bad") }}`}})
	_, err := render(eng, `a{% include "bad" %}`, nil)
	e := fault(t, err, template.KindSecurity)
	assert.Equal(t, "bad", e.Name)
}

func TestHostFunctions(t *testing.T) {
	boom := errors.New("boom")
	price := twig.Func{
		Params: []twig.Param{{Name: "amount"}, {Name: "currencyCode", Optional: true, Default: twig.String("₽")}},
		Call: func(_ context.Context, args []twig.Value) (twig.Value, error) {
			return twig.String(args[0].String() + " " + args[1].String()), nil
		},
	}
	eng := newEngine(t, twig.Options{
		Filters: map[string]twig.Func{"price": price},
		Functions: map[string]twig.Func{
			"price": price,
			"bold": {Safe: true, Params: []twig.Param{{Name: "text"}}, Call: func(_ context.Context, args []twig.Value) (twig.Value, error) {
				return twig.String("<b>" + args[0].String() + "</b>"), nil
			}},
			"fails": {Call: func(context.Context, []twig.Value) (twig.Value, error) { return twig.Null(), boom }},
			"sum": {Variadic: true, Call: func(_ context.Context, args []twig.Value) (twig.Value, error) {
				total := int64(0)
				for _, a := range args {
					total += a.Int()
				}
				return twig.Int(total), nil
			}},
		},
	})
	out, err := render(eng, `{{ 5|price }} {{ 5|price("$") }} {{ price(currency_code: "€", amount = 7) }} {{ bold("x") }} {{ sum(1, 2, 3) }}`, nil)
	require.NoError(t, err)
	assert.Equal(t, "5 ₽ 5 $ 7 € <b>x</b> 6", out.Text)

	_, err = render(eng, "\n{{ fails() }}", nil)
	assert.ErrorIs(t, err, boom)
	e := fault(t, err, template.KindRuntime)
	assert.Equal(t, 2, e.Line)
	_, err = eng.Parse(context.Background(), "t", "{{ price(nope = 1) }}", template.EscapeHTML)
	fault(t, err, template.KindSyntax)

	_, err = twig.New(twig.Options{Functions: map[string]twig.Func{"x": {}}})
	require.Error(t, err)
}

func TestHostFunctionSeesTheContext(t *testing.T) {
	type key struct{}
	eng := newEngine(t, twig.Options{Functions: map[string]twig.Func{"who": {
		Call: func(ctx context.Context, _ []twig.Value) (twig.Value, error) {
			return twig.String(ctx.Value(key{}).(string)), nil
		},
	}}})
	tpl, err := eng.Parse(context.Background(), "t", "{{ who() }}", template.EscapeHTML)
	require.NoError(t, err)
	out, err := tpl.Render(context.WithValue(context.Background(), key{}, "Анна"), nil)
	require.NoError(t, err)
	assert.Equal(t, "Анна", out.Text)
}

func TestClockAndRandomness(t *testing.T) {
	eng := newEngine(t, twig.Options{
		Now:    func() time.Time { return time.Date(2026, 5, 9, 23, 30, 0, 0, time.UTC) },
		Random: func(n int64) int64 { return n - 1 },
	})
	out, err := render(eng, `{{ "now"|date("c") }} {{ "tomorrow"|date("Y-m-d") }} {{ random(9) }} {{ random("абв") }} {{ [1, 2, 3]|shuffle|join }}`, nil)
	require.NoError(t, err)
	assert.Equal(t, "2026-05-09T23:30:00+00:00 2026-05-10 9 в 123", out.Text)
}

func TestOptions(t *testing.T) {
	madrid, err := time.LoadLocation("Europe/Madrid")
	require.NoError(t, err)
	eng := newEngine(t, twig.Options{Location: madrid, DateFormat: "d.m.Y H:i", IntervalFormat: "%a д.", NumberFormat: &twig.NumberFormat{Decimals: 2, Point: ",", ThousandsSep: " "},
		Globals: map[string]any{"shop": map[string]any{"name": "Лавка"}}, Strict: true})
	out, err := render(eng, `{{ at|date }} {{ 1234.5|number_format }} {{ date("2026-05-01").diff(date("2026-05-09"))|date }} {{ shop.name }}{% macro m() %}{{ shop.name }}{% endmacro %}{{ _self.m() }}`,
		template.Vars{"at": time.Date(2026, 5, 9, 10, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	assert.Equal(t, "09.05.2026 12:00 1 234,50 8 д. ЛавкаЛавка", out.Text)
	_, err = render(eng, "{{ nope }}", nil)
	fault(t, err, template.KindRuntime)
	_, err = twig.New(twig.Options{Autoescape: "xml"})
	require.Error(t, err)
}

func TestConstants(t *testing.T) {
	eng := newEngine(t, twig.Options{Constants: map[string]any{`App\Order::PAID`: "paid", "LIMIT": 3}})
	out, err := render(eng, `{{ constant("App\\Order::PAID") }} {{ constant("LIMIT") + constant("JSON_PRETTY_PRINT") }} {{ constant("LIMIT") is defined ? 1 }}`, nil)
	require.NoError(t, err)
	assert.Equal(t, "paid 131 1", out.Text)
	_, err = render(eng, `{{ constant("PHP_VERSION") }}`, nil)
	fault(t, err, template.KindSyntax)
	_, err = twig.New(twig.Options{Constants: map[string]any{"X": struct{}{}}})
	require.Error(t, err)
}

func TestDecodeJSON(t *testing.T) {
	v, err := twig.DecodeJSON([]byte(`{"z": 1, "a": [1.0, "x", null, true], "5": {"$date": "2026-05-09T10:00:00Z", "$tz": "Europe/Moscow"}}`))
	require.NoError(t, err)
	var keys []string
	v.Each(func(key string, _ twig.Value) bool {
		keys = append(keys, key)
		return true
	})
	assert.Equal(t, []string{"z", "a", "5"}, keys)
	assert.Equal(t, 4, v.Key("a").Len())
	tpl, err := newEngine(t, twig.Options{}).Parse(context.Background(), "t", `{{ _context.5|date("c", false) }}{{ a|json_encode(constant("JSON_PRESERVE_ZERO_FRACTION"))|raw }}`, template.EscapeHTML)
	require.NoError(t, err)
	out, err := tpl.(*twig.Template).RenderValue(context.Background(), v)
	require.NoError(t, err)
	assert.Equal(t, `2026-05-09T13:00:00+03:00[1.0,"x",null,true]`, out.Text)
	for _, bad := range []string{"", "{", "[1,]", `{} {}`, `{"$date": "zzz"}`, strings.Repeat("[", 1000)} {
		_, err := twig.DecodeJSON([]byte(bad))
		require.Error(t, err, bad)
	}
}

func TestLoadOfAnUnknownName(t *testing.T) {
	for _, options := range []twig.Options{{}, {Source: source{}}} {
		_, err := newEngine(t, options).Load(context.Background(), "nobody")
		assert.ErrorIs(t, err, template.ErrNotFound)
		assert.Contains(t, fault(t, err, template.KindLoad).Message, "nobody")
	}
}

// TestValue holds what a host's function sees of its arguments to what PHP makes of them.
func TestValue(t *testing.T) {
	list := twig.List([]twig.Value{twig.Int(1), twig.Null()})
	for _, c := range []struct {
		value twig.Value
		text  string
		int   int64
		float float64
		truth bool
		null  bool
		len   int
	}{
		{value: twig.Null(), null: true},
		{value: twig.Bool(true), text: "1", int: 1, float: 1, truth: true},
		{value: twig.Bool(false)},
		{value: twig.Int(-7), text: "-7", int: -7, float: -7, truth: true},
		{value: twig.Float(2.5), text: "2.5", int: 2, float: 2.5, truth: true},
		{value: twig.String("12.5 kg"), text: "12.5 kg", int: 12, float: 12.5, truth: true},
		{value: twig.String("0"), text: "0"},
		{value: twig.Markup("<b>"), text: "<b>", int: 1, float: 1, truth: true},
		{value: list, text: "Array", int: 1, float: 1, truth: true, len: 2},
		{value: twig.List(nil), text: "Array"},
	} {
		assert.Equal(t, c.text, c.value.String())
		assert.Equal(t, c.int, c.value.Int(), c.text)
		assert.Equal(t, c.float, c.value.Float(), c.text)
		assert.Equal(t, c.truth, c.value.Truth(), c.text)
		assert.Equal(t, c.null, c.value.IsNull(), c.text)
		assert.Equal(t, c.len, c.value.Len(), c.text)
	}
	assert.Equal(t, int64(1), list.Key("0").Int())
	assert.True(t, list.Key("2").IsNull())
	assert.True(t, twig.Int(1).Key("0").IsNull())
}

// A host's filter reads the date that a host's variable or a template's own is.
func TestTime(t *testing.T) {
	paid := time.Date(2026, 5, 9, 18, 45, 0, 0, time.FixedZone("", 3*3600))
	eng := newEngine(t, twig.Options{Location: time.UTC, Filters: map[string]twig.Func{"nanoseconds": {
		Params: []twig.Param{{Name: "date"}},
		Call: func(_ context.Context, args []twig.Value) (twig.Value, error) {
			at, ok := args[0].Time()
			if !ok {
				return twig.String("no date"), nil
			}
			return twig.String(at.Format(time.RFC3339Nano)), nil
		},
	}}})
	tpl, err := eng.Parse(context.Background(), "t", "{{ paid|nanoseconds }} {{ date('2026-05-09')|nanoseconds }} {{ '2026-05-09'|nanoseconds }} {{ 0|nanoseconds }}", template.EscapeNone)
	require.NoError(t, err)
	out, err := tpl.Render(context.Background(), template.Vars{"paid": paid})
	require.NoError(t, err)
	assert.Equal(t, "2026-05-09T18:45:00+03:00 2026-05-09T00:00:00Z no date no date", out.Text)
}

func TestConcurrentUse(t *testing.T) {
	eng := newEngine(t, twig.Options{Source: source{"i": "{{ '9 May 2026'|date('j') == 9 ? '<' }}{{ n }}{% macro m(a) %}{{ a }}{% endmacro %}{{ _self.m(n) }}>", "base": "{% block a %}{% endblock %}{{ list|join }}"}})
	tpl, err := eng.Parse(context.Background(), "t", `{% extends "base" %}{% block a %}{% for x in list %}{% include "i" %}{% endfor %}{% endblock %}`, template.EscapeHTML)
	require.NoError(t, err)
	shared, err := twig.Of([]any{map[string]any{"b": 1}, 2})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 20 {
				out, err := tpl.Render(context.Background(), template.Vars{"list": []any{1, 2}, "n": i, "shared": shared})
				n := twig.Int(int64(i)).String()
				assert.NoError(t, err)
				assert.Equal(t, "<"+n+n+"><"+n+n+">12", out.Text)
			}
		})
	}
	wg.Wait()
}
