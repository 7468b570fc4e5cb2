package email_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/jinja"
	"github.com/crmmail/crmmail/validate"
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

func TestRuleFires(t *testing.T) {
	w := newWorld(t)
	rule := w.rule(t, "<p>Рады вам, {{ customer.firstName }}!</p>")
	assert.Empty(t, w.fire(t, "1"), "not active yet")
	w.activate(t, rule)
	fired := w.fire(t, "1")
	require.Len(t, fired, 1)
	assert.Empty(t, fired[0].Refusals)
	msg := w.dispatch(t, fired[0].Message.ID)
	assert.Equal(t, email.StateSent, msg.State)
	assert.Equal(t, rule.ID, msg.RuleID)
	assert.Equal(t, "letter", msg.TemplateID)
	assert.Equal(t, "anna", msg.ActorID)
	assert.Contains(t, msg.HTML, "Рады вам, Иван!")

	again := w.fire(t, "1")
	assert.True(t, again[0].Duplicate)
	assert.Equal(t, msg.ID, again[0].Message.ID)
	assert.NotEqual(t, msg.ID, w.fire(t, "2")[0].Message.ID)
	w.fire(t, "")
	w.fire(t, "")
	assert.Len(t, w.all(t), 4, "without a key each is a happening of its own")
	page, err := w.Rules.Firings(t.Context(), rule.ID, "", 3)
	require.NoError(t, err)
	assert.Len(t, page.Items, 3)
	assert.NotEmpty(t, page.Next)

	_, err = w.Rules.Deactivate(t.Context(), "vera", rule.ID, "акция закончилась")
	require.NoError(t, err)
	assert.Empty(t, w.fire(t, "3"))
	kept := w.keptRule(t, rule)
	assert.Equal(t, []email.RuleEventKind{email.RuleCreated, email.RuleActivated, email.RuleDeactivated}, ruleKinds(kept))
	assert.Equal(t, "акция закончилась", kept.Events[2].Detail)
	assert.Equal(t, "vera", kept.Events[2].ActorID)
}

func TestRuleEventVariables(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.store.SaveTemplate(t.Context(), template.Template{ID: "paid", Event: template.EventOrder,
		Letter: template.Letter{Subject: "Заказ {{ order.number }}", HTML: "<p>{{ customer.firstName }}: {{ order.total }}</p>"}}))
	rule := w.rule(t, "<p>x</p>", func(r *email.Rule) { r.Event, r.TemplateID = template.EventOrder, "paid" })
	w.activate(t, rule)
	order := func(f *email.Firing) {
		f.Event, f.Vars = template.EventOrder, template.Vars{"order": map[string]any{"number": "A-1", "total": 10}}
	}
	fired := w.fire(t, "1", order)
	require.Len(t, fired, 1)
	assert.Equal(t, "Заказ A-1", fired[0].Message.Subject)
	assert.Contains(t, fired[0].Message.HTML, "Иван: 10")
	assert.Empty(t, w.fire(t, "1"), "no rule is about this event")

	_, err := w.Rules.Fire(t.Context(), email.Firing{Event: template.EventOrder, CustomerID: "ivan"})
	require.ErrorContains(t, err, `"order"`, "a letter with gaps is worse than none")
	_, err = w.Rules.Fire(t.Context(), email.Firing{Event: template.EventCustomer, CustomerID: "nobody"})
	require.ErrorIs(t, err, email.ErrNotFound)
}

func TestRuleOfAHostsOwnEventAndFields(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Variables = func(_ context.Context, event template.Event) ([]template.Variable, error) {
			if event != "birthday" {
				return event.Variables(), nil
			}
			return []template.Variable{{Name: "customer", Type: template.TypeMap, Fields: []template.Variable{{Name: "bonus", Type: template.TypeNumber}}},
				{Name: "age", Type: template.TypeNumber}}, nil
		}
	})
	html := "<p>{{ age }}, {{ customer.bonus }}, {{ customer.bonsu }}</p>"
	save := func() {
		require.NoError(t, w.store.SaveTemplate(t.Context(), template.Template{ID: "birthday", Event: "birthday",
			Letter: template.Letter{Subject: "Поздравляем", HTML: html}}))
	}
	save()
	rule := w.rule(t, "<p>x</p>", func(r *email.Rule) { r.Event, r.TemplateID = "birthday", "birthday" })
	a, refused := w.notActivated(t, rule)
	assert.Equal(t, email.CodeRuleBlocked, refused.Code)
	require.Equal(t, []string{"attribute.unknown"}, findingCodes(a.Errors()))
	assert.Contains(t, a.Errors()[0].Text("ru"), "«bonus»", "what was meant")
	html = "<p>{{ age }}, {{ customer.bonus }}</p>"
	save()
	w.activate(t, rule)
	fired := w.fire(t, "1", func(f *email.Firing) { f.Event, f.Vars = "birthday", template.Vars{"age": 30} })
	assert.Contains(t, fired[0].Message.HTML, "30")
}

