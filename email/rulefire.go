package email

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// Firing is an event that happened to a customer.
type Firing struct {
	Event      template.Event
	CustomerID string
	// Key names this one happening, as an order's number and status do: with one key each rule sends once. Empty: every
	// call is a happening of its own, and cannot be repeated safely.
	Key string
	// Vars are the variables of the event besides customer, manager and store, which are always there. All that
	// Config.Variables names for the event must be among them.
	Vars template.Vars
}

// Fired is what became of one rule at one firing.
type Fired struct {
	RuleID string
	// Message is queued, or in StateFailed where the rule did not fire: then it was never sent to anybody, and stands in
	// the customer's history with an EventRefused that says why.
	Message Message
	// Refusals are the reasons why it did not fire; none: it did.
	Refusals Refusals
	// Duplicate tells that the rule has fired, or was refused, with this key before; Message is what became of it then.
	Duplicate bool
}

// Fire sends what every active rule of an event has for the customer whom it happened to, by the same way as
// Service.Send: what is rendered is validated once more, and the gate is asked by the rule's purpose. A rule that does not
// fire says so in its Fired and in the customer's history; Firings lists both.
//
// An unknown customer is a *RefusedError. Any other error is the host's; the rules that it does not concern have fired, and
// the same Firing can be tried again if it has a Key.
func (r RuleService) Fire(ctx context.Context, f Firing) (fired []Fired, err error) {
	if err := r.checkFiring(ctx, f); err != nil {
		return nil, err
	}
	var failed []error
	err = r.each(ctx, RuleQuery{Event: f.Event, Active: true}, func(rule Rule) error {
		one, err := r.fireOne(ctx, rule, f)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed = append(failed, fmt.Errorf("email: rule %s: %w", rule.ID, err))
		case one != nil:
			fired = append(fired, *one)
		}
		return nil
	})
	return fired, errors.Join(append(failed, err)...)
}

func (r RuleService) checkFiring(ctx context.Context, f Firing) error {
	if f.Event == "" {
		return errors.New("email: fire: no event")
	}
	if err := checkID("firing key", f.Key); err != nil {
		return err
	}
	variables, err := r.service.config.Variables(ctx, f.Event)
	if err != nil {
		return fmt.Errorf("email: variables: %w", err)
	}
	for _, variable := range variables {
		if _, given := f.Vars[variable.Name]; !given && !slices.Contains(ownVariables[:], variable.Name) {
			return fmt.Errorf("email: fire: the event %s needs the variable %q", f.Event, variable.Name)
		}
	}
	_, err = r.service.config.customer(ctx, f.CustomerID)
	return err
}

// fireOne sends one rule's letter, once by the firing's key; nil: the rule is inactive by now.
func (r RuleService) fireOne(ctx context.Context, rule Rule, f Firing) (*Fired, error) {
	fired := &Fired{RuleID: rule.ID}
	key := ""
	if f.Key != "" {
		key = "rule/" + rule.ID + "/" + f.Key
	}
	first, err := r.service.sentBefore(ctx, key)
	if errors.Is(err, ErrDuplicate) {
		fired.Message, fired.Duplicate = first, true
		return fired, nil
	}
	if err != nil {
		return nil, err
	}
	d := rule.draft(f, key)
	chosen, err := r.current(ctx, rule)
	if errors.Is(err, errInactive) {
		return nil, nil
	}
	d.template = &chosen
	if err == nil {
		fired.Message, err = r.send(ctx, d)
	} else if refused, ok := refusal(err); ok {
		refused = &RefusedError{Code: CodeRuleTemplateChanged, Source: refused.Source, Findings: refused.Findings, Err: refused}
		c := &composition{id: r.service.config.NewID(), draft: d, customer: Customer{ID: f.CustomerID}, refusals: Refusals{refused}}
		fired.Message, err = r.fileRefused(ctx, c)
	}
	switch {
	case errors.Is(err, ErrDuplicate): // somebody fired it with the same key meanwhile
		fired.Duplicate = true
		return fired, nil
	case errors.As(err, &fired.Refusals):
		return fired, nil
	}
	return fired, err
}

