package email_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

var noLetter template.Letter

// smsTemplate is what a host's SMS module would keep.
type smsTemplate struct {
	Event template.Event
	Text  string
}

func html(source string) func(*email.Draft) {
	return func(d *email.Draft) { d.Letter.HTML = source }
}

// found are the findings of a preview by code.
func found(t *testing.T, w *world, change ...func(*email.Draft)) map[string]validate.Finding {
	t.Helper()
	preview, err := w.Preview(t.Context(), draft(change...))
	require.NoError(t, err)
	byCode := map[string]validate.Finding{}
	for _, finding := range preview.Findings {
		byCode[finding.Code] = finding
	}
	return byCode
}

// check runs the default validators by themselves.
func check(t *testing.T, stage validate.Stage, content validate.Content) validate.Result {
	t.Helper()
	validator, err := validate.New(validate.Options{})
	require.NoError(t, err)
	result, err := validator.Check(t.Context(), stage, content)
	require.NoError(t, err)
	return result
}

var activeClasses = map[string]struct{ html, code string }{
	"ActiveX":      {`<object classid="clsid:D27CDB6E-AE6D-11cf-96B8-444553540000"></object>`, "active.activex"},
	"JavaScript":   {`<p>Привет</p><script>track()</script>`, "active.script"},
	"VBScript":     {`<a href="vbscript:MsgBox(1)">x</a>`, "active.vbscript"},
	"Java applets": {`<applet code="Game.class"></applet>`, "active.applet"},
	"Frames":       {`<frameset><frame src="https://shop.example"></frameset>`, "active.frame"},
	"IFrames":      {`<iframe src="https://shop.example"></iframe>`, "active.iframe"},
}

const shortLink = `<p>Ждём вас: <a href="https://bit.ly/3xAmpLe">маршрут</a></p>`

