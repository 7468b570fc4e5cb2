package twig_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

func check(t testing.TB, source string) twig.Report {
	t.Helper()
	eng := newEngine(t, twig.Options{Source: checkSources})
	return eng.Check(context.Background(), "letter", source, template.EscapeHTML, template.EventOrder.Variables())
}

// checkSources are the templates that those of the check's tests may name.
var checkSources = source{
	"base":   `{% set accent = "#333" %}{% for part in ["a", "b"] %}{% block row %}{% endblock %}{% endfor %}{% block body %}{% endblock %}`,
	"footer": "x",
	"forms":  "{% macro field(name) %}{{ name }}{% endmacro %}",
}

// brief lists findings as "code line:column name".
func brief(r twig.Report) []string {
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, strings.TrimRight(f.Code+" "+twig.Int(int64(f.Line)).String()+":"+twig.Int(int64(f.Column)).String()+" "+f.Name, " "))
	}
	return out
}

func TestCheckFindsAll(t *testing.T) {
	for s, want := range map[string][]string{
		"{{ 1 + }}": {"syntax.invalid 1:8"}, "{{ (1 + 2 }}": {"syntax.unclosed 1:4 ("},
		"{% if customer %}": {"syntax.end 1:18"}, "{% iff a %}": {"tag.unknown 1:4 iff"},
		"{% for a in order.items %}{% if a %}{% endfor %}":             {"tag.unclosed 1:40 endfor"},
		"{{ customer.name|uper }}{{ customer.name|lowr }}":             {"filter.unknown 1:18 uper", "filter.unknown 1:42 lowr"},
		"{{ customer.name|uper|lowr }}":                                {"filter.unknown 1:18 uper", "filter.unknown 1:23 lowr"},
		"{{ rnage(1, 2) }}":                                            {"function.unknown 1:4 rnage"},
		"{{ order.total is evn }}":                                     {"test.unknown 1:16 evn"},
		"{{ order.total|round(digits = 2) }}":                          {"argument.unknown 1:31 digits"},
		"{{ order.items|batch }}":                                      {"argument.missing 1:16 size"},
		"{{ custmer.name }}":                                           {"variable.unknown 1:4 custmer"},
		"{{ customer.nmae }}":                                          {"attribute.unknown 1:13 nmae"},
		"{{ _self.price(1) }}":                                         {"macro.unknown 1:10 price"},
		`{% include "fotter" %}`:                                       {"template.unknown 1:12 fotter"},
		"{{ customer.name|raw }}":                                      {"escape.raw 1:13 customer.name"},
		"{% flush %}":                                                  {"policy.tag 1:4 flush"},
		`{{ "a"|convert_encoding("UTF-8", "KOI8-R") }}`:                {"policy.filter 1:8 convert_encoding"},
		`{{ source("footer") }}`:                                       {"policy.function 1:4 source"},
		strings.Repeat("x", 2<<20):                                     {"limit.source 1:1"},
		"{{ " + strings.Repeat("(", 500) + "1":                         {"limit.nesting 1:404"},
		"{{ " + strings.Repeat("-", 500) + "1 }}":                      {"limit.nesting 1:403"},
		"{% autoescape false %}{{ customer.name }}{% endautoescape %}": {"escape.off 1:35 customer.name"},

		// Several at once, after each other and inside each other.
		"{% if ( %}{{ b }}{% endif %}\n{% for x %}{{ x }}{{ y }}{% endfor %}{{ 'a }}": {
			"syntax.unclosed 1:7 (", "variable.unknown 1:14 b", "syntax.invalid 2:10", "variable.unknown 2:22 y", "syntax.invalid 2:41"},
		"{% if customer %}{{ q }}{% elseif ] %}{{ r }}{% endif %}{{ s }}": {
			"variable.unknown 1:21 q", `syntax.invalid 1:35`, "variable.unknown 1:42 r", "variable.unknown 1:60 s"},
		"{% block a %}{{ q }}{% endblock b %}{{ r }}": {"variable.unknown 1:17 q", "syntax.invalid 1:35", "variable.unknown 1:40 r"},
		"{% iff a %}x{% endiff %}{{ q }}":             {"tag.unknown 1:4 iff", "variable.unknown 1:28 q"},
		"{% for a in order.items %}{% endif %}{{ a.nam }}{% endfor %}": {
			"tag.unclosed 1:30 endif", "attribute.unknown 1:43 nam"},
		"{{ unfinished\n{{ customer.nmae }}": {"syntax.invalid 2:1", "attribute.unknown 2:13 nmae"},

		// Values are followed.
		"{% for i in order.items %}{{ i.nmae }}{{ loop.indx }}{% endfor %}{{ i.name }}": {
			"attribute.unknown 1:32 nmae", "attribute.unknown 1:47 indx", "variable.unknown 1:69 i"},
		"{{ order.items|filter(i => i.prise > 1)|map(i => i.nmae)|join }}{{ (order.items|first).nmae }}": {
			"attribute.unknown 1:30 prise", "attribute.unknown 1:52 nmae", "attribute.unknown 1:88 nmae"},
		"{% set c = customer %}{{ c.nmae }}{% for i in order.items|default([]) %}{{ i.nmae }}{% endfor %}": {
			"attribute.unknown 1:28 nmae", "attribute.unknown 1:78 nmae"},
		"{{ order.items.name }}{{ customer.name.first }}":              {"attribute.unknown 1:16 name", "attribute.unknown 1:40 first"},
		"{% macro m(a) %}{{ customer.name }}{{ a }}{% endmacro %}":     {"variable.unknown 1:20 customer"},
		"{% with {x: 1} only %}{{ customer }}{{ x }}{% endwith %}":     {"variable.unknown 1:26 customer"},
		"{% for i in order.items %}{% set n = 1 %}{% endfor %}{{ n }}": {"variable.unknown 1:57 n"},
		`{% set n = customer.name %}{{ ("<b>" ~ n)|raw }}{{ customer.name|upper|raw }}{{ customer.name ? customer.name|raw }}`: {
			"escape.raw 1:38 ~", "escape.raw 1:66 upper", "escape.raw 1:106 customer.name"},
		`{% extends "base" %}{% block row %}{{ nope }}{% endblock %}`: {"variable.unknown 1:39 nope"},
	} {
		assert.Equal(t, want, brief(check(t, s)), s)
	}
}