func TestRuleTemplateOfAnotherEvent(t *testing.T) {
	w := newWorld(t)
	rule := w.rule(t, "<p>x</p>", func(r *email.Rule) { r.TemplateID = "order" })
	_, refused := w.notActivated(t, rule)
	assert.Equal(t, email.CodeRuleWrongEvent, refused.Code)
	_, err := w.Rules.Check(t.Context(), rule.ID)
	require.ErrorAs(t, err, &refused)
	gone := w.rule(t, "<p>x</p>", func(r *email.Rule) { r.TemplateID = "nothing" })
	_, refused = w.notActivated(t, gone)
	assert.Equal(t, email.CodeTemplateUnknown, refused.Code)
}

func TestRuleAsksTheGate(t *testing.T) {
	t.Run("of its user", func(t *testing.T) {
		w := newWorld(t)
		w.activate(t, w.rule(t, "<p>x</p>", func(r *email.Rule) { r.ActorID = "boris" }))
		msg := w.refusedFiring(t, w.fire(t, "1"))
		assert.Equal(t, sender.CodeTransactionalDisabled, msg.Events[0].Detail)
		var refused *email.RefusedError
		require.ErrorAs(t, w.Resend(t.Context(), "anna", msg.ID), &refused)
		assert.Equal(t, email.CodeNotResendable, refused.Code, "there is nothing to send again")
	})
	t.Run("not for mass mail", func(t *testing.T) {
		w := newWorld(t)
		w.activate(t, w.rule(t, "<p>x</p>", func(r *email.Rule) { r.ActorID, r.Purpose = "boris", email.Bulk }))
		assert.Equal(t, email.StateSent, w.dispatch(t, w.fire(t, "1")[0].Message.ID).State)
	})
	t.Run("of nobody but the sender", func(t *testing.T) {
		w := newWorld(t)
		w.activate(t, w.rule(t, "<p>x</p>", func(r *email.Rule) { r.ActorID, r.From = "", sender.Choice{Kind: sender.Store} }))
		msg := w.fire(t, "1")[0].Message
		assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
		queued := w.fire(t, "2")[0].Message
		require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.Store, ID: "lesnaya"}, false))
		assert.Equal(t, email.StateFailed, w.dispatch(t, queued.ID).State, "it may not go out any more")
		w.recorder.Reset()
		w.refusedFiring(t, w.fire(t, "3"))
	})
	t.Run("but a draft of nobody is refused", func(t *testing.T) {
		assert.Equal(t, []string{email.CodeActorUnknown}, codes(newWorld(t).refusals(t, as(""))))
	})
}

func TestRuleSaysWhyItDidNotFire(t *testing.T) {
	w := newWorld(t)
	w.activate(t, w.rule(t, "<p>Рады вам!</p>"))
	msg := w.refusedFiring(t, w.fire(t, "1", func(f *email.Firing) { f.CustomerID = "pyotr" }))
	assert.Contains(t, msg.Events[0].Detail, email.CodeCustomerNoEmail)
	assert.Equal(t, "Здравствуйте, Пётр", msg.Subject)
	assert.Empty(t, msg.ConversationID, "nobody was written to")
	assert.Empty(t, msg.HTML)
	again := w.fire(t, "1", func(f *email.Firing) { f.CustomerID = "pyotr" })
	assert.True(t, again[0].Duplicate)
	assert.Equal(t, msg.ID, again[0].Message.ID)

	w.saveTemplate(t, "letter", "{% cancel 'уже купил' %}")
	w.clock.Advance(time.Second)
	msg = w.refusedFiring(t, w.fire(t, "2"))
	assert.Equal(t, email.CodeTemplateCanceled, msg.Events[0].Detail)
}

func TestRuleGoesOnWhereAnotherFails(t *testing.T) {
	w := newWorld(t)
	w.activate(t, w.rule(t, "<p>1</p>"))
	second := w.rule(t, "<p>1</p>", func(r *email.Rule) { r.TemplateID = "other" })
	w.saveTemplate(t, "other", "<p>2</p>")
	w.activate(t, second)
	failing := errors.New("disk full")
	broken, err := email.New(func() email.Config {
		config := w.config
		config.Templates = failingLoader{w.store, "letter", failing}
		return config
	}())
	require.NoError(t, err)
	firing := email.Firing{Event: template.EventCustomer, CustomerID: "ivan", Key: "1"}
	fired, err := broken.Rules.Fire(t.Context(), firing)
	require.ErrorIs(t, err, failing)
	require.Len(t, fired, 1)
	assert.Equal(t, second.ID, fired[0].RuleID)
	fired = w.fire(t, "1")
	require.Len(t, fired, 2, "tried again with the same key")
	assert.NotEqual(t, fired[0].Duplicate, fired[1].Duplicate)
	assert.Len(t, w.all(t), 2)
}

