package twig_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// intlTemplate writes everything that the tables of a locale have.
const intlTemplate = `
{%- for n in numbers %}{{ n|format_number }}|{{ n|format_number(style='percent') }}|{{ n|format_number({fraction_digit: 2}) }}|
{{- n|format_number({max_fraction_digit: 1, grouping_used: false}) }}|{{ n|format_number({min_fraction_digit: 4}) }}|{{ n|format_percent_number({max_fraction_digit: 2}) }}|
{%- for mode in ['ceiling', 'floor', 'down', 'up', 'halfeven', 'halfdown', 'halfup'] %}{{ n|format_number({max_fraction_digit: 1, rounding_mode: mode}) }}|{% endfor %}
{%- for code in currencies %}{{ n|format_currency(code) }}|{% endfor %}{{ n|format_currency('RUB', {fraction_digit: 0}) }}|{{ n|format_number({min_integer_digit: 3}) }}
{% endfor %}
{%- for zone in zones %}{% for d in dates %}{% for style in ['none', 'short', 'medium', 'long', 'full'] %}{{ d|format_date(style, timezone=zone) }}|{{ d|format_time(style, timezone=zone) }}|
{%- for other in ['none', 'short', 'medium', 'long', 'full'] %}{{ d|format_datetime(style, other, timezone=zone) }}|{% endfor %}
{% endfor %}{{ d|format_datetime }}
{% for p in patterns %}{{ p }}={{ d|format_datetime(pattern=p, timezone=zone) }}|{% endfor %}
{% endfor %}{% endfor %}`

const intlData = `{"numbers":[0,1,-1,999,1234,12345,1234567,0.5,1.5,2.5,-0.5,0.005,0.015,0.025,1.005,12345.565,-1234.565,0.1,0.0004,99.995,999999.9995,1e21,-1e-9,12.5,"12.345",0.05,0.25,1e15,123456789.12,9007199254740993,true,null],
"currencies":["RUB","USD","EUR","GBP","KZT","UAH","BYN","JPY","KWD","CLP","CLF","XAF","XOF","XPF","MXN","CHF","usd","THB","ABCD",""],
"zones":["UTC","Europe/Moscow","Europe/Madrid","Europe/London","Europe/Samara","Asia/Yekaterinburg","Asia/Kamchatka","Europe/Kaliningrad","Europe/Minsk"],
"dates":["2026-01-01T00:00:00Z","2026-05-17T06:40:05Z","2026-08-31T23:59:59Z","2026-12-31T12:00:00Z","2024-02-29T13:05:09.123456Z","2027-01-03T01:02:03Z","1999-09-09T09:09:09Z"],
"patterns":["d MMMM y","LLLL y","dd.MM.yyyy","d MMM","EEEE","EEE, d MMM","cccc","EEEEE EEEEEE","MMMMM LLLLL LLL","HH:mm:ss.SSS","h a","K k kk KK hh","D DDD","w Y","QQQ QQQQ Q q","e ee c","G GGGG","y yy yyy yyyyy u","X XX XXX XXXX XXXXX x xx xxx","Z ZZZZ ZZZZZ O OOOO VV","'в' HH 'ч.'","''yy''","S SSSSSS A"]}`

func TestIntlAgainstICU(t *testing.T) {
	ask := realTwig(t)
	if icu := icuVersion(t); !strings.HasPrefix(icu, "72.") {
		t.Skipf("the tables are those of ICU 72, here is %q (.ci/install and .ci/twig fetch it)", icu)
	}
	for _, locale := range []string{"ru", "en", "es", "ru_RU", "en_US", "es_ES"} {
		c := &testCase{path: locale, templates: map[string]string{"index.twig": intlTemplate}, data: intlData, options: caseOptions{Locale: locale, Autoescape: false}}
		want, fault := ask(c)
		require.Empty(t, fault, locale)
		got, fault := c.render(t)
		require.Empty(t, fault, locale)
		wants, gots := strings.FieldsFunc(want, func(r rune) bool { return r == '|' || r == '\n' }), strings.FieldsFunc(got, func(r rune) bool { return r == '|' || r == '\n' })
		require.Len(t, gots, len(wants), locale)
		t.Logf("%s: %d values", locale, len(wants))
		differing, seen := 0, map[string]bool{}
		for i := range wants {
			if wants[i] != gots[i] && !seen[wants[i]] {
				seen[wants[i]] = true
				if differing++; differing < 25 {
					t.Errorf("%s: %q, want %q", locale, gots[i], wants[i])
				}
			}
		}
		assert.Zero(t, differing, locale)
	}
}