func TestCheckNeverCriesWolf(t *testing.T) {
	for _, s := range []string{
		"{{ customer.name }}{{ order.items[0].name }}{{ order.customFields.anything.at.all }}{{ order.createdAt|date('Y') }}",
		"{{ nope|default('x') }}{{ nope ?? 'x' }}{{ customer.nope.deep ?? 'x' }}{{ nope is defined ? nope.x : 1 }}",
		"{% if nope is defined %}{{ nope.x }}{% else %}{{ nope }}{% endif %}{% if nope.x is not defined or nope.x > 1 %}{{ nope.x }}{% endif %}",
		"{% if customer.vip|default %}{{ customer.vip }}{% endif %}{% if (customer.vip ?? false) and customer.vip > 1 %}{% endif %}",
		"{% for k, v in customer %}{{ k }}{{ v }}{{ loop.index }}{{ loop.parent.loop.index }}{% else %}{{ loop.length }}{% endfor %}",
		"{% set a, b = 1, 2 %}{{ a }}{{ b }}{% set c %}x{% endset %}{{ c|raw }}{{ (d = 1) }}{{ d }}{% do [e, f] = [1, 2] %}{{ e }}{{ f }}",
		"{% if 1 %}{% set x = 1 %}{% endif %}{{ x }}{% for i in 1..2 %}{{ y|default }}{% set y = i %}{% endfor %}",
		"{% set customer = {nmae: 1} %}{{ customer.nmae }}{% set order = order|merge({x: 1}) %}{{ order.x }}",
		"{% macro m(a, ...rest) %}{{ a }}{{ rest|join }}{% endmacro %}{% macro n() %}{{ varargs|join }}{{ _self.m(1) }}{% endmacro %}{{ _self.M(1) }}",
		`{% import "forms" as f %}{{ f.field(1) }}{% from "forms" import field as g %}{{ g(1) }}`,
		"{{ [3, 1]|sort((a, b) => a <=> b)|join }}{{ order.items|reduce((sum, i) => sum + i.price * i.quantity, 0) }}",
		"{{ order.items|map((i, k) => k ~ i.name)|join }}{{ order.createdAt.format('Y') }}{{ order.createdAt.timestamp }}",
		`{% extends "base" %}{% block row %}{{ accent }}{{ part }}{{ loop.index }}{% endblock %}`,
		`{% extends ["a", "base"] %}{% block row %}{{ anything }}{% endblock %}`,
		`{% extends customer.name %}{% block row %}{{ anything }}{% endblock %}`,
		`{% embed "base" with {x: 1} only %}{% block row %}{{ x }}{{ accent }}{% endblock %}{% endembed %}`,
		`{% include ["nope", "footer"] %}{% include "nope" ignore missing %}{{ include("nope", ignore_missing: true) }}{% include customer.name %}`,
		"{{ customer.name|e|raw }}{{ customer.name|nl2br|raw }}{{ order.total|raw }}{{ order.total|number_format(2)|raw }}{{ '<b>'|raw }}",
		"{% set html %}<b>{{ customer.name }}</b>{% endset %}{{ html|raw }}{% autoescape false %}{{ html }}{{ 1 + 1 }}{{ order.total }}{% endautoescape %}",
		"{% guard function nope %}{{ nope(1) }}{% else %}{{ customer.name }}{% endguard %}",
		"{% with {a: 1} %}{{ a }}{{ customer.name }}{% endwith %}{% with order %}{{ number }}{% endwith %}",
		"{% apply upper %}{{ customer.name }}{% endapply %}{{ _context.x }}{{ _self }}{{ customer[order.status] }}{{ attribute(customer, 'na' ~ 'me') }}",
		"{% verbatim %}{{ nope }}{% endverbatim %}{# {{ nope }} #}{% cancel 'x' ~ customer.name %}",
		"{{ max(order.total, 1) }}{{ customer.name|replace(from = {a: 'b'}) }}{{ {customer}|json_encode }}{{ customer.emails|first }}",
	} {
		assert.Empty(t, brief(check(t, s)), s)
	}
	eng := newEngine(t, twig.Options{Globals: map[string]any{"shop": map[string]any{"name": "x"}}})
	assert.Empty(t, brief(eng.Check(context.Background(), "t", "{{ shop.nmae }}{{ anything.at.all }}", template.EscapeHTML, nil)))
	assert.Empty(t, brief(eng.Check(context.Background(), "t", "{{ customer.name|raw }}", template.EscapeNone, template.EventOrder.Variables())), "a subject is not escaped anyway")
}