// failingLoader cannot read one template.
type failingLoader struct {
	hostStore
	id  string
	err error
}

func (l failingLoader) Template(ctx context.Context, id string) (template.Template, error) {
	if id == l.id {
		return template.Template{}, l.err
	}
	return l.hostStore.Template(ctx, id)
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

func TestRuleCountsWhatItsTemplateIncludes(t *testing.T) {
	w := newWorld(t)
	w.saveTemplate(t, "footer", "<p>{{ sign }}</p>{% include 'legal' ignore missing %}{% include \"\\xff\" ignore missing %}")
	rule := w.rule(t, "{% extends 'base' %}{% block body %}<p>x</p>{% include 'footer' with {sign: 'Уют'} only %}{% endblock %}")
	a, refused := w.notActivated(t, rule)
	assert.Equal(t, email.CodeRuleBlocked, refused.Code)
	assert.Equal(t, []string{"template.unknown"}, findingCodes(a.Errors()), "there is no base")
	w.saveTemplate(t, "base", "<div>{% block body %}{% endblock %}</div>")
	a = w.activate(t, rule)
	assert.Equal(t, []string{"base", "footer", "legal", "\uFFFD"}, a.Rule.Uses)
	assert.Contains(t, w.fire(t, "1")[0].Message.HTML, "<p>Уют</p>")

	w.saveTemplate(t, "legal", "<p>ИНН 1234567890</p>")
	deactivated, err := w.Rules.TemplateChanged(t.Context(), "legal")
	require.NoError(t, err)
	assert.Empty(t, deactivated)
	kept := w.keptRule(t, rule)
	assert.NotEqual(t, a.Hash, kept.Hash)
	assert.Equal(t, email.RuleRevalidated, kept.Events[len(kept.Events)-1].Kind)
	_, err = w.Rules.TemplateChanged(t.Context(), "legal")
	require.NoError(t, err)
	assert.Equal(t, kept.Version, w.keptRule(t, rule).Version, "nothing new, nothing to tell")

	w.saveTemplate(t, "legal", "<p>ИНН 0987654321</p>")
	w.fire(t, "2")
	assert.NotEqual(t, kept.Hash, w.keptRule(t, rule).Hash, "found out before it fires")

	w.saveTemplate(t, "legal", "<script>x()</script>")
	_, err = w.Rules.TemplateChanged(t.Context(), "another")
	require.NoError(t, err)
	assert.True(t, w.keptRule(t, rule).Active)
	deactivated, err = w.Rules.TemplateChanged(t.Context(), "legal")
	require.NoError(t, err)
	require.Len(t, deactivated, 1)
	last := deactivated[0].Events[len(deactivated[0].Events)-1]
	assert.Equal(t, email.RuleDeactivated, last.Kind)
	assert.Contains(t, last.Detail, "active.script@legal/html:0-8")
}

// changing gives another source at the first reading than at all others.
type changing struct {
	hostStore
	name, first string
	read        int
}

func (c *changing) Source(ctx context.Context, name string) (string, error) {
	if name == c.name {
		if c.read++; c.read == 1 {
			return c.first, nil
		}
	}
	return c.hostStore.(template.Source).Source(ctx, name)
}

// What was checked is what is pinned, also where somebody saves another at the same time.
func TestRuleIsActivatedWhileATemplateChanges(t *testing.T) {
	w := newWorld(t)
	w.saveTemplate(t, "legal", shortLink)
	rule := w.rule(t, "<p>x</p>{% include 'legal' %}")
	loader := &changing{hostStore: w.store, name: "legal", first: "<p>ИНН 0123456789</p>"}
	busy, err := w.With(func(c *email.Config) { c.Templates = loader })
	require.NoError(t, err)
	_, err = busy.Rules.Activate(t.Context(), "anna", rule.ID, nil)
	require.NoError(t, err)
	require.Equal(t, 1, loader.read)
	fired := w.fire(t, "1")
	assert.True(t, fired[0].Refusals.Has(email.CodeRuleTemplateChanged))
	assert.False(t, w.keptRule(t, rule).Active)
}

// Who was shown a warning has not seen the one that stands at its place by now.
func TestAcknowledgementOfWhatHasChanged(t *testing.T) {
	w := newWorld(t)
	rule := w.rule(t, "<a href='https://bit.ly/a'>Акция</a>")
	shown, err := w.Rules.Check(t.Context(), rule.ID)
	require.NoError(t, err)
	require.Len(t, shown.Unacknowledged, 1)
	w.saveTemplate(t, "letter", "<a href='https://bit.ly/b'>Акция</a>")
	now, refused := w.notActivated(t, rule, shown.Unacknowledged[0].ID)
	assert.Equal(t, email.CodeRuleUnacknowledged, refused.Code)
	w.activate(t, rule, now.Unacknowledged[0].ID)
}

func TestRuleTemplateRemoved(t *testing.T) {
	w := newWorld(t)
	rule := w.rule(t, "<p>x</p>")
	w.activate(t, rule)
	gone, err := email.New(func() email.Config {
		config := w.config
		config.Templates = failingLoader{w.store, "letter", template.ErrNotFound}
		return config
	}())
	require.NoError(t, err)
	fired, err := gone.Rules.Fire(t.Context(), email.Firing{Event: template.EventCustomer, CustomerID: "ivan", Key: "1"})
	require.NoError(t, err)
	msg := w.refusedFiring(t, fired)
	assert.Equal(t, email.CodeRuleTemplateChanged, msg.Events[0].Detail)
	assert.False(t, w.keptRule(t, rule).Active)
}

// Each firing that a template's change stopped is a message of its own in the history, whatever its key.
func TestRulesOfOneTemplateThatWasChanged(t *testing.T) {
	w := newWorld(t)
	w.activate(t, w.rule(t, "<p>x</p>"))
	w.activate(t, w.rule(t, "<p>x</p>"))
	w.saveTemplate(t, "letter", "<iframe src='https://shop.example'></iframe>")
	fired := w.fire(t, "")
	require.Len(t, fired, 2)
	for _, one := range fired {
		assert.True(t, one.Refusals.Has(email.CodeRuleTemplateChanged))
		assert.False(t, one.Duplicate)
		assert.NotEmpty(t, one.Message.ID)
		assert.Equal(t, one.RuleID, w.message(t, one.Message.ID).RuleID)
	}
	assert.Len(t, w.all(t), 2)
}

func TestRuleOfAnEngineThatCannotCheck(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Engine = jinja.New(nil)
	})
	rule := w.rule(t, "<p>{{ customer.firstName</p>")
	a, _ := w.notActivated(t, rule)
	require.Len(t, a.Errors(), 1)
	assert.Equal(t, email.CodeTemplateInvalid, a.Errors()[0].Code)
	assert.True(t, strings.HasPrefix(a.Errors()[0].Text("ru"), "В шаблоне ошибка"), a.Errors()[0].Text("ru"))
	w.saveTemplate(t, "letter", "<p>{{ customer.firstName }}</p>")
	w.activate(t, rule)
	assert.Contains(t, w.fire(t, "1")[0].Message.HTML, "Иван")
}

