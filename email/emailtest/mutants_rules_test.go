package emailtest_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// brokenRules is the memory store with some methods replaced; each gets the sound store.
type brokenRules struct {
	sound email.Rules
	rule  func(context.Context, email.Rules, string) (email.Rule, error)
	rules func(context.Context, email.Rules, email.RuleQuery) ([]email.Rule, error)
	save  func(context.Context, email.Rules, email.Rule, []email.RuleEvent) (email.Rule, error)
}

func (b brokenRules) Rule(ctx context.Context, id string) (email.Rule, error) {
	if b.rule == nil {
		return b.sound.Rule(ctx, id)
	}
	return b.rule(ctx, b.sound, id)
}

func (b brokenRules) Rules(ctx context.Context, q email.RuleQuery) ([]email.Rule, error) {
	if b.rules == nil {
		return b.sound.Rules(ctx, q)
	}
	return b.rules(ctx, b.sound, q)
}

func (b brokenRules) SaveRule(ctx context.Context, rule email.Rule, events ...email.RuleEvent) (email.Rule, error) {
	if b.save == nil {
		return b.sound.SaveRule(ctx, rule, events...)
	}
	return b.save(ctx, b.sound, rule, events)
}

// onRules runs TestRules on the memory store broken by breakIt.
func onRules(breakIt func() brokenRules) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestRules(t, emailtest.RulesHarness{Open: func(testing.TB) (one, other email.Rules) {
			broken := breakIt()
			broken.sound = emailtest.NewStore()
			return broken, broken
		}})
	}
}

// saving breaks what is saved.
func saving(change func(rule *email.Rule, events *[]email.RuleEvent)) func(*testing.T) {
	return onRules(func() brokenRules {
		return brokenRules{save: func(ctx context.Context, s email.Rules, rule email.Rule, events []email.RuleEvent) (email.Rule, error) {
			change(&rule, &events)
			return s.SaveRule(ctx, rule, events...)
		}}
	})
}

// askingRules breaks what is asked for.
func askingRules(change func(q *email.RuleQuery)) func(*testing.T) {
	return onRules(func() brokenRules {
		return brokenRules{rules: func(ctx context.Context, s email.Rules, q email.RuleQuery) ([]email.Rule, error) {
			change(&q)
			return s.Rules(ctx, q)
		}}
	})
}

var ruleMutants = []mutant{
	{"rules-without-acknowledgements", saving(func(rule *email.Rule, _ *[]email.RuleEvent) { rule.Acknowledged = nil }),
		[]string{"SaveRule keeps everything", "Rule and Rules give results"}},
	{"rules-without-events", saving(func(_ *email.Rule, events *[]email.RuleEvent) { *events = nil }),
		[]string{"SaveRule keeps everything", "SaveRule of the kept version", "SaveRule of one version by many"}},
	{"rules-always-use-something", saving(func(rule *email.Rule, _ *[]email.RuleEvent) { rule.Uses = append(rule.Uses, "x") }),
		[]string{"SaveRule without lists"}},
	{"rules-without-versions", onRules(func() brokenRules {
		return brokenRules{save: func(ctx context.Context, s email.Rules, rule email.Rule, events []email.RuleEvent) (email.Rule, error) {
			if known, err := s.Rule(ctx, rule.ID); err == nil {
				rule.Version = known.Version
			}
			return s.SaveRule(ctx, rule, events...)
		}}
	}), []string{"SaveRule of another version", "SaveRule of a new rule with a used id", "SaveRule of one version by many"}},
	{"rules-that-come-from-nowhere", onRules(func() brokenRules {
		return brokenRules{save: func(ctx context.Context, s email.Rules, rule email.Rule, events []email.RuleEvent) (email.Rule, error) {
			kept, err := s.SaveRule(ctx, rule, events...)
			if errors.Is(err, email.ErrNotFound) {
				rule.Version = 0
				kept, err = s.SaveRule(ctx, rule, events...)
			}
			return kept, err
		}}
	}), []string{"SaveRule of a version of a rule that is not there"}},
	{"rules-made-anew", onRules(func() brokenRules {
		return brokenRules{rule: func(ctx context.Context, s email.Rules, id string) (email.Rule, error) {
			rule, err := s.Rule(ctx, id)
			rule.CreatedAt = rule.UpdatedAt
			return rule, err
		}}
	}), []string{"SaveRule of the kept version"}},
	{"rules-without-errors", onRules(func() brokenRules {
		return brokenRules{rule: func(ctx context.Context, s email.Rules, id string) (email.Rule, error) {
			rule, _ := s.Rule(ctx, id)
			return rule, nil
		}}
	}), []string{"Rule with an unknown id", "Rule and Rules end with the context"}},
	{"rules-without-context", onRules(func() brokenRules {
		return brokenRules{save: func(ctx context.Context, s email.Rules, rule email.Rule, events []email.RuleEvent) (email.Rule, error) {
			return s.SaveRule(context.WithoutCancel(ctx), rule, events...)
		}}
	}), []string{"SaveRule after the context's end"}},
	{"rules-share-memory", onRules(func() brokenRules {
		var mu sync.Mutex
		kept := map[string]email.Rule{}
		return brokenRules{
			save: func(ctx context.Context, s email.Rules, rule email.Rule, events []email.RuleEvent) (email.Rule, error) {
				mu.Lock()
				defer mu.Unlock()
				saved, err := s.SaveRule(ctx, rule, events...)
				if err == nil {
					kept[rule.ID] = saved
				}
				return saved, err
			},
			rule: func(ctx context.Context, s email.Rules, id string) (email.Rule, error) {
				mu.Lock()
				defer mu.Unlock()
				if _, err := s.Rule(ctx, id); err != nil {
					return email.Rule{}, err
				}
				return kept[id], nil
			},
		}
	}), []string{"SaveRule keeps what it was given", "Rule and Rules give results"}},
	{"rules-of-all-events", askingRules(func(q *email.RuleQuery) { q.Event = "" }), []string{"Rules can be asked for"}},
	{"rules-of-all-templates", askingRules(func(q *email.RuleQuery) { q.TemplateID = "" }), []string{"Rules can be asked for"}},
	{"rules-that-sleep", askingRules(func(q *email.RuleQuery) { q.Active = false }), []string{"Rules can be asked for", "Rules come in the order"}},
	{"rules-in-any-order", onRules(func() brokenRules {
		return brokenRules{rules: func(ctx context.Context, s email.Rules, q email.RuleQuery) ([]email.Rule, error) {
			list, err := s.Rules(ctx, q)
			slices.Reverse(list)
			return list, err
		}}
	}), []string{"Rules come in the order", "Rules can be asked for"}},
}

// rulePartMutants are stores that lose what rules need of them.
var rulePartMutants = []mutant{
	{"refuses-to-file-refused", onStore(always(brokenStore{file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
		if f.Message.Received == nil {
			return email.Message{}, errors.New("not received")
		}
		return s.File(ctx, f)
	}})), []string{"File keeps a message that a rule did not send"}},
	{"queues-refused", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		if list, _ := everything(ctx, s, email.MessageQuery{RuleID: "rule"}); err == nil {
			for _, m := range list {
				if m.State == email.StateFailed {
					claimed.Jobs = append(claimed.Jobs, email.Job{Message: m})
				}
			}
		}
		return claimed, err
	}})), []string{"Claim gives no message that a rule did not send"}},
	{"forgets-rules", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		q.RuleID = ""
		return s.Messages(ctx, q)
	}})), []string{"Messages of one rule"}},
}