func TestCheckSaysWhere(t *testing.T) {
	s := "Привет,\n{{ customer.first_name }}!"
	r := check(t, s)
	require.Len(t, r.Findings, 1)
	f := r.Findings[0]
	assert.False(t, r.OK())
	assert.Equal(t, []string{"firstName", "lastName"}, f.Suggestions)
	assert.Equal(t, "first_name", s[f.Start:f.End])
	assert.Equal(t, "У «customer» нет поля «first_name». Возможно, вы имели в виду «firstName»?", f.Text("ru"))
	assert.Equal(t, "“customer” has no field “first_name”. Did you mean “firstName”?", f.Text("en"))
	assert.Equal(t, "x.y", twig.Finding{Code: "x.y"}.Text("ru"))
}

func TestCheckSaysWhatIsUsed(t *testing.T) {
	r := check(t, `{% extends "base" %}{% block body %}{% for i in order.items %}{{ i.price|number_format(2)|upper }}{% if i.name is empty %}{{ max(1, 2) }}{% endif %}{% endfor %}{% set c = customer %}{{ c.email }}{{ include("footer") }}{% endblock %}`)
	assert.Empty(t, brief(r))
	list := func(uses []twig.Use) (out []string) {
		for _, u := range uses {
			out = append(out, u.Name)
		}
		return out
	}
	assert.Equal(t, []string{"order", "order.items", "order.items[]", "order.items[].price", "order.items[].name", "customer", "customer.email"}, list(r.Variables))
	assert.Equal(t, []string{"extends", "block", "for", "if", "set"}, list(r.Tags))
	assert.Equal(t, []string{"number_format", "upper", "escape"}, list(r.Filters))
	assert.Equal(t, []string{"max", "include"}, list(r.Functions))
	assert.Equal(t, []string{"empty"}, list(r.Tests))
	assert.Equal(t, []string{"base", "footer"}, list(r.Templates))
}

// agrees holds that a template which Check calls clean parses, and that one which does not parse has an error where the
// parser says.
func agrees(t *testing.T, eng *twig.Engine, s string) {
	r := eng.Check(context.Background(), "t", s, template.EscapeHTML, template.EventOrder.Variables())
	_, err := eng.Parse(context.Background(), "t", s, template.EscapeHTML)
	for _, f := range r.Findings {
		if f.Start < 0 || f.Start > f.End || f.End > len(s) || f.Line < 1 || f.Column < 1 || f.Text("ru") == "" || f.Text("en") == f.Code {
			t.Fatalf("%q: %+v", s, f)
		}
	}
	if err == nil {
		return
	}
	if r.OK() {
		t.Fatalf("%q is clean, but %v", s, err)
	}
	var e *template.Error
	if !errors.As(err, &e) || len(r.Findings) >= 200 {
		return
	}
	for _, f := range r.Findings {
		if f.Severity == twig.SeverityError && (e.Line == 0 || f.Line == e.Line && f.Column == e.Column) {
			return
		}
	}
	t.Fatalf("%q: no finding of %v at %v", s, brief(r), err)
}

func TestCheckAgreesWithParse(t *testing.T) {
	sandboxed, trusted := newEngine(t, twig.Options{}), newEngine(t, twig.Options{Trusted: true})
	for _, c := range allCases(t) {
		for _, s := range c.templates {
			agrees(t, sandboxed, s)
			agrees(t, trusted, s)
			for i := range len(s) { // as it was while it was typed
				agrees(t, sandboxed, s[:i])
			}
		}
	}
}