// Which findings keep a rule from firing is the validator's configuration.
func TestRuleFollowsTheValidator(t *testing.T) {
	activation := func(severity validate.Severity, off ...string) *email.RefusedError {
		w := newWorld(t, func(c *email.Config) {
			validator, err := validate.New(validate.Options{Off: off, Severities: map[validate.Stage]map[string]validate.Severity{
				validate.StageActivate: {"link.short": severity}}})
			require.NoError(t, err)
			c.Validator = validator
		})
		_, err := w.Rules.Activate(t.Context(), "anna", w.rule(t, shortLink).ID, nil)
		var refused *email.RefusedError
		errors.As(err, &refused)
		return refused
	}
	assert.Equal(t, email.CodeRuleBlocked, activation(validate.SeverityError).Code)
	assert.Equal(t, email.CodeRuleUnacknowledged, activation(validate.SeverityWarning).Code)
	assert.Nil(t, activation(validate.SeverityNote))
	assert.Nil(t, activation(validate.SeverityError, "link.short"))
}

func TestRuleFiresOnceByManyAtOnce(t *testing.T) {
	w := newWorld(t)
	rule := w.rule(t, "<p>Рады вам!</p>")
	w.activate(t, rule)
	w.saveTemplate(t, "letter", "<p>Очень рады!</p>") // everybody finds out
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			fired, err := w.Rules.Fire(t.Context(), email.Firing{Event: template.EventCustomer, CustomerID: "ivan", Key: "1"})
			assert.NoError(t, err)
			if assert.Len(t, fired, 1) {
				assert.Empty(t, fired[0].Refusals)
			}
		})
	}
	group.Wait()
	assert.Len(t, w.all(t), 1)
	kept := w.keptRule(t, rule)
	assert.Equal(t, []email.RuleEventKind{email.RuleCreated, email.RuleActivated, email.RuleRevalidated}, ruleKinds(kept))
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
