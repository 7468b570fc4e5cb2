package email_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// rule keeps a rule about customers with a template of that HTML, which it makes, and activates nothing.
func (w *world) rule(t *testing.T, html string, change ...func(*email.Rule)) email.Rule {
	t.Helper()
	w.saveTemplate(t, "letter", html)
	rule := email.Rule{Name: "Приветствие", Event: template.EventCustomer, TemplateID: "letter", ActorID: "anna",
		From: sender.Choice{Kind: sender.Manager}}
	for _, c := range change {
		c(&rule)
	}
	kept, err := w.Rules.Save(t.Context(), "anna", rule)
	require.NoError(t, err)
	return kept
}

func (w *world) saveTemplate(t *testing.T, id, html string) {
	t.Helper()
	require.NoError(t, w.store.SaveTemplate(t.Context(), template.Template{ID: id, Name: id, Event: template.EventCustomer,
		Letter: template.Letter{Subject: "Здравствуйте, {{ customer.firstName }}", HTML: html}}))
}

func (w *world) activate(t *testing.T, rule email.Rule, acknowledged ...string) email.Activation {
	t.Helper()
	a, err := w.Rules.Activate(t.Context(), "anna", rule.ID, acknowledged)
	require.NoError(t, err)
	require.True(t, a.Rule.Active)
	return a
}

// notActivated is what is said where a rule is not activated; it must be inactive.
func (w *world) notActivated(t *testing.T, rule email.Rule, acknowledged ...string) (email.Activation, *email.RefusedError) {
	t.Helper()
	a, err := w.Rules.Activate(t.Context(), "anna", rule.ID, acknowledged)
	var refused *email.RefusedError
	require.ErrorAs(t, err, &refused)
	require.False(t, a.Rule.Active)
	require.False(t, w.keptRule(t, rule).Active)
	return a, refused
}

func (w *world) keptRule(t *testing.T, rule email.Rule) email.Rule {
	t.Helper()
	kept, err := w.Rules.Rule(t.Context(), rule.ID)
	require.NoError(t, err)
	return kept
}

func (w *world) fire(t *testing.T, key string, change ...func(*email.Firing)) []email.Fired {
	t.Helper()
	firing := email.Firing{Event: template.EventCustomer, CustomerID: "ivan", Key: key}
	for _, c := range change {
		c(&firing)
	}
	fired, err := w.Rules.Fire(t.Context(), firing)
	require.NoError(t, err)
	return fired
}

// refusedFiring is the one firing that was refused; it must be in the customer's history, and nothing may be sent.
func (w *world) refusedFiring(t *testing.T, fired []email.Fired) email.Message {
	t.Helper()
	require.Len(t, fired, 1)
	require.NotEmpty(t, fired[0].Refusals)
	page, err := w.History.Messages(t.Context(), fired[0].Message.CustomerID, "", 1)
	require.NoError(t, err)
	require.Equal(t, fired[0].Message.ID, page.Items[0].ID)
	msg := w.dispatch(t, fired[0].Message.ID)
	require.Equal(t, email.StateFailed, msg.State)
	require.Equal(t, []email.EventKind{email.EventRefused}, kinds(msg.Events))
	require.Zero(t, w.recorder.Attempts())
	return msg
}

func ruleKinds(rule email.Rule) []email.RuleEventKind {
	list := make([]email.RuleEventKind, len(rule.Events))
	for i, event := range rule.Events {
		list[i] = event.Kind
	}
	return list
}

func findingCodes(list []email.SourceFinding) []string {
	found := make([]string, len(list))
	for i, finding := range list {
		found[i] = finding.Code
	}
	return found
}

func TestRuleIsEdited(t *testing.T) {
	w := newWorld(t)
	rule := w.rule(t, "<p>x</p>")
	active := w.activate(t, rule).Rule
	active.Name = "Иначе"
	renamed, err := w.Rules.Save(t.Context(), "anna", active)
	require.NoError(t, err)
	assert.True(t, renamed.Active, "another name changes nothing that is sent")
	_, err = w.Rules.Save(t.Context(), "vera", active)
	require.ErrorIs(t, err, email.ErrConflict, "somebody else was faster")
	active.Version = 0
	_, err = w.Rules.Save(t.Context(), "vera", active)
	require.ErrorIs(t, err, email.ErrConflict, "nobody knows what was edited")

	renamed.Active, renamed.From = true, sender.Choice{Kind: sender.Store}
	edited, err := w.Rules.Save(t.Context(), "anna", renamed)
	require.NoError(t, err)
	assert.False(t, edited.Active)
	edited.Active = true
	kept, err := w.Rules.Save(t.Context(), "anna", edited)
	require.NoError(t, err)
	assert.False(t, kept.Active, "only Activate activates")
	for _, lacking := range []func(*email.Rule){
		func(r *email.Rule) { r.Event = "" }, func(r *email.Rule) { r.TemplateID = "" },
		func(r *email.Rule) { r.From = sender.Choice{} }, func(r *email.Rule) { r.Purpose = "spam" },
	} {
		rule := kept
		lacking(&rule)
		_, err := w.Rules.Save(t.Context(), "anna", rule)
		assert.Error(t, err)
	}
}

func TestRulesWithoutAStore(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Rules = nil })
	_, err := w.Rules.Rule(t.Context(), "x")
	require.ErrorIs(t, err, email.ErrUnsupported)
	_, err = w.Rules.Save(t.Context(), "anna", email.Rule{})
	require.ErrorIs(t, err, email.ErrUnsupported)
	_, err = w.Rules.Fire(t.Context(), email.Firing{Event: template.EventCustomer, CustomerID: "ivan"})
	require.ErrorIs(t, err, email.ErrUnsupported)
}
