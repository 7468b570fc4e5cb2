package email_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// shortLinkInSource is one that only the source shows: most customers have a link of their own.
const shortLinkInSource = `<p>{# bit.ly/comment #}{% if customer.phone %}<a href="{{ customer.externalId|default('https://bit.ly/3xAmpLe') }}">x</a>{% endif %}</p>`

var behavioursOfRules = map[string]func(*testing.T){
	"B08 when a rule is activated, on its template's source": func(t *testing.T) {
		w := newWorld(t)
		a, _ := w.notActivated(t, w.rule(t, shortLinkInSource))
		require.Len(t, a.Warnings(), 1)
		finding := a.Warnings()[0]
		assert.Equal(t, "link.short", finding.Code)
		assert.Equal(t, validate.HTML, finding.Part)
		assert.Contains(t, shortLinkInSource[finding.Start:finding.End], "bit.ly/3xAmpLe")
		assert.Equal(t, "bit.ly", finding.Content.Host)
	},
	"B09 the rule stays inactive until its author acknowledges": func(t *testing.T) {
		w := newWorld(t)
		rule := w.rule(t, shortLink)
		checked, err := w.Rules.Check(t.Context(), rule.ID)
		require.NoError(t, err)
		assert.False(t, checked.Allowed())
		_, refused := w.notActivated(t, rule)
		assert.Equal(t, email.CodeRuleUnacknowledged, refused.Code)
		require.Len(t, refused.Source, 1)
		assert.Contains(t, refused.Source[0].Text("ru"), "нужно использовать полный URL ссылки")
		assert.Empty(t, w.fire(t, "1"), "so it does not fire")
		w.notActivated(t, rule, "link.short@html:0-1")

		w.clock.Advance(time.Minute)
		a := w.activate(t, rule, refused.Source[0].ID)
		assert.Empty(t, a.Unacknowledged)
		kept := w.keptRule(t, rule)
		require.Len(t, kept.Acknowledged, 1)
		acknowledged := kept.Acknowledged[0]
		assert.True(t, acknowledged.At.Equal(morning.Add(time.Minute)))
		acknowledged.At = time.Time{}
		assert.Equal(t, email.Acknowledgement{ActorID: "anna", Hash: kept.Hash, Finding: refused.Source[0].ID}, acknowledged)
		assert.Equal(t, []email.RuleEventKind{email.RuleCreated, email.RuleRefused, email.RuleRefused, email.RuleAcknowledged, email.RuleActivated},
			ruleKinds(kept))
		assert.Equal(t, email.StateSent, w.dispatch(t, w.fire(t, "1")[0].Message.ID).State)
	},
	"B09 or mends the link": func(t *testing.T) {
		w := newWorld(t)
		rule := w.rule(t, shortLink)
		w.notActivated(t, rule)
		w.saveTemplate(t, "letter", `<p>Ждём вас: <a href="https://shop.example/route">маршрут</a></p>`)
		w.activate(t, rule)
	},
	"B09 an acknowledgement covers that content, not the rule for ever": func(t *testing.T) {
		w := newWorld(t)
		rule := w.rule(t, shortLink)
		a, _ := w.notActivated(t, rule)
		w.activate(t, rule, a.Unacknowledged[0].ID)
		w.saveTemplate(t, "letter", shortLink+"<p>До пятницы</p>")
		deactivated, err := w.Rules.TemplateChanged(t.Context(), "letter")
		require.NoError(t, err)
		require.Len(t, deactivated, 1)
		assert.False(t, w.keptRule(t, rule).Active)
		assert.Empty(t, w.fire(t, "1"))
		a, _ = w.notActivated(t, rule, a.Unacknowledged[0].ID)
		a = w.activate(t, rule, a.Unacknowledged[0].ID)
		assert.Len(t, a.Rule.Acknowledged, 1, "what was acknowledged before counts no more")
	},
	"B13 a rule does not fire: at activation": func(t *testing.T) {
		w := newWorld(t)
		for name, class := range activeClasses {
			a, refused := w.notActivated(t, w.rule(t, class.html))
			assert.Equal(t, email.CodeRuleBlocked, refused.Code, name)
			assert.Contains(t, refused.Text("ru"), "Правило не сработает", name)
			assert.Contains(t, findingCodes(a.Errors()), class.code, name)
			assert.Contains(t, refused.Source[0].Text("ru"), "может привести к блокировке ваших рассылок", name)
			assert.Empty(t, w.fire(t, name), name)
		}
		a, _ := w.notActivated(t, w.rule(t, "<p>{{ custmer.firstName }}</p>"))
		require.Equal(t, []string{"variable.unknown"}, findingCodes(a.Errors()))
		assert.Contains(t, a.Errors()[0].Text("ru"), "customer")
		assert.Empty(t, w.all(t))
	},
	"B13 and again at send": func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.store.SaveCustomer(t.Context(), email.Customer{ID: "olga", FirstName: "<script>steal()</script>",
			Emails: []string{"olga@example.org"}, ManagerID: "anna"}))
		rule := w.rule(t, "<p>Здравствуйте, {{ customer.firstName|raw }}</p>")
		a, _ := w.notActivated(t, rule)
		require.Equal(t, []string{"escape.raw"}, findingCodes(a.Unacknowledged))
		assert.True(t, a.Unacknowledged[0].Undecided, "only the rendering tells")
		w.activate(t, rule, a.Unacknowledged[0].ID)

		fired := w.fire(t, "1", func(f *email.Firing) { f.CustomerID = "olga" })
		assert.Contains(t, fired[0].Refusals.Text("ru"), "Отправить письмо нельзя")
		msg := w.refusedFiring(t, fired)
		assert.Equal(t, rule.ID, msg.RuleID)
		assert.Equal(t, "content.blocked active.script", msg.Events[0].Detail, "it says why")
		page, err := w.Rules.Firings(t.Context(), rule.ID, "", 10)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)

		assert.Equal(t, email.StateSent, w.dispatch(t, w.fire(t, "2")[0].Message.ID).State, "others get the letter")
	},
	"B13 nor with a template that was changed behind its back": func(t *testing.T) {
		w := newWorld(t)
		rule := w.rule(t, "<p>Рады вам!</p>")
		hash := w.activate(t, rule).Hash
		w.saveTemplate(t, "letter", "<p>Очень рады!</p>")
		msg := w.dispatch(t, w.fire(t, "1")[0].Message.ID)
		assert.Contains(t, msg.HTML, "Очень рады", "nothing is against the new one")
		w.recorder.Reset()
		kept := w.keptRule(t, rule)
		assert.NotEqual(t, hash, kept.Hash)
		assert.Equal(t, email.RuleRevalidated, kept.Events[len(kept.Events)-1].Kind)

		w.saveTemplate(t, "letter", `<iframe src="https://shop.example"></iframe>`)
		w.clock.Advance(time.Second)
		fired := w.fire(t, "2")
		assert.Contains(t, fired[0].Refusals.Text("ru"), "Правило не сработало")
		msg = w.refusedFiring(t, fired)
		assert.Equal(t, "rule.template-changed active.iframe", msg.Events[0].Detail)
		kept = w.keptRule(t, rule)
		assert.False(t, kept.Active)
		last := kept.Events[len(kept.Events)-1]
		assert.Equal(t, email.RuleDeactivated, last.Kind)
		assert.Contains(t, last.Detail, "active.iframe@html")
		assert.Empty(t, w.fire(t, "3"))
	},
	"B14 a template by itself, as for a mailing": func(t *testing.T) {
		w := newWorld(t)
		report, err := w.CheckTemplate(t.Context(), template.Template{Event: template.EventCustomer, Letter: template.Letter{
			Subject: "{{ customer.nmae }}", HTML: "<iframe src=x></iframe>" + shortLink}}, email.Bulk)
		require.NoError(t, err)
		assert.Equal(t, []string{"attribute.unknown", "active.iframe"}, findingCodes(report.Errors()))
		assert.Equal(t, []string{"link.short"}, findingCodes(report.Warnings()))
	},
}
