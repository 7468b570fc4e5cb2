package email_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

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

// More rules than a page of them holds.
func TestEveryRuleFires(t *testing.T) {
	w := newWorld(t)
	for range 201 {
		w.activate(t, w.rule(t, "<p>Рады вам!</p>"))
	}
	fired := map[string]bool{}
	for _, one := range w.fire(t, "1") {
		fired[one.RuleID] = len(one.Refusals) == 0
	}
	assert.Len(t, fired, 201)
	w.saveTemplate(t, "letter", "<iframe src=x></iframe>")
	deactivated, err := w.Rules.TemplateChanged(t.Context(), "letter")
	require.NoError(t, err)
	assert.Len(t, deactivated, 201)
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