// errInactive: somebody has deactivated the rule while it was about to fire.
var errInactive = errors.New("email: the rule is inactive")

// current is the template that the rule was activated with. Where it is another by now, it is checked before it is used.
func (r RuleService) current(ctx context.Context, rule Rule) (template.Template, error) {
	for range maxTries {
		chosen, err := r.template(ctx, rule)
		if err == nil {
			hash, err := r.service.contentHash(ctx, chosen, rule.Uses)
			if err != nil || hash == rule.Hash {
				return chosen, err
			}
		} else if !isRefusal(err) {
			return template.Template{}, err
		}
		if rule, err = r.revalidate(ctx, rule.ID); err != nil {
			return template.Template{}, err
		}
		if !rule.Active {
			return template.Template{}, errInactive
		}
	}
	return template.Template{}, fmt.Errorf("email: template: %w", ErrConflict) // it changes faster than it is checked
}

func (r Rule) draft(f Firing, key string) Draft {
	return Draft{
		ActorID:        r.ActorID,
		CustomerID:     f.CustomerID,
		From:           r.From,
		TemplateID:     r.TemplateID,
		Vars:           f.Vars,
		Purpose:        r.Purpose,
		IdempotencyKey: key,
		ruleID:         r.ID,
	}
}

// send takes a rule's draft the way of every draft. One that is refused is filed as a message that was never sent; the
// Refusals come back with it.
func (r RuleService) send(ctx context.Context, d Draft) (Message, error) {
	c, err := r.service.compose(ctx, d)
	if err != nil {
		return Message{}, err
	}
	if len(c.refusals) == 0 {
		msg, err := r.service.queue(ctx, c)
		if !errors.As(err, &c.refusals) {
			return msg, err
		}
	}
	return r.fileRefused(ctx, c)
}

// fileRefused keeps a message that a rule did not send, with the reason and without its content, in the customer's history.
func (r RuleService) fileRefused(ctx context.Context, c *composition) (Message, error) {
	msg := r.service.fileMessage(c)
	msg.ConversationID, msg.State = "", StateFailed
	msg.Preheader, msg.HTML, msg.Text = "", "", ""
	event := Event{At: msg.CreatedAt, Kind: EventRefused, ActorID: msg.ActorID, Detail: c.refusals.detail()}
	kept, err := r.service.config.Store.File(ctx, Filed{Message: msg, Event: event})
	if err != nil {
		return kept, fmt.Errorf("email: refused: %w", err)
	}
	r.service.config.Logger.InfoContext(ctx, "rule refused", "tenant", r.service.config.Tenant, "rule", msg.RuleID, "message", msg.ID,
		"reason", event.Detail)
	return kept, c.refusals
}

// detail is what a time line says of refusals: their codes, and those of the findings that block.
func (r Refusals) detail() string {
	var words []string
	add := func(code string) {
		if !slices.Contains(words, code) {
			words = append(words, code)
		}
	}
	for _, refused := range r {
		add(refused.Code)
		for _, finding := range refused.Findings {
			if finding.Severity == validate.SeverityError {
				add(finding.Code)
			}
		}
		for _, finding := range refused.Source {
			add(finding.Code)
		}
	}
	return strings.Join(words, " ")
}

// Firings pages through the messages of a rule, those that it did not send among them, newest first. cursor and limit
// are those of HistoryService.Messages.
func (r RuleService) Firings(ctx context.Context, ruleID, cursor string, limit int) (Page[Message], error) {
	if ruleID == "" {
		return Page[Message]{}, errors.New("email: firings: no rule")
	}
	return r.service.History.page(ctx, MessageQuery{RuleID: ruleID}, cursor, limit)
}
