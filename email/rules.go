package email

import (
	"context"
	"errors"
	"fmt"

	"github.com/crmmail/crmmail/sender"
)

// RuleService keeps, activates and fires rules; it hangs on Service.Rules. Without Config.Rules all of it is
// ErrUnsupported.
type RuleService struct{ service *Service }

// Rule returns one rule with its events; an unknown id is ErrNotFound.
func (r RuleService) Rule(ctx context.Context, id string) (Rule, error) {
	rules, err := r.store()
	if err != nil {
		return Rule{}, err
	}
	rule, err := rules.Rule(ctx, id)
	if err != nil {
		return Rule{}, fmt.Errorf("email: rule: %w", err)
	}
	return rule, nil
}

// List returns at most q.Limit rules in the order of their ids, without events; at most 200, 0 means 50.
func (r RuleService) List(ctx context.Context, q RuleQuery) ([]Rule, error) {
	rules, err := r.store()
	if err != nil {
		return nil, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, maxPage)
	list, err := rules.Rules(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("email: rules: %w", err)
	}
	return list, nil
}

// Save keeps what a person filled in of a rule: name, event, template, sender, acting user, purpose. A rule without an
// id is a new one and inactive. A change of anything but the name deactivates the rule. rule.Version is that of the rule
// that was edited: ErrConflict where somebody else was faster.
func (r RuleService) Save(ctx context.Context, actorID string, rule Rule) (Rule, error) {
	rules, err := r.store()
	if err == nil {
		err = rule.check()
	}
	if err != nil {
		return Rule{}, err
	}
	now := r.service.config.Now()
	next := Rule{CreatedAt: now}
	event := RuleEvent{At: now, Kind: RuleCreated, ActorID: actorID}
	if rule.ID == "" {
		next.ID = r.service.config.NewID()
	} else {
		event.Kind = RuleEdited
		if next, err = rules.Rule(ctx, rule.ID); err == nil && next.Version != rule.Version {
			err = ErrConflict
		}
		if err != nil {
			return Rule{}, fmt.Errorf("email: rule: %w", err)
		}
	}
	events := []RuleEvent{event}
	if next.Active && !next.sendsAs(rule) {
		next.Active = false
		events = append(events, RuleEvent{At: now, Kind: RuleDeactivated, ActorID: actorID, Detail: "edited"})
	}
	next.Name, next.Event, next.TemplateID = rule.Name, rule.Event, rule.TemplateID
	next.From, next.ActorID, next.Purpose = rule.From, rule.ActorID, rule.Purpose
	return r.keep(ctx, next, events...)
}

// check says what a rule lacks.
func (r Rule) check() error {
	switch {
	case r.Event == "":
		return errors.New("email: a rule without an event")
	case r.TemplateID == "":
		return errors.New("email: a rule without a template")
	case r.From == sender.Choice{}:
		return errors.New("email: a rule without a sender")
	case r.Purpose != Transactional && r.Purpose != Bulk:
		return fmt.Errorf("email: unknown purpose %q", r.Purpose)
	}
	return checkID("event", string(r.Event))
}

// sendsAs tells that two rules send the same in the same cases.
func (r Rule) sendsAs(other Rule) bool {
	return r.Event == other.Event && r.TemplateID == other.TemplateID && r.From == other.From &&
		r.ActorID == other.ActorID && r.Purpose == other.Purpose
}

// Deactivate keeps a rule from firing. reason is for its time line and may be empty; a rule that is not active stays as
// it is.
func (r RuleService) Deactivate(ctx context.Context, actorID, ruleID, reason string) (Rule, error) {
	return r.change(ctx, ruleID, func(rule Rule) (Rule, []RuleEvent, error) {
		if !rule.Active {
			return rule, nil, nil
		}
		rule.Active = false
		return rule, []RuleEvent{{At: r.service.config.Now(), Kind: RuleDeactivated, ActorID: actorID, Hash: rule.Hash, Detail: reason}}, nil
	})
}

// change makes of a rule what next says, again from what is kept where somebody else was faster. Without events there is
// nothing to keep. The error of next comes back, after its rule was kept.
func (r RuleService) change(ctx context.Context, id string, next func(Rule) (Rule, []RuleEvent, error)) (Rule, error) {
	for try := 0; ; try++ {
		rule, err := r.Rule(ctx, id)
		if err != nil {
			return Rule{}, err
		}
		changed, events, refused := next(rule)
		if len(events) == 0 {
			return changed, refused
		}
		kept, err := r.keep(ctx, changed, events...)
		if err == nil {
			return kept, refused
		}
		if !errors.Is(err, ErrConflict) || try == maxTries {
			return Rule{}, err
		}
	}
}

func (r RuleService) keep(ctx context.Context, rule Rule, events ...RuleEvent) (Rule, error) {
	rule.UpdatedAt = r.service.config.Now()
	kept, err := r.service.config.Rules.SaveRule(ctx, rule, events...)
	if err != nil {
		return Rule{}, fmt.Errorf("email: save rule: %w", err)
	}
	return kept, nil
}

func (r RuleService) store() (Rules, error) {
	if r.service.config.Rules == nil {
		return nil, fmt.Errorf("email: rules: %w", ErrUnsupported)
	}
	return r.service.config.Rules, nil
}
