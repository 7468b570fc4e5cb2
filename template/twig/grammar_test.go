package twig_test

import (
	"math/rand/v2"
	"strings"
)

// grammar makes templates.
type grammar struct {
	*rand.Rand
	b     strings.Builder
	depth int
	names []string
}

func generate(rng *rand.Rand) *testCase {
	g := &grammar{Rand: rng, names: strings.Fields("name html n neg f big num text empty zero yes no nothing nums words map list rows at then nope")}
	for range 1 + g.IntN(3) {
		g.statement()
	}
	c := &testCase{path: "generated", data: differentialData, templates: map[string]string{
		"index.twig": g.b.String(), "part.twig": "[{{ name }}|{{ x|default('-') }}|{{ loop.index|default('-') }}]", "base.twig": "{% block a %}A{% endblock %}|{% block b %}B{{ n }}{% endblock %}",
		"macros.twig": "{% macro m(a, b = 2) %}<{{ a }},{{ b }},{{ varargs|length }}>{% endmacro %}",
	}}
	c.options.Strict = g.IntN(4) == 0
	if g.IntN(6) == 0 {
		c.options.Autoescape = g.pick("js", "css", "url", "html_attr", "html")
	}
	return c
}

func (g *grammar) pick(s ...string) string { return s[g.IntN(len(s))] }

func (g *grammar) name() string { return g.names[g.IntN(len(g.names))] }

// tag writes a tag whose delimiters have white space control now and then.
func (g *grammar) tag(body string) {
	g.b.WriteString(g.pick("{% ", "{% ", "{%- ", "{%~ ", "{%"))
	g.b.WriteString(body + g.pick(" %}", " %}", " -%}", " ~%}", "%}"))
}

func (g *grammar) statement() {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 4 {
		g.b.WriteString("{{ " + g.expr(2) + " ~ '' }}")
		return
	}
	switch g.IntN(22) {
	case 0, 1, 2, 3, 4, 5:
		e := g.expr(3)
		if e == "null" || e == "false" { // alone in an apply tag they make Twig capture an empty markup, not an empty string
			e = "nothing"
		}
		g.b.WriteString(g.pick("{{ ", "{{ ", "{{- ", "{{~ ") + e + g.pick(" }}", " }}", " -}}", " ~}}"))
	case 6:
		g.b.WriteString(g.pick(" ", "\n", "текст ", "<p>\n\n  ", "{# note #}\n", "{#- note ~#} ", "{% verbatim %}{{ x }}{% endverbatim %}"))
	case 7, 8:
		g.tag("if " + g.expr(2))
		g.statement()
		if g.IntN(2) == 0 {
			g.tag(g.pick("else", "elseif "+g.expr(1)))
			g.statement()
		}
		g.tag("endif")
	case 9, 10, 11:
		g.forTag()
	case 12, 13:
		x := g.pick("x", "y", "name", "n")
		if g.IntN(3) == 0 {
			g.tag("set " + x)
			g.statement()
			g.tag("endset")
		} else {
			g.tag("set " + x + " = " + g.expr(3))
		}
		g.names = append(g.names, x)
	case 14:
		g.tag("with " + g.pick("{x: "+g.expr(2)+"}", "{x: "+g.expr(2)+"} only", "map", g.expr(1)))
		g.names = append(g.names, "x")
		g.statement()
		g.tag("endwith")
	case 15:
		g.tag("apply " + g.filter())
		g.statement()
		g.tag("endapply")
	case 16:
		g.tag("autoescape " + g.pick("false", "'html'", "'js'", "'css'", "'url'", "'html_attr'"))
		g.statement()
		g.tag("endautoescape")
	case 17:
		g.b.WriteString(g.pick("{% include 'part.twig' %}", "{% include 'part.twig' with {x: "+g.expr(1)+"} %}", "{{ include('part.twig', {x: "+g.expr(1)+"}, with_context = false) }}",
			"{% include 'nope.twig' ignore missing %}", "{% include ['nope.twig', 'part.twig'] only %}", "{{ include_only('part.twig', {x: "+g.expr(1)+"}) }}", "{% include "+g.expr(1)+" %}"))
	case 18:
		g.b.WriteString("{% embed 'base.twig' %}{% block " + g.pick("a", "b") + " %}")
		g.statement()
		g.b.WriteString(g.pick("", "{{ parent() }}") + "{% endblock %}{% endembed %}")
	case 19:
		g.b.WriteString("{% import 'macros.twig' as lib %}{{ lib.m(" + g.pick(g.expr(1), g.expr(1)+", "+g.expr(1), "b: "+g.expr(1), "...nums", "a = "+g.expr(1)+", c = 1") + ") }}")
	case 20:
		block := g.pick("p", "q", "r")
		g.b.WriteString("{% block " + block + " %}")
		g.statement()
		g.b.WriteString("{% endblock %}" + g.pick("", "{{ block('"+block+"') }}"))
	default:
		g.tag("do " + g.expr(2))
	}
}

