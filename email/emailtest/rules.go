package emailtest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// Rule implements email.Rules.
func (s *Store) Rule(ctx context.Context, id string) (email.Rule, error) {
	if err := s.lock(ctx); err != nil {
		return email.Rule{}, err
	}
	defer s.mu.Unlock()
	rule, ok := s.rules[id]
	if !ok {
		return email.Rule{}, fmt.Errorf("rule: %w", email.ErrNotFound)
	}
	return cloneRule(rule), nil
}

// Rules implements email.Rules.
func (s *Store) Rules(ctx context.Context, q email.RuleQuery) ([]email.Rule, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []email.Rule
	for _, rule := range s.rules {
		if asked(q.Event, rule.Event) && asked(q.TemplateID, rule.TemplateID) && (rule.Active || !q.Active) && rule.ID > q.After {
			rule = cloneRule(rule)
			rule.Events = nil
			list = append(list, rule)
		}
	}
	slices.SortFunc(list, func(a, b email.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return list[:min(len(list), max(q.Limit, 0))], nil
}

// SaveRule implements email.Rules.
func (s *Store) SaveRule(ctx context.Context, rule email.Rule, events ...email.RuleEvent) (email.Rule, error) {
	if rule.ID == "" {
		return email.Rule{}, errors.New("emailtest: a rule without an id")
	}
	if err := s.lock(ctx); err != nil {
		return email.Rule{}, err
	}
	defer s.mu.Unlock()
	known, ok := s.rules[rule.ID]
	switch {
	case ok && rule.Version == 0:
		return email.Rule{}, fmt.Errorf("rule id: %w", email.ErrDuplicate)
	case !ok && rule.Version > 0:
		return email.Rule{}, fmt.Errorf("rule: %w", email.ErrNotFound)
	case rule.Version != known.Version:
		return email.Rule{}, fmt.Errorf("rule: %w", email.ErrConflict)
	case ok:
		rule.CreatedAt = known.CreatedAt
	}
	rule.Version++
	rule.Events = slices.Concat(known.Events, events)
	s.rules[rule.ID] = cloneRule(rule)
	return cloneRule(rule), nil
}

func cloneRule(r email.Rule) email.Rule {
	r.Uses, r.Acknowledged, r.Events = slices.Clone(r.Uses), slices.Clone(r.Acknowledged), slices.Clone(r.Events)
	return r
}
