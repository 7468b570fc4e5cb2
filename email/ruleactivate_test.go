package email_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/jinja"
	"github.com/crmmail/crmmail/validate"
)

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