func (g *grammar) forTag() {
	target := g.pick("i", "k, v", "v")
	g.tag("for " + target + " in " + g.pick("nums", "map", "rows", "words", "list", "1..3", "'a'..'c'", g.expr(2)))
	g.names = append(g.names, strings.Split(target, ", ")...)
	if g.IntN(2) == 0 {
		g.b.WriteString("{{ loop." + g.pick("index", "index0", "revindex", "first", "last", "length", "parent.name", "parent.loop.index") + " }}")
	}
	g.statement()
	if g.IntN(4) == 0 {
		g.tag("else")
		g.statement()
	}
	g.tag("endfor")
}

func (g *grammar) literal() string {
	return g.pick("0", "1", "2", "-1", "3.5", "0.1", "1e3", "1_000", "10", "''", "'a'", "'Ж'", "'12'", "'0'", "'1.5x'", "'<i>'", `"a#{n}b"`, `"\n"`, "true", "false", "null",
		"[]", "[1, 2]", "{}", "{a: 1, 'b': 2}", "[1, ...nums]", "{a: 1, ...map}", "{name, n}")
}

func (g *grammar) expr(depth int) string {
	if depth <= 0 {
		if g.IntN(2) == 0 {
			return g.literal()
		}
		return g.name()
	}
	sub := func() string { return g.expr(depth - 1 - g.IntN(2)) }
	switch g.IntN(20) {
	case 0:
		return g.literal()
	case 1:
		return g.name()
	case 2, 3, 4:
		return sub() + " " + g.pick("+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">", "<=", ">=", "<=>", "and", "or", "xor", "in", "not in", "??", "?:", "b-and", "b-or", "b-xor",
			"starts with", "ends with", "===", "!==", "..") + " " + sub()
	case 5, 6, 7, 8:
		return g.pick(g.name(), "("+sub()+")") + "|" + g.filter()
	case 9:
		return g.name() + g.pick(".a", ".sku", "[0]", "['a']", "[1:]", "[:2]", "[-1:1]", "."+g.pick("0", "5", "length"), "?.a", "["+sub()+"]", ".("+sub()+")", ".b.c")
	case 10:
		return g.pick("rows[0]", "rows[1]", "rows|first", "rows|last") + g.pick(".sku", ".qty", ".price", ".tags", ".nope", "['sku']")
	case 11:
		return sub() + " is " + g.pick("", "not ") + g.pick("empty", "iterable", "even", "odd", "null", "defined", "sequence", "mapping", "same as("+sub()+")", "divisible by(3)")
	case 12:
		return "(" + sub() + " ? " + sub() + " : " + sub() + ")"
	case 13:
		return g.pick("not ", "-", "+") + sub()
	case 14:
		return g.pick("max", "min") + "(" + sub() + ", " + sub() + ")"
	case 15:
		return g.pick("range(0, 6, 2)", "cycle(words, "+sub()+")", "attribute(map, "+sub()+")", "range("+sub()+", 3)", "date(at).format('Y')", "block('nope') is defined", "constant('JSON_PRETTY_PRINT')")
	case 16:
		if g.IntN(3) == 0 { // not of any text: what PHP reads as a date is a test of its own
			return g.pick("at", "then", "n", "neg") + "|" + g.pick("date('Y-m-d')", "date('D, d M Y H:i:s', 'Europe/Moscow')", "date", "date_modify('+1 month')|date('c')")
		}
		return g.name() + "|" + g.pick("map(v => "+g.arrow()+")", "filter((v, k) => "+g.arrow()+")", "sort((a, b) => a <=> b)", "reduce((c, v) => c ~ v, '')", "find(v => "+g.arrow()+")", "map((v, k) => k ~ v|json_encode)")
	case 17:
		return "[" + sub() + ", " + sub() + "]"
	case 18:
		return "{(" + sub() + "): " + sub() + ", z: " + sub() + "}"
	}
	return "(" + sub() + ")"
}

func (g *grammar) arrow() string {
	return g.pick("v", "v ~ '!'", "v > 1", "v|upper", "v|length", "v.sku ?? v", "v is iterable", "n", "v == name")
}

func (g *grammar) filter() string {
	return g.pick("upper", "lower", "title", "capitalize", "trim", "trim('a')", "trim(side='left')", "length", "first", "last", "reverse", "reverse(true)", "sort", "keys", "join", "join(', ')", "join(', ', ' и ')",
		"default('-')", "default", "abs", "round", "round(1)", "round(1, 'floor')", "round(-1, 'ceil')", "number_format", "number_format(2)", "number_format(2, ',', ' ')", "json_encode", "json_encode(128)", "url_encode", "striptags",
		"nl2br", "raw", "escape", "e('js')", "e('css')", "e('url')", "e('html_attr')", "slice(1)", "slice(-2, 1)", "slice(0, 2, true)", "split(',')", "split('', 2)", "split(' ', -1)", "batch(2)", "batch(2, 'x')", "merge([9])", "merge({a: 2})", "merge(map)",
		"column('sku')", "column('price', 'sku')", "replace({a: 'b', 'b': 'a'})", "replace({'%n%': name})", "format(1, 'x')",
		"spaceless", "filter(v => v)", "map(v => v)", "convert_encoding('UTF-8', 'ISO-8859-1')", "shuffle|length", "invoke(1)", "nope", "upper(1)", "batch", "round(digits=1)")
}