func FuzzCheck(f *testing.F) {
	seeds(f)
	eng := newEngine(f, twig.Options{Source: checkSources})
	f.Fuzz(func(t *testing.T, s string) { agrees(t, eng, s) })
}

func TestHostileTemplatesAreCheckedInTime(t *testing.T) {
	more := map[string]string{
		"errors on a line": strings.Repeat("{{ a|x }}", 50_000),
		"broken tags":      strings.Repeat("{% if ( ", 50_000),
		"branches":         "{% set a0 = x %}" + strings.Repeat("{% set a = a ?: a %}{{ a.b.c|raw }}", 10_000),
		"doubling":         doubling(),
		"guards":           "{{ " + strings.Repeat("(a is defined) or ", 3000) + "1 }}" + strings.Repeat("{{ a }}", 10_000),
	}
	for _, set := range []map[string]string{hostile, more} {
		for name, s := range set {
			t.Run(name, func(t *testing.T) {
				r := check(t, s)
				assert.LessOrEqual(t, len(r.Findings), 200)
			})
		}
	}
}

// doubling are variables each made of the one before, twice.
func doubling() string {
	var b strings.Builder
	for i := range 1000 {
		n, p := twig.Int(int64(i+1)).String(), twig.Int(int64(i)).String()
		b.WriteString("{% set a" + n + " = a" + p + " ?: a" + p + " %}{{ a" + n + ".x|raw }}")
	}
	return b.String()
}

// A tag that is being typed does not hide what follows it.
func TestCheckWhileTyping(t *testing.T) {
	letter := "<p>{{ customer.name }}, {% if order.total > 1 %}спасибо!{% endif %} {{ customer.nmae }}</p>"
	for _, typed := range []string{"{{", "{{ cust", "{{ customer.", "{{ customer.name|", "{% if", "{% if customer.name ==", "{% set x =", "{{ 'a", "{{ foo("} {
		codes := brief(check(t, typed+" "+letter))
		assert.Greater(t, len(codes), 1, typed)
		assert.Contains(t, strings.Join(codes, "\n"), "nmae", typed)
	}
}

func TestFindingsAreDocumented(t *testing.T) {
	for _, code := range twig.Codes() {
		ru, en := placeholders(twig.Finding{Code: code, Name: "{name}", Of: "{of}", Message: "{message}"}, "ru"), placeholders(twig.Finding{Code: code, Name: "{name}", Of: "{of}", Message: "{message}"}, "en")
		assert.Equal(t, ru, en, code)
	}
}

// placeholders are the parameters that the text of a finding has, in alphabetical order.
func placeholders(f twig.Finding, language string) (out []string) {
	for _, p := range []string{"{message}", "{name}", "{of}"} {
		if strings.Contains(f.Text(language), p) {
			out = append(out, p)
		}
	}
	return out
}

func TestDescribe(t *testing.T) {
	eng := newEngine(t, twig.Options{Strict: true, Limits: twig.Limits{Steps: 500, OutputBytes: 100, LiveBytes: 2000, Depth: 5}, Source: source{"self": "{% include 'self' %}"}})
	for s, want := range map[string]string{
		"{{ 1 / 0 }}": "Деление на ноль", "{{ nope }}": "Переменной «nope» нет", "{{ [1] + 1 }}": "Ошибка при выполнении шаблона: ",
		"{% for i in 1..1000 %}{% endfor %}": "Шаблон выполняет слишком много действий", strings.Repeat("x", 200): "Шаблон выводит слишком много",
		"{{ '%09999d'|format(1) }}": "Шаблону нужно слишком много памяти", "{% include 'self' %}": "Шаблоны, блоки и макросы слишком глубоко вложены друг в друга",
		"{% include 'nope' %}": "Шаблона «nope» нет", "{% flush %}": "Тег «flush» здесь запрещён", "{{ date().setTimezone('UTC') }}": "Обращение к «settimezone» здесь запрещено",
		"{{ a|trim(nope = 1) }}": "У «trim» нет аргумента «nope»", "{{ _self.m() }}": "Макроса «m» нет",
	} {
		_, err := render(eng, s, template.Vars{"a": "x"})
		f, ok := twig.Describe(err)
		require.True(t, ok, "%s: %v", s, err)
		assert.True(t, strings.HasPrefix(f.Text("ru"), want), "%s: %s", s, f.Text("ru"))
		var e *template.Error
		require.ErrorAs(t, err, &e)
		assert.Equal(t, f.Code, e.Code)
		assert.Equal(t, f.Name, e.Params["name"])
		assert.Equal(t, f.Of, e.Params["of"])
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := eng.Parse(ctx, "t", "x", template.EscapeHTML)
	f, _ := twig.Describe(err)
	assert.Equal(t, twig.CodeLimitTime, f.Code)
	_, ok := twig.Describe(errors.New("x"))
	assert.False(t, ok)
}
