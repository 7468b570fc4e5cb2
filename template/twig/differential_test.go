package twig_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
)

// differentialTime is the environment variable that says how long TestDifferential runs: CRMMAIL_DIFFERENTIAL=10m. A
// seed for its templates may follow: CRMMAIL_DIFFERENTIAL=10m,42.
const differentialTime = "CRMMAIL_DIFFERENTIAL"

const differentialData = `{"name":"Анна","html":"<b>\"x\" & 'y'</b>","n":7,"neg":-3,"f":2.5,"big":9007199254740993,"num":"12","text":"Hello wide World",
	"empty":"","zero":0,"yes":true,"no":false,"nothing":null,"nums":[3,1,2],"words":["b","a","Ж"],"map":{"a":1,"b":"x","5":"five"},"list":[],
	"rows":[{"sku":"A-1","qty":2,"price":9.99,"tags":["new"]},{"sku":"B","qty":0,"price":100,"tags":[]},{"sku":"C","price":"7.50"}],
	"at":{"$date":"2026-03-08T21:45:10+03:00"},"then":{"$date":"2025-12-31T23:59:59Z"}}`

// TestDifferential compares with the real Twig what templates made by a grammar print, or how they fail.
func TestDifferential(t *testing.T) {
	setting, seedText, _ := strings.Cut(os.Getenv(differentialTime), ",")
	seed := uint64(time.Now().UnixNano())
	if setting == "" { // one batch, the same each time
		setting, seedText = "1ms", "1"
	}
	duration, err := time.ParseDuration(setting)
	require.NoError(t, err)
	realTwig(t)
	if seedText != "" {
		_, err := fmt.Sscan(seedText, &seed)
		require.NoError(t, err)
	}
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	causes := map[string][]string{}
	count, failing := 0, 0
	for end := time.Now().Add(duration); time.Now().Before(end); {
		batch := make([]*testCase, 200)
		for i := range batch {
			batch[i] = generate(rng)
		}
		answers := askAll(t, batch)
		for i, c := range batch {
			count++
			output, fault := c.render(t)
			if answers[i].fault == fatal || strings.HasPrefix(fault, string(template.Limit)) {
				continue
			}
			if fault != "" {
				failing++
			}
			if cause := difference(c, answers[i], output, fault); cause != "" {
				causes[cause] = append(causes[cause], fmt.Sprintf("%s\n   want %q %q\n   got  %q %q", c.templates["index.twig"], answers[i].output, answers[i].fault, output, fault))
			}
		}
	}
	t.Logf("%d templates, %d of them with errors, %d causes of differences", count, failing, len(causes))
	reportCauses(t, causes)
}

func reportCauses(t *testing.T, causes map[string][]string) {
	var order []string
	for cause := range causes {
		order = append(order, cause)
	}
	sort.Strings(order)
	for _, cause := range order {
		examples := causes[cause]
		sort.Slice(examples, func(i, j int) bool { return len(examples[i]) < len(examples[j]) })
		t.Errorf("%s (%d times)\n%s", cause, len(examples), strings.Join(examples[:min(10, len(examples))], "\n"))
	}
}

// clock is the time of now, which goes on between one engine and the other.
var clock = regexp.MustCompile(`\d\d(:|%3A|\\3A |&#x3A;|\\u003A)\d\d(:|%3A|\\3A |&#x3A;|\\u003A)\d\d`)

var line = regexp.MustCompile(`^(\w+) \d+:`)

// broken is what stands for bytes that are no UTF-8, one or more of them.
var broken = regexp.MustCompile("(\ufffd|\\\\uFFFD|%EF%BF%BD)+")

type answer struct{ output, fault string }

// fatal is the answer to what ended the process of the real Twig, such as too large a range.
const fatal = "fatal"

// askAll puts cases to the real Twig, in a new process after one that it ended.
func askAll(t *testing.T, cases []*testCase) []answer {
	var answers []answer
	for len(answers) < len(cases) {
		answers = append(answers, askSome(t, cases[len(answers):])...)
		if len(answers) < len(cases) {
			answers = append(answers, answer{fault: fatal})
		}
	}
	return answers
}

func askSome(t *testing.T, cases []*testCase) (answers []answer) {
	cmd := exec.Command("php", "-d", "memory_limit=256M", "testdata/oracle.php")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	defer func() { _ = cmd.Wait() }()
	go func() {
		defer in.Close()
		for _, c := range cases {
			line, _ := json.Marshal(map[string]any{"templates": c.templates, "data": json.RawMessage(c.data), "options": c.options})
			if _, err := in.Write(append(line, '\n')); err != nil {
				return
			}
		}
	}()
	lines := bufio.NewReader(out)
	for range cases {
		raw, err := lines.ReadBytes('\n')
		var a struct {
			Output        *string
			Kind, Message string
			Line          int
		}
		if err != nil || json.Unmarshal(raw, &a) != nil {
			_, _ = io.Copy(io.Discard, lines)
			return answers
		}
		if a.Output != nil {
			answers = append(answers, answer{output: *a.Output})
		} else {
			answers = append(answers, answer{fault: fmt.Sprintf("%s %d: %s", a.Kind, a.Line, a.Message)})
		}
	}
	return answers
}

// difference names the cause of a difference, "" where there is none. The wording of PHP's own errors is not compared,
// and not their line where Twig only guesses it: in a macro it names the line of the call, in an elseif that of the if.
func difference(c *testCase, want answer, output, fault string) string {
	if source := c.templates["index.twig"]; strings.Contains(source, "elseif") || strings.Contains(source, "lib.m") {
		fault, want.fault = line.ReplaceAllString(fault, "$1 ?:"), line.ReplaceAllString(want.fault, "$1 ?:")
	}
	output, want.output = clock.ReplaceAllString(output, "?"), clock.ReplaceAllString(want.output, "?")
	fault, want.fault = clock.ReplaceAllString(fault, "?"), clock.ReplaceAllString(want.fault, "?")
	output, want.output = broken.ReplaceAllString(strings.ToValidUTF8(output, "\ufffd"), "?"), broken.ReplaceAllString(want.output, "?")
	fault = broken.ReplaceAllString(strings.ToValidUTF8(fault, "\ufffd"), "?")
	want.fault = broken.ReplaceAllString(want.fault, "?")
	thrown := func(s string) (string, bool) {
		place, _, ok := strings.Cut(s, ": An exception has been thrown")
		return place, ok
	}
	switch {
	case strings.Contains(want.fault, "LoaderInterface@anonymous"), strings.Contains(want.fault, "getTemplateClass()"): // PHP's types of names
		return ""
	case want.fault == fault && output == want.output:
		return ""
	case want.fault == "" && fault == "":
		return "output"
	case want.fault == "":
		return "refused: " + classOf(fault)
	case fault == "":
		return "accepted: " + classOf(want.fault)
	}
	wantPlace, wantThrown := thrown(want.fault)
	place, ok := thrown(fault)
	if ok && wantThrown && place == wantPlace {
		return ""
	}
	return "other error: " + classOf(want.fault) + " / " + classOf(fault)
}

// classOf is an error without what is particular to a template.
func classOf(fault string) string {
	var b strings.Builder
	quoted := false
	for _, r := range fault {
		if r == '"' {
			quoted = !quoted
		}
		if (!quoted || strings.Contains(fault, "exception has been thrown")) && (r < '0' || r > '9') {
			b.WriteRune(r)
		}
	}
	return b.String()
}

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

// open and close are delimiters with white space control now and then.
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