func TestIntlRefuses(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	for s, message := range map[string]string{
		"{{ 1|format_number(locale='xx') }}":                "The locale \"xx\" is not supported",
		"{{ 1|format_number(style='spellout') }}":           "not supported",
		"{{ 1|format_number(style='x') }}":                  "does not exist, known styles",
		"{{ 1|format_number(type='x') }}":                   "does not exist, known types",
		"{{ 1|format_number({x: 1}) }}":                     "attribute \"x\"",
		"{{ 1|format_number({rounding_mode: 'x'}) }}":       "rounding mode",
		"{{ 'x'|format_number }}":                           "must be of type int|float, string given",
		"{{ 1|format_currency('RU') }}":                     "Unable to format",
		"{{ 'now'|format_date('x') }}":                      "The date format \"x\" does not exist",
		"{{ 'now'|format_date('relative_short') }}":         "not supported",
		"{{ 'now'|format_time('x') }}":                      "The time format \"x\" does not exist",
		"{{ 'now'|format_date(calendar='x') }}":             "calendar",
		"{{ 'now'|format_datetime(pattern='B') }}":          "The letter \"B\"",
		"{{ 1|format_number({fraction_digit: 2}, 'int') }}": "known styles",
	} {
		_, err := render(eng, s, nil)
		assert.Contains(t, fault(t, err, template.KindRuntime).Message, message, s)
	}
	_, err := twig.New(twig.Options{Locale: "xx"})
	require.Error(t, err)
	out, err := render(eng, "{{ 1|format_number({min_fraction_digit: 1000000000})|length }}", nil)
	require.NoError(t, err)
	assert.Equal(t, "102", out.Text)
}

// Zones whose names the tables do not have are written by their distance from Greenwich, other than ICU does.
func TestIntlZonesWithoutAName(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	out, err := render(eng, `{{ "2026-05-17T06:40:05Z"|format_time('full', timezone='Asia/Kolkata') }} {{ "2026-05-17T06:40:05Z"|format_time('long', timezone='America/New_York', locale='en') }}`, nil)
	require.NoError(t, err)
	assert.Equal(t, "12:10:05\u202fPM GMT+05:30 2:40:05\u202fAM EDT", out.Text)
}

func TestRussianPlural(t *testing.T) {
	eng := newEngine(t, twig.Options{})
	out, err := render(eng, `{% for n in [0, 1, 2, 4, 5, 11, 12, 14, 21, 22, 25, 101, 111, 112, 1001, -1, -2, 1.5, 2.0, '3'] %}{{ n }} {{ ru_plural(n, 'товар', 'товара', 'товаров') }};{% endfor %}`, nil)
	require.NoError(t, err)
	assert.Equal(t, "0 товаров;1 товар;2 товара;4 товара;5 товаров;11 товаров;12 товаров;14 товаров;21 товар;22 товара;25 товаров;101 товар;111 товаров;"+
		"112 товаров;1001 товар;-1 товар;-2 товара;1.5 товара;2 товара;3 товара;", out.Text)
	for _, s := range []string{`{{ ru_plural(1, 'a') }}`, `{{ ru_plural('x', 'a', 'b', 'c') }}`} {
		_, err := render(eng, s, nil)
		require.Error(t, err, s)
	}
}