var behavioursOfContent = map[string]func(*testing.T){
	"B05 subject, preheader, HTML and text": func(t *testing.T) {
		w := newWorld(t)
		preview, err := w.Preview(t.Context(), draft(func(d *email.Draft) {
			d.Letter = template.Letter{Subject: "bit.ly/abc1", Preheader: "vk.cc/abc2", HTML: "<p>goo.su/abc3</p>", Text: "clck.ru/abc4"}
		}))
		require.NoError(t, err)
		hosts := map[validate.Part]string{}
		for _, finding := range preview.Findings {
			hosts[finding.Part] = finding.Host
		}
		assert.Equal(t, map[validate.Part]string{validate.Subject: "bit.ly", validate.Preheader: "vk.cc",
			validate.HTML: "goo.su", validate.Text: "clck.ru"}, hosts)
	},
	"B06 shortened links in href and in visible text": func(t *testing.T) {
		w := newWorld(t)
		for _, source := range []string{shortLink, `<p>Маршрут: bit.ly/3xAmpLe</p>`} {
			preview, err := w.Preview(t.Context(), draft(html(source)))
			require.NoError(t, err)
			require.Len(t, preview.Findings, 1, "told once: %s", source)
			assert.Equal(t, "bit.ly", preview.Findings[0].Host)
		}
		assert.NotContains(t, found(t, w, html(`<a href="https://shop.example/bit.ly/x">маршрут</a>`)), "link.short")
	},
	"B07 the finding says why": func(t *testing.T) {
		finding := found(t, newWorld(t), html(shortLink))["link.short"]
		assert.Contains(t, finding.Text("ru"), "есть шанс попасть под спам-фильтры почтовых провайдеров")
		assert.Contains(t, finding.Text("en"), "spam")
	},
	"B08 short links at activation, on the source": func(t *testing.T) {
		source := `{# bit.ly/comment #}{% if customer.vip %}<a href="{{ link|default('https://bit.ly/3xAmpLe') }}">x</a>{% endif %}`
		result := check(t, validate.StageActivate, validate.Content{HTML: source, Twig: true})
		require.Len(t, result.Findings, 1)
		finding := result.Findings[0]
		assert.Equal(t, "link.short", finding.Code)
		assert.Contains(t, source[finding.Start:finding.End], "bit.ly/3xAmpLe")
	},
	"B09 the remedy; a manual send may go on": func(t *testing.T) {
		w := newWorld(t)
		finding := found(t, w, html(shortLink))["link.short"]
		assert.Contains(t, finding.Text("ru"), "нужно использовать полный URL ссылки")
		assert.Equal(t, validate.SeverityWarning, finding.Severity)
		assert.Equal(t, email.StateQueued, w.send(t, html(shortLink)).State)
	},
	"B10 malicious code is found": func(t *testing.T) {
		w := newWorld(t)
		for name, source := range map[string]string{
			"handler":        `<img src=x onerror="steal()">`,
			"hidden URL":     "<a href=\"java\tscript:steal()\">x</a>",
			"from a value":   `{{ code|raw }}`,
			"in a condition": `<!--[if mso]><script>steal()</script><![endif]-->`,
		} {
			refusals := w.refusals(t, html(source), func(d *email.Draft) { d.Vars = template.Vars{"code": "<script>steal()</script>"} })
			assert.Contains(t, codes(refusals), email.CodeContentBlocked, name)
		}
		w.send(t, html(`{{ code }}`), func(d *email.Draft) { d.Vars = template.Vars{"code": "<script>steal()</script>"} })
	},
	"B11 six classes, each with its own code": func(t *testing.T) {
		w := newWorld(t)
		for name, class := range activeClasses {
			finding, ok := found(t, w, html(class.html))[class.code]
			assert.True(t, ok, name)
			assert.Contains(t, class.html[finding.Start:finding.End], finding.Snippet, name)
		}
	},
	"B12 the finding says why": func(t *testing.T) {
		for name, class := range activeClasses {
			finding := found(t, newWorld(t), html(class.html))[class.code]
			assert.Contains(t, finding.Text("ru"), "может привести к блокировке ваших рассылок", name)
		}
	},
	"B13 refused at activation and at send": func(t *testing.T) {
		w := newWorld(t)
		for name, class := range activeClasses {
			assert.True(t, check(t, validate.StageActivate, validate.Content{HTML: class.html, Twig: true}).Blocked(), name)
			refusals := w.refusals(t, html(class.html), func(d *email.Draft) { d.Letter.Text, d.Purpose = "Привет", email.Bulk })
			require.Equal(t, []string{email.CodeContentBlocked}, codes(refusals), name)
			assert.NotEmpty(t, refusals[0].Findings, name)
			assert.Contains(t, refusals[0].Text("ru"), "Отправить письмо нельзя")
		}
	},
	"B14 a mailing is checked before anybody gets it": func(t *testing.T) {
		w := newWorld(t)
		_, err := w.Campaigns.Send(t.Context(), news(audience(3), func(c *email.Campaign) {
			c.Draft.Letter.HTML = "<p>Скидки</p><iframe src=\"https://shop.example\"></iframe>"
		}))
		var refusals email.Refusals
		require.ErrorAs(t, err, &refusals)
		require.Equal(t, []string{email.CodeContentBlocked}, codes(refusals))
		require.NotEmpty(t, refusals[0].Source, "found in the source, without a customer at hand")
		assert.Equal(t, "active.iframe", refusals[0].Source[0].Code)
		assert.Empty(t, w.all(t))
	},
	"B14 the validators serve mailings by themselves": func(t *testing.T) {
		result := check(t, validate.StageSend, validate.Content{HTML: "<iframe src=x></iframe>" + shortLink, Bulk: true})
		var list []string
		for _, finding := range result.Findings {
			list = append(list, finding.Code)
		}
		assert.Contains(t, strings.Join(list, " "), "active.iframe")
		assert.Contains(t, strings.Join(list, " "), "link.short")
	},
}
