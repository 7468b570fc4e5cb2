package twig_test

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// long is a template that makes a text of n MiB in s.
func long(letters string, n int) string {
	for len(letters) < 16 {
		letters += letters
	}
	return "{% set s = '" + letters[:16] + "' %}{% for i in 1.." + strconv.Itoa(16+n) + " %}{% set s = s ~ s %}{% endfor %}"
}

// greedy are templates that build much out of little in one go. Each ends in a limit, and what is allocated until then
// stays by the limit of live bytes: nothing is built before it is counted.
var greedy = map[string]string{
	"chain of ~":       long("a", 0) + "{{ (" + strings.Repeat("s~", 3900) + "s)|length }}",
	"interpolation":    long("a", 0) + `{{ "` + strings.Repeat("#{s}", 3000) + `"|length }}`,
	"repeated format":  long("a", 0) + "{{ '" + strings.Repeat("%1$s", 20_000) + "'|format(s)|length }}",
	"padded format":    "{{ '" + strings.Repeat("%1$5000000s", 2000) + "'|format(1)|length }}",
	"number separator": long("a", 0) + "{{ 1e300|number_format(0, '', s)|length }}",
	"joined":           long("a", 0) + "{{ 1..1000|join(s)|length }}{{ (1..1000)|join(s)|length }}",
	"escaped":          long("<", 1) + "{{ s|e('js')|e('html')|e('js')|length }}",
	"printed escaped":  long("<", 1) + "{% autoescape 'html_attr' %}{{ s }}{{ s }}{% endautoescape %}",
	"line breaks":      long(`\n`, 1) + "{{ s|nl2br|nl2br|length }}",
	"control as JSON":  long(`\1`, 1) + "{{ s|json_encode|json_encode|length }}",
	"deep pretty JSON": `{% set a = 1..60000 %}{% for i in 1..500 %}{% set a = [a] %}{% endfor %}{{ a|json_encode(128)|length }}`,
	"reversed":         long("a", 1) + "{{ s|reverse|length }}",
	"characters":       long("a", 1) + "{{ s|split('')|length }}",
	"commas":           long(",", 1) + "{{ s|split(',')|length }}",
	"pairs":            long("a", 1) + "{{ s|split('', 2)|length }}",
	"a random letter":  long("a", 1) + "{{ random(s) }}{{ random(s) }}{{ random(s) }}",
	"shuffled":         long("a", 1) + "{{ s|shuffle|length }}",
	"query":            long("<", 0) + "{{ [s, s, s, s, s]|url_encode|length }}",
	"rows of one":      "{% set b = (1..90000)|batch(1) %}{{ b|length }}",
	"keyed":            "{% set b = (1..90000)|filter(v => v > 1) %}{{ b|length }}",
	"empty lists":      "{% set b = (1..90000)|map(v => []) %}{{ b|length }}",
	"mapped to maps":   "{% set b = (1..50000)|map(v => {a: v}) %}{{ b|length }}",
	"names of loaders": long("a", 0) + "{% include [" + strings.Repeat("s,", 2000) + "] %}",
	"upper":            long("ΐ", 1) + "{{ s|upper|upper|length }}",
	"cancel":           long("a", 2) + "{% cancel s ~ s %}",
	"loops in loops":   strings.Repeat("{% for i in 1..3 %}", 40) + "{% set x = loop.parent %}" + strings.Repeat("{% endfor %}", 40),
}

// allocated is how many bytes f allocates, those that are freed again as well.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestGreedyTemplatesEnd(t *testing.T) {
	const live = 8 << 20
	for name, s := range greedy {
		t.Run(name, func(t *testing.T) {
			eng := newEngine(t, twig.Options{Limits: twig.Limits{LiveBytes: live, OutputBytes: live}})
			tpl, err := eng.Parse(context.Background(), "letter", s, template.EscapeHTML)
			require.NoError(t, err)
			began := time.Now()
			bytes := allocated(func() { _, err = tpl.Render(context.Background(), nil) })
			e := fault(t, err, template.KindLimit)
			assert.Less(t, len(e.Message), 70_000)
			assert.Less(t, bytes, uint64(16*live), "bytes that grow by doubling are allocated several times over")
			assert.Less(t, time.Since(began), 20*time.Second)
		})
	}
}

