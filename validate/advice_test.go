package validate_test

import (
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

// advised are inputs of one finding alone; each twin differs in what makes it one, and has none.
var advised = []struct {
	code, html, twin string
	snippet          string // what is reported, if not the whole
}{
	{"placeholder.unresolved", `<p>Hello {{ name }}</p>`, `<p>Hello { name }</p>`, `{{ name }}`},
	{"placeholder.unresolved", `<p>Hello {{{name}}}</p>`, `<p>Hello {{}}</p>`, `{{{name}}`},
	{"placeholder.unresolved", `<p>{% if vip %}</p>`, `<p>{50% off}</p>`, `{% if vip %}`},
	{"placeholder.unresolved", `<p>*|FNAME|*</p>`, `<p>*|* * *|*</p>`, `*|FNAME|*`},
	{"placeholder.unresolved", `<p>%FIRST_NAME%</p>`, `<p>100%OFF% now</p>`, `%FIRST_NAME%`},
	{"placeholder.unresolved", `<p>%DEPARTMENT%</p>`, `<p>50% and 60%</p>`, `%DEPARTMENT%`},
	{"placeholder.unresolved", `<p>%recipient.name%</p>`, `<p>%recipient%</p>`, `%recipient.name%`},
	{"placeholder.unresolved", `<p>%%first name%% %%firstname%%</p>`, `<p>%% sign %%</p>`, `%%firstname%%`},
	{"placeholder.unresolved", `<a href="https://shop.example/{{ id }}">x</a>`, `<a href="https://shop.example/%D0%BF%D0%B0%D0">x</a>`, `{{ id }}`},
	{"placeholder.unresolved", `<a href="https://shop.example/?u=%USER_ID%">x</a>`, `<a href="https://shop.example/?u=%E9some_text%20x">x</a>`, `%USER_ID%`},
	{"placeholder.unresolved", `<style>a{color:{{ color }}}</style>`, `<style>@media print{a{color:red}}</style>`, `{{ color }}`},
	{"placeholder.unresolved", `<!--[if mso]><p>{{ name }}</p><![endif]-->`, `<!-- {{ name }} -->`, `{{ name }}`},
	{"placeholder.gap", `<p>Здравствуйте, !</p>`, `<p>Здравствуйте, Анна!</p>`, `Здравствуйте, !`},
	{"placeholder.gap", `<p>Здравствуйте ,</p>`, `<p>Здравствуйте,</p>`, `Здравствуйте ,`},
	{"placeholder.gap", "<td>\n  Уважаемый ,\n</td>", "<td>\n  Уважаемый клиент,\n</td>", `Уважаемый ,`},
	{"placeholder.gap", `<p>Уважаемая!</p>`, `<p>Здравствуйте!</p>`, `Уважаемая!`},
	{"placeholder.gap", `<p>Hi,&nbsp;!</p>`, `<p>Hi,&nbsp;Ann!</p>`, `Hi,&nbsp;!`},
	{"placeholder.gap", `<p>Hello null,</p>`, `<p>Hello Nullson,</p>`, `Hello null`},
	{"placeholder.gap", `<p>Привет, undefined!</p>`, `<p>Привет, Ундина!</p>`, `Привет, undefined`},
	{"placeholder.gap", `<p>Здравствуйте, <b></b>!</p>`, `<p>Здравствуйте, <b>Анна</b>!</p>`, `Здравствуйте, <b></b>!`},
	{"link.empty", `<a href="">x</a>`, `<a name="top">x</a>`, `href=""`},
	{"link.empty", `<a href=" # ">x</a>`, `<a href="#top">x</a>`, `href=" # "`},
	{"link.empty", `<a href="https://">x</a>`, `<form action="">x</form>`, `href="https://"`},
	{"link.empty", `<img src="" alt="">`, `<img alt="">`, `src=""`},
	{"link.invalid", `<a href="https://shop example/">x</a>`, `<a href="mailto:a b@shop.example">x</a>`, `href="https://shop example/"`},
	{"link.invalid", `<a href="https://1.2.3.4.5/">x</a>`, `<a href="https://1.2.3.4.5.example/">x</a>`, `href="https://1.2.3.4.5/"`},
	{"link.relative", `<a href="/sale">x</a>`, `<a href="tel:+78001234567">x</a>`, `href="/sale"`},
	{"link.relative", `<img src="sale.png" alt="">`, `<img src="data:image/png;base64,AA" alt="">`, `src="sale.png"`},
	{"link.relative", `<a href="//shop.example/">x</a>`, `<a href="https://shop.example//">x</a>`, `href="//shop.example/"`},
	{"link.relative", `<a href="https//shop.example/">x</a>`, `<a href="sms:+7800">x</a>`, `href="https//shop.example/"`},
	{"link.insecure", `<a href="HTTP://shop.example/">x</a>`, `<a href="HTTPS://shop.example/">x</a>`, `href="HTTP://shop.example/"`},
	{"link.insecure", `<td background="http://shop.example/1.png">x</td>`, `<html lang="ru" xmlns="http://www.w3.org/1999/xhtml"><title>x</title>`, `background="http://shop.example/1.png"`},
	{"link.userinfo", `<a href="https://bank.example@shop.example/">x</a>`, `<a href="https://shop.example/@bank.example">x</a>`, `href="https://bank.example@shop.example/"`},
	{"link.local", `<a href="http://localhost/x">x</a>`, `<a href="https://localhost.example/x">x</a>`, `href="http://localhost/x"`},
	{"link.local", `<a href="https://crm/x">x</a>`, `<a href="https://crm.example/x">x</a>`, `href="https://crm/x"`},
	{"link.local", `<a href="https://crm.local/x">x</a>`, `<a href="https://crm.local.example/x">x</a>`, `href="https://crm.local/x"`},
	{"link.local", `<a href="https://10.1.2.3/x">x</a>`, `<a href="https://x.example/10.1.2.3">x</a>`, `href="https://10.1.2.3/x"`},
	{"link.local", `<a href="https://[::1]/x">x</a>`, `<a href="https://x.example/[::1]">x</a>`, `href="https://[::1]/x"`},
	{"link.local", `<a href="https://0x7f.1/x">x</a>`, `<a href="https://0x7f.example/x">x</a>`, `href="https://0x7f.1/x"`},
	{"link.ip", `<a href="https://203.0.113.5/x">x</a>`, `<a href="https://v203.example/x">x</a>`, `href="https://203.0.113.5/x"`},
	{"link.ip", `<a href="https://3405803781/x">x</a>`, `<a href="https://n3405803781.example/x">x</a>`, `href="https://3405803781/x"`},
	{"link.ip", `<a href="https://0313.0.0x71.5/x">x</a>`, `<a href="https://0313.0.0x71.a.example/x">x</a>`, `href="https://0313.0.0x71.5/x"`},
	{"link.ip", `<a href="https://[2001:db8::1]/x">x</a>`, `<a href="https://shop.example/?[2001:db8::1]">x</a>`, `href="https://[2001:db8::1]/x"`},
	{"link.port", `<a href="https://shop.example:8443/">x</a>`, `<a href="https://shop.example:443/">x</a>`, `href="https://shop.example:8443/"`},
	{"link.file", `<img src="file:///C:/sale.png" alt="">`, `<img src="https://shop.example/file:/sale.png" alt="">`, `src="file:///C:/sale.png"`},
	{"link.file", `<img src="C:\sale.png" alt="">`, `<img src="https://shop.example/C:/sale.png" alt="">`, `src="C:\sale.png"`},
	{"link.file", `<a href="\\server\price.pdf">x</a>`, `<a href="https:\\server.example\price.pdf">x</a>`, `href="\\server\price.pdf"`},
	{"link.cid", `<img src="cid:logo@mail" alt="">`, `<img src="https://shop.example/cid:logo" alt="">`, `src="cid:logo@mail"`},
	{"link.invisible", "<a href=\"https://shop.example/\u200bsale\">x</a>", "<a href=\"https://shop.example/распродажа\">x</a>", "href=\"https://shop.example/\ufffdsale\""},
	{"link.invisible", "<a href=\"https://shop.example/&#8203;sale\">x</a>", "<a href=\"https://shop.example/%20sale\">x</a>", `href="https://shop.example/&#8203;sale"`},
	{"link.mixed-script", `<a href="https://pаypal.example/">x</a>`, `<a href="https://магазин.example/">x</a>`, `href="https://pаypal.example/"`},
	{"link.mixed-script", `<a href="https://xn--pypal-4ve.example/">x</a>`, `<a href="https://xn--80aairftm.example/">x</a>`, `href="https://xn--pypal-4ve.example/"`},
	{"link.look-alike", `<a href="https://сосо.example/">x</a>`, `<a href="https://сосо.рф/">x</a>`, `href="https://сосо.example/"`},
	{"link.look-alike", `<a href="https://ɡoods.example/">x</a>`, `<a href="https://müller.example/">x</a>`, `href="https://ɡoods.example/"`},
	{"link.mismatch", `<a href="https://other.example/">https://shop.example/sale</a>`, `<a href="https://go.shop.example/">https://shop.example/sale</a>`, ""},
	{"link.mismatch", `<a href="https://other.ru/">www.<b>shop</b>.ru</a>`, `<a href="https://shop.ru/">www.<b>shop</b>.ru</a>`, ""},
	{"link.mismatch", `<a href="https://other.ru/">shop.ru</a>`, `<a href="https://other.ru/">Shop.ru</a>`, ""},
	{"link.mismatch", `<a href="https://other.ru/">магазин.рф</a>`, `<a href="https://xn--80aairftm.xn--p1ai/">магазин.рф</a>`, ""},
	{"link.mismatch", `<a href="https://a.msk.ru/">b.msk.ru</a>`, `<a href="https://a.b.co.uk/">c.b.co.uk</a>`, ""},
	{"link.mismatch", `<a href="https://other.ru/?a=1">shop.ru/sale</a>`, `<a href="https://other.ru/?to=https://shop.ru/sale">shop.ru/sale</a>`, ""},
	{"link.mismatch", `<a href="https://other.ru/">« https://shop.ru »</a>`, `<a href="https://other.ru/">ann@shop.ru</a><a href="https://other.ru/price.zip">price.zip</a>`, `<a href="https://other.ru/">« https://shop.ru »</a>`},
	{"image.no-alt", `<img src="https://shop.example/1.png">`, `<img src="https://shop.example/1.png" alt>`, ""},
	{"image.no-alt", `<img src="https://shop.example/1.png" width="10">`, `<img src="https://shop.example/1.png" width="1">`, ""},
	{"document.no-lang", `<html><title>x</title>`, `<html lang="ru"><title>x</title>`, `<html>`},
	{"document.no-title", `<html lang="ru"><title> </title>`, `<html lang="ru"><title>x</title>`, `<html lang="ru">`},
}

func TestAdvice(t *testing.T) {
	for _, tt := range advised {
		t.Run(tt.code+" "+tt.html, func(t *testing.T) {
			c := validate.Content{HTML: "<p>Words enough beside any picture.</p>" + tt.html}
			r := checkAll(t, validate.Options{}, validate.StageSend, c)
			require.Equal(t, []string{tt.code}, codes(r))
			want := tt.snippet
			if want == "" {
				want = tt.html
			}
			assert.Equal(t, want, r.Findings[0].Snippet)
			assert.False(t, r.Blocked(), "advice never blocks")
			c.HTML = "<p>Words enough beside any picture.</p>" + tt.twin
			assert.Empty(t, codes(checkAll(t, validate.Options{}, validate.StageSend, c)), "twin %s", tt.twin)
		})
	}
}

func TestAdviceOnWholeLetters(t *testing.T) {
	const picture = `<a href="https://shop.example/"><img src="https://shop.example/1.png" alt="Sale"></a>`
	const hidden = `<div style="display:none"><div>So many words that nobody sees</div> here</div>`
	footer := `<p><a href="https://shop.example/u/1">Отписаться</a></p>`
	words := `<p>` + strings.Repeat("Распродажа ", 12) + `</p>`
	for _, tt := range []struct {
		name    string
		content validate.Content
		want    []string
	}{
		{"a picture alone", validate.Content{HTML: picture}, []string{"content.image-only"}},
		{"a picture and hidden words", validate.Content{HTML: hidden + picture}, []string{"content.image-only"}},
		{"a picture and a few words", validate.Content{HTML: picture + "<p>Ждём вас завтра!</p>"}, nil},
		{"a picture and a title", validate.Content{HTML: `<html lang="ru"><title>Большая распродажа</title>` + picture}, []string{"content.image-only"}},
		{"a counter of openings", validate.Content{HTML: `<img src="https://shop.example/1.gif" width="1" height="1" alt="">`}, nil},
		{"a mailing of a picture and a footer", validate.Content{HTML: picture + footer, Bulk: true}, []string{"content.image-only"}},
		{"a mailing with words", validate.Content{HTML: words + picture + footer, Bulk: true}, nil},
		{"a mailing that nobody can leave", validate.Content{HTML: words, Bulk: true}, []string{"bulk.no-unsubscribe"}},
		{"a mailing in text that nobody can leave", validate.Content{Text: "Распродажа", Bulk: true}, []string{"bulk.no-unsubscribe"}},
		{"a mailing left through its text", validate.Content{HTML: words, Text: "Unsubscribe: https://shop.example/1", Bulk: true}, nil},
		{"a mailing left by an address", validate.Content{HTML: words + `<a href="https://shop.example/unsubscribe?id=1">x</a>`, Bulk: true}, nil},
		{"a letter to one customer", validate.Content{HTML: words}, nil},
		{"the preheader is the subject", validate.Content{Subject: "Распродажа!", Preheader: "распродажа", HTML: words}, []string{"preheader.repeated"}},
		{"the preheader opens the body", validate.Content{Subject: "Sale", Preheader: "Only until Sunday night.", HTML: "<h1>Only&nbsp;until</h1><p>Sunday night we sell.</p>"}, []string{"preheader.repeated"}},
		{"the preheader greets", validate.Content{Subject: "Sale", Preheader: "Hello Ann!", HTML: "<p>Hello Ann!</p>"}, nil},
		{"the preheader says more", validate.Content{Subject: "Sale", Preheader: "Sale until Sunday night", HTML: "<p>Sale!</p>"}, nil},
		{"placeholders everywhere", validate.Content{Subject: "{{ a }}", Preheader: "%A_B%", HTML: words, Text: "*|A|*"},
			[]string{"placeholder.unresolved", "placeholder.unresolved", "placeholder.unresolved"}},
		{"a greeting in text", validate.Content{Text: "\nDear ,\nHello, world! Hello."}, []string{"placeholder.gap"}},
		{"links in text", validate.Content{Text: "See http://shop.example/a, https://192.168.0.1/b and https://shop.example:81. Or https://shop.example/c."},
			[]string{"link.insecure", "link.local", "link.port"}},
		{"a picture that comes along", validate.Content{HTML: words + `<img src="cid:logo" alt=""><img src="cid:other" alt="">`, Inline: []string{"logo"}}, []string{"link.cid"}},
		{"a frame is told as a frame", validate.Content{HTML: `<iframe src="x.html"></iframe>`}, []string{"active.iframe"}},
		{"an ordinary mailing", validate.Content{Subject: "Ваш заказ", Preheader: "Забирайте с десяти до девяти", HTML: letter, Text: "Заказ: https://shop.example.ru/1507", Bulk: true}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := codes(checkAll(t, validate.Options{}, validate.StageSend, tt.content))
			if tt.want == nil {
				tt.want = []string{}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestAdviceOnSource(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   []string
	}{
		{`<p>Hello {{ name }}, {% if a %}b{% endif %}</p>`, nil},
		{`<a href="{{ url }}">x</a><img src="{{ url }}" {{ more }}>`, nil},
		{`<a href="{% if a %}/sale{% else %}https://shop.example/{% endif %}">x</a>`, nil},
		{`<a href="https://{{ host }}/">shop.example</a>`, nil},
		{`<a href="https://other.example/">https://{{ host }}/</a>`, nil},
		{`<html lang="{{ lang }}"><title>{{ subject }}</title>`, nil},
		{`<a href="http://shop.example/">{{ name }}</a>`, []string{"link.insecure"}},
		{`<html>{% block body %}{% endblock %}`, []string{"document.no-lang", "document.no-title"}},
		{`<img src="https://shop.example/1.png">`, []string{"image.no-alt"}},
	} {
		t.Run(tt.source, func(t *testing.T) {
			got := codes(checkAll(t, validate.Options{}, validate.StageActivate, validate.Content{HTML: tt.source, Text: "{{ a }}", Twig: true, Bulk: true}))
			if tt.want == nil {
				tt.want = []string{}
			}
			assert.Equal(t, tt.want, got)
		})
	}
}

func TestSizes(t *testing.T) {
	latin, cyrillic := strings.Repeat("<p>x</p>\n", 9000), strings.Repeat("<p>мир</p>\n", 6000)
	for _, tt := range []struct {
		name, html    string
		code          string
		size, encoded int
	}{
		{"small", latin, "", 0, 0},
		{"near", latin + strings.Repeat("x\n", 7000), "size.near-clipping", 95000, 111000},
		{"near once encoded", cyrillic, "size.near-clipping", 84000, 0},
		{"clipped", latin + latin, "size.clipped", 162000, 180000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := checkAll(t, validate.Options{}, validate.StageSend, validate.Content{HTML: tt.html})
			if tt.code == "" {
				assert.Empty(t, r.Findings)
				return
			}
			require.Equal(t, []string{tt.code}, codes(r))
			f := r.Findings[0]
			assert.Equal(t, tt.size, f.Size)
			if tt.encoded > 0 {
				assert.Equal(t, tt.encoded, f.EncodedSize)
			}
			assert.Greater(t, f.EncodedSize, f.Size)
			assert.NotEmpty(t, f.Snippet)
		})
	}
	r := checkAll(t, validate.Options{}, validate.StageSend, validate.Content{HTML: latin + latin})
	assert.Equal(t, 102<<10, r.Findings[0].Start, "where Gmail cuts")
	assert.Contains(t, r.Findings[0].Text("ru"), "159 КБ (176 КБ")
}

func TestUnsubscribeHeaderLowersTheFinding(t *testing.T) {
	c := validate.Content{HTML: "<p>x</p>", Bulk: true}
	assert.Equal(t, validate.SeverityWarning, checkAll(t, validate.Options{}, validate.StageSend, c).Findings[0].Severity)
	c.ListUnsubscribe = true
	assert.Equal(t, validate.SeverityNote, checkAll(t, validate.Options{}, validate.StageSend, c).Findings[0].Severity)
}

func TestUnsubscribeIsMissedAtAnEndingOfAnyOctets(t *testing.T) {
	for _, ending := range []string{"\x80", "ы", "<p>"} {
		html := "<p>" + strings.Repeat(ending, 200)
		r := checkAll(t, validate.Options{}, validate.StageSend, validate.Content{HTML: html, Bulk: true})
		missed := r.Findings[slices.IndexFunc(r.Findings, func(f validate.Finding) bool { return f.Code == "bulk.no-unsubscribe" })]
		assert.Equal(t, len(html), missed.End)
		assert.Less(t, missed.Start, missed.End)
	}
}

func TestSeveritiesByConfiguration(t *testing.T) {
	opts := validate.Options{Severities: map[validate.Stage]map[string]validate.Severity{
		validate.StageSend: {"placeholder.unresolved": validate.SeverityError, "active.iframe": validate.SeverityNote},
		validate.StageEdit: {"active.iframe": validate.SeverityError},
	}}
	for _, tt := range []struct {
		stage   validate.Stage
		html    string
		want    validate.Severity
		blocked bool
	}{
		{validate.StageSend, "{{ a }}", validate.SeverityError, true},
		{"later", "{{ a }}", validate.SeverityError, true},
		{validate.StageActivate, "{{ a }}", validate.SeverityWarning, false},
		{validate.StageSend, "<iframe>", validate.SeverityNote, false},
		{validate.StageActivate, "<iframe>", validate.SeverityError, true},
		{validate.StageEdit, "<iframe>", validate.SeverityError, true},
	} {
		r := checkAll(t, opts, tt.stage, validate.Content{HTML: tt.html})
		require.Len(t, r.Findings, 1)
		assert.Equal(t, tt.want, r.Findings[0].Severity, "%s %s", tt.stage, tt.html)
		assert.Equal(t, tt.blocked, r.Blocked())
	}
}

func TestNewRefusesUnknownNames(t *testing.T) {
	ranked := func(stage validate.Stage, code string, severity validate.Severity) validate.Options {
		return validate.Options{Severities: map[validate.Stage]map[string]validate.Severity{stage: {code: severity}}}
	}
	for name, opts := range map[string]validate.Options{
		"a code to switch off": {Off: []string{"link.shorter"}},
		"a code to rank":       ranked(validate.StageSend, "link.shorter", validate.SeverityNote),
		"a stage":              ranked("later", "link.short", validate.SeverityNote),
		"a severity":           ranked(validate.StageSend, "link.short", "fatal"),
	} {
		_, err := validate.New(opts)
		assert.Error(t, err, name)
	}
	_, err := validate.New(ranked(validate.StageSend, "link.short", validate.SeverityNote))
	assert.NoError(t, err)
}

func TestTooLongHost(t *testing.T) {
	for length, want := range map[int][]string{253: {}, 254: {"link.invalid"}} {
		host := strings.Repeat("abc.", 64)[:length-len(".example")] + ".example"
		require.Len(t, host, length)
		url := "https://" + host + "/x"
		c := validate.Content{HTML: `<a href="` + url + `">x</a>`}
		assert.Equal(t, want, codes(checkAll(t, validate.Options{}, validate.StageSend, c)), length)
		assert.Equal(t, want, codes(checkAll(t, validate.Options{}, validate.StageSend, validate.Content{Text: url})), length)
	}
}

// TestFindingsKeepNothing: who keeps a finding does not keep the letter.
func TestFindingsKeepNothing(t *testing.T) {
	html := strings.Clone(`<a href="http://shop.example/x">x</a> <a href="https://bit.ly/x">x</a>`)
	begin := uintptr(unsafe.Pointer(unsafe.StringData(html)))
	found := checkAll(t, validate.Options{}, validate.StageSend, validate.Content{HTML: html}).Findings
	require.Len(t, found, 2)
	for _, f := range found {
		for _, text := range []string{f.Host, f.Snippet} {
			require.NotEmpty(t, text)
			assert.False(t, uintptr(unsafe.Pointer(unsafe.StringData(text)))-begin < uintptr(len(html)), "%s: %s", f.Code, text)
		}
	}
	runtime.KeepAlive(html)
}