// busy are templates that work long on little. Each ends in a limit of steps soon, without a deadline.
var busy = map[string]string{
	"spaces in a number":  long(" ", 1) + "{% set t = s ~ '1' %}{% for i in 1..300000 %}{% if 1 == t %}{% endif %}{% endfor %}",
	"digits in a number":  long("1", 1) + "{% for i in 1..300000 %}{% set x = 1 + s %}{% endfor %}",
	"long keys":           long("a", 1) + "{% set m = {(s): 1} %}{% for i in 1..500000 %}{% set x = m[s] %}{% endfor %}",
	"equal texts":         long("a", 0) + "{% set l = [" + strings.Repeat("s,", 30) + "'b'] %}{% for i in 1..5000 %}{% if s ~ i in l %}{% endif %}{% endfor %}",
	"equal lists":         long("a", 0) + "{% set t = s ~ '' %}{% for i in 1..50000 %}{% if [s, i] == [t, 0] %}{% endif %}{% endfor %}",
	"a list or not":       "{% set l = {...1..100000, a: 1, 100001: 2} %}{% for i in 1..900000 %}{% if l is mapping %}{% endif %}{% endfor %}",
	"spread to a method":  "{% set l = 1..10000 %}{% for i in 1..10000 %}{{ date().format(...l) }}{% endfor %}",
	"templates not there": "{% for i in 1..300000 %}{% include 'x' ~ i ignore missing %}{% endfor %}",
	"lists of templates":  "{% include ((1..200000)|map(v => 'x' ~ v)) ignore missing %}",
	"groups":              long("a", 0) + "{% for i in 1..2000 %}{% if s matches '/b" + strings.Repeat("()", 1900) + "/' %}{% endif %}{% endfor %}",
	"classes":             long("a", 0) + "{% for i in 1..2000 %}{% if s matches '/[" + strings.Repeat("bc", 1900) + "]d/' %}{% endif %}{% endfor %}",
	"dates":               "{% for i in 1..900000 %}{% set d = '1 May 2026 +1 day +1 day +1 day +1 day +1 day +1 day'|date %}{% endfor %}",
}

func TestBusyTemplatesEnd(t *testing.T) {
	for name, s := range busy {
		t.Run(name, func(t *testing.T) {
			eng := newEngine(t, twig.Options{Source: source{}, Limits: twig.Limits{Steps: 200_000}})
			began := time.Now()
			_, err := render(eng, s, nil)
			require.Error(t, err)
			assert.Less(t, time.Since(began), 10*time.Second)
		})
	}
}

// A chain of operators is as high as it is long, and macros multiply it: the stack of a goroutine is never used up.
func TestHighExpressions(t *testing.T) {
	high := strings.Repeat("+1", 900)
	for name, s := range map[string]string{
		"macro": "{% macro m() %}{{ _self.m()" + high + " }}{% endmacro %}{{ _self.m() }}",
		"block": "{% block m %}" + strings.Repeat("{% if 1 %}", 380) + "{{ block('m')" + high + " }}" + strings.Repeat("{% endif %}", 380) + "{% endblock %}",
		"arrow": "{% set f = g => g|invoke(g)" + high + " %}{{ f|invoke(f) }}",
		"long":  "{% macro m() %}{{ " + strings.Repeat("(", 90) + "_self.m()" + strings.Repeat(strings.Repeat("+1", 3900)+")", 90) + " }}{% endmacro %}{{ _self.m() }}",
	} {
		_, err := render(newEngine(t, twig.Options{Trusted: true}), s, nil)
		require.Error(t, err, name)
		fault(t, err, template.KindLimit)
	}
	_, err := render(newEngine(t, twig.Options{}), "{{ 1"+high+" }}{{ "+strings.Repeat("'a' ~ ", 2000)+"'' }}", nil)
	require.NoError(t, err)
}

// Data of the host that leads back into itself is refused where it has to be read in whole.
func TestDataThatContainsItself(t *testing.T) {
	list := []any{1, nil, nil}
	list[1], list[2] = list, list
	twice := map[string]any{"n": 1}
	twice["a"], twice["b"] = twice, twice
	var own twig.Map
	own.Set("a", own.Value())
	own.Set("b", own.Value())
	for name, v := range map[string]any{"list": list, "map": twice, "value": own.Value()} {
		_, err := twig.Of(v)
		require.ErrorContains(t, err, "nested deeper", name)
		_, err = twig.New(twig.Options{Globals: map[string]any{"x": v}})
		require.ErrorContains(t, err, "nested deeper", name)
	}
	_, err := render(newEngine(t, twig.Options{}), "{{ x|length }}", template.Vars{"x": list})
	require.ErrorContains(t, err, "nested deeper")
	for _, s := range []string{"{{ x|json_encode }}", "{{ x == y }}", "{{ x === y }}", "{{ x|url_encode|length }}", "{{ x.a.b.a.b.n }}", "{{ x in [y] }}"} {
		for _, v := range []any{twice, own.Value()} {
			_, err := render(newEngine(t, twig.Options{}), s, template.Vars{"x": v, "y": map[string]any{"n": 1, "a": v, "b": v}})
			if err != nil {
				fault(t, err, template.KindLimit)
			}
		}
	}
}

// What an engine keeps parsed is bounded by how much it is, not only by how many templates.
func TestCacheIsBounded(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	dense := strings.Repeat("{{a.b}}", 100_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range 20 {
		_, err := eng.Parse(context.Background(), strconv.Itoa(i), dense, template.EscapeHTML)
		require.NoError(t, err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(eng)
	assert.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(250<<20))
}

// A source that is made of nothing but names and loops parses in time by its length.
func TestParsingIsLinear(t *testing.T) {
	var b strings.Builder
	b.WriteString(strings.Repeat("{%for i in 1..2%}", 390))
	for i := range 40_000 {
		b.WriteString("{%set a" + strconv.Itoa(i) + "=1%}")
	}
	b.WriteString(strings.Repeat("{%endfor%}", 390))
	began := time.Now()
	_, err := newEngine(t, twig.Options{}).Parse(context.Background(), "t", b.String(), template.EscapeHTML)
	require.NoError(t, err)
	assert.Less(t, time.Since(began), 5*time.Second)
}
