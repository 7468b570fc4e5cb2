package emailtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// RulesHarness is how TestRules gets at an implementation.
type RulesHarness struct {
	// Open makes an empty storage and returns two handles on it, as StoreHarness.Open does.
	Open func(t testing.TB) (one, other email.Rules)
}

// TestRules holds an implementation of email.Rules to every promise of its contract, each as a subtest with a storage of
// its own.
func TestRules(t *testing.T, h RulesHarness) {
	hold(t, func(t testing.TB) ruleFixture {
		one, other := h.Open(t)
		return ruleFixture{one, other}
	}, savePromises, rulePromises)
}

type ruleFixture struct{ one, other email.Rules }

// aRule has something in every field that SaveRule keeps.
func aRule(id string) email.Rule {
	return email.Rule{
		ID: id, Name: "Заказ оплачен", Event: template.EventOrder, TemplateID: "order-paid",
		From: sender.Choice{Kind: sender.Additional, ID: "42"}, ActorID: "7", Purpose: email.Bulk,
		Active: true, Hash: "hash-" + id, Uses: []string{"footer", "шапка"},
		Acknowledged: []email.Acknowledgement{
			{ActorID: "7", At: suiteTime.Add(-time.Hour), Hash: "hash-" + id, Finding: "link.short@html:1-20"},
			{ActorID: "8", At: suiteTime, Hash: "hash-" + id, Finding: "link.short@шапка/html:1-20"},
		},
		CreatedAt: suiteTime, UpdatedAt: suiteTime.Add(time.Minute),
	}
}

func aRuleEvent(detail string) email.RuleEvent {
	return email.RuleEvent{At: suiteTime, Kind: email.RuleActivated, ActorID: "7", Hash: "hash", Detail: detail}
}

// save keeps rules made by aRule and changed by change, which may be nil.
func (f ruleFixture) save(t testing.TB, change func(*email.Rule), ids ...string) {
	t.Helper()
	for _, id := range ids {
		rule := aRule(id)
		if change != nil {
			change(&rule)
		}
		_, err := f.one.SaveRule(context.Background(), rule, aRuleEvent("first"))
		noError(t, err)
	}
}

func (f ruleFixture) rule(t testing.TB, id string) email.Rule {
	t.Helper()
	rule, err := f.other.Rule(context.Background(), id)
	noError(t, err)
	return rule
}

// kept is a rule as it must be kept.
func kept(rule email.Rule, version int, events ...email.RuleEvent) email.Rule {
	rule.Version, rule.Events = version, events
	return rule
}

var savePromises = []promise[ruleFixture]{
	{"SaveRule keeps everything and returns it as Rule does", func(t *testing.T, f ruleFixture) {
		want := kept(aRule("a"), 1, aRuleEvent("1"), aRuleEvent("2"))
		got, err := f.one.SaveRule(context.Background(), aRule("a"), aRuleEvent("1"), aRuleEvent("2"))
		noError(t, err)
		same(t, "rule returned", want, got)
		same(t, "rule", want, f.rule(t, "a"))
	}},
	{"SaveRule without lists keeps none", func(t *testing.T, f ruleFixture) {
		bare := email.Rule{ID: "a", Event: "birthday", TemplateID: "t", From: sender.Choice{Kind: sender.Store}, CreatedAt: suiteTime, UpdatedAt: suiteTime}
		got, err := f.one.SaveRule(context.Background(), bare)
		noError(t, err)
		same(t, "rule returned", kept(bare, 1), got)
		same(t, "rule", kept(bare, 1), f.rule(t, "a"))
	}},
	{"SaveRule of the kept version takes the place of the rule, but for the time it was made, and adds events", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "a", "b")
		next := email.Rule{ID: "a", Name: "Иначе", Event: template.EventCustomer, TemplateID: "other", From: sender.Choice{Kind: sender.Manager},
			Hash: "other", Version: 1, CreatedAt: suiteTime.Add(time.Hour), UpdatedAt: suiteTime.Add(time.Hour),
			Events: []email.RuleEvent{aRuleEvent("not this")}}
		_, err := f.other.SaveRule(context.Background(), next, aRuleEvent("second"))
		noError(t, err)
		next.CreatedAt = suiteTime
		same(t, "rule", kept(next, 2, aRuleEvent("first"), aRuleEvent("second")), f.rule(t, "a"))
		same(t, "the other rule", kept(aRule("b"), 1, aRuleEvent("first")), f.rule(t, "b"))
	}},
	{"SaveRule of another version is ErrConflict and changes nothing", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "a")
		want := f.rule(t, "a")
		for _, version := range []int{2, 7} {
			next := aRule("a")
			next.Name, next.Version = "evil", version
			_, err := f.other.SaveRule(context.Background(), next, aRuleEvent("evil"))
			isError(t, err, email.ErrConflict)
			same(t, "rule", want, f.rule(t, "a"))
		}
	}},
	{"SaveRule of a new rule with a used id is ErrDuplicate and changes nothing", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "a")
		want := f.rule(t, "a")
		next := aRule("a")
		next.Name = "evil"
		_, err := f.other.SaveRule(context.Background(), next, aRuleEvent("evil"))
		isError(t, err, email.ErrDuplicate)
		same(t, "rule", want, f.rule(t, "a"))
	}},
	{"SaveRule of a version of a rule that is not there is ErrNotFound and keeps nothing", func(t *testing.T, f ruleFixture) {
		next := aRule("a")
		next.Version = 1
		_, err := f.one.SaveRule(context.Background(), next, aRuleEvent("evil"))
		isError(t, err, email.ErrNotFound)
		_, err = f.other.Rule(context.Background(), "a")
		isError(t, err, email.ErrNotFound)
	}},
	{"SaveRule of one version by many at once keeps exactly one change", saveRace},
	{"SaveRule after the context's end keeps nothing", func(t *testing.T, f ruleFixture) {
		_, err := f.one.SaveRule(ended(), aRule("a"))
		isError(t, err, context.Canceled)
		_, err = f.other.Rule(context.Background(), "a")
		isError(t, err, email.ErrNotFound)
	}},
	{"SaveRule keeps what it was given when the caller changes it afterwards", func(t *testing.T, f ruleFixture) {
		in, events := aRule("a"), []email.RuleEvent{aRuleEvent("1")}
		out, err := f.one.SaveRule(context.Background(), in, events...)
		noError(t, err)
		same(t, "rule returned", kept(aRule("a"), 1, aRuleEvent("1")), out)
		for _, mine := range []email.Rule{in, out} {
			mine.Uses[0], mine.Acknowledged[0].Finding = "evil", "evil"
		}
		events[0].Detail, out.Events[0].Detail = "evil", "evil"
		same(t, "rule", kept(aRule("a"), 1, aRuleEvent("1")), f.rule(t, "a"))
	}},
}

func saveRace(t *testing.T, f ruleFixture) {
	f.save(t, nil, "a")
	for version := 1; version <= 3; version++ {
		var won atomic.Int32
		race(8, func(i int) {
			next := aRule("a")
			next.Name, next.Version = fmt.Sprint(i), version
			got, err := []email.Rules{f.one, f.other}[i%2].SaveRule(context.Background(), next, aRuleEvent(next.Name))
			switch {
			case err == nil && got.Name == next.Name:
				won.Add(1)
			case !errors.Is(err, email.ErrConflict):
				t.Errorf("caller %d: %v", i, err)
			}
		})
		equal(t, "changes", 1, won.Load())
		rule := f.rule(t, "a")
		equal(t, "version", version+1, rule.Version)
		equal(t, "events", version+1, len(rule.Events))
		equal(t, "the newest event's", rule.Name, rule.Events[version].Detail)
	}
}

var rulePromises = []promise[ruleFixture]{
	{"Rule with an unknown id is ErrNotFound", func(t *testing.T, f ruleFixture) {
		_, err := f.one.Rule(context.Background(), "nobody")
		isError(t, err, email.ErrNotFound)
	}},
	{"Rule and Rules give results that are the caller's", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "a")
		for range 2 {
			one := f.rule(t, "a")
			same(t, "rule", kept(aRule("a"), 1, aRuleEvent("first")), one)
			one.Uses[0], one.Acknowledged[0].Finding, one.Events[0].Detail = "evil", "evil", "evil"
			list := f.rules(t, email.RuleQuery{Limit: 2})
			same(t, "rules, without events", []email.Rule{kept(aRule("a"), 1)}, list)
			list[0].Uses[0], list[0].Acknowledged[0].Finding = "evil", "evil"
		}
	}},
	{"Rules can be asked for by event, template and activity", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "a", "b")
		f.save(t, func(r *email.Rule) { r.Active = false }, "c")
		f.save(t, func(r *email.Rule) { r.Event = template.EventCustomer }, "d")
		f.save(t, func(r *email.Rule) { r.TemplateID = "other" }, "e")
		for want, q := range map[string]email.RuleQuery{
			"a b c d e": {},
			"a b d e":   {Active: true},
			"a b c e":   {Event: template.EventOrder},
			"d":         {Event: template.EventCustomer, Active: true},
			"e":         {TemplateID: "other"},
			"a b":       {TemplateID: "order-paid", Event: template.EventOrder, Active: true},
			"":          {Event: "nothing"},
		} {
			q.Limit = 10
			equal(t, fmt.Sprintf("%+v", q), want, ruleIDs(f.rules(t, q)))
		}
	}},
	{"Rules come in the order of their ids, in pages without gaps or repeats", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "c", "A", "b", "10", "9", "a")
		f.save(t, func(r *email.Rule) { r.Active = false }, "bb")
		const all = "10 9 A a b c"
		for size := 1; size <= 7; size++ {
			q, got := email.RuleQuery{Active: true, Limit: size}, []string{}
			for range 10 {
				page := f.rules(t, q)
				if len(page) == 0 {
					break
				}
				got = append(got, ruleIDs(page))
				q.After = page[len(page)-1].ID
			}
			equal(t, fmt.Sprintf("pages of %d", size), all, strings.Join(got, " "))
		}
	}},
	{"Rule and Rules end with the context", func(t *testing.T, f ruleFixture) {
		f.save(t, nil, "a")
		_, err := f.one.Rule(ended(), "a")
		isError(t, err, context.Canceled)
		_, err = f.one.Rules(ended(), email.RuleQuery{Limit: 1})
		isError(t, err, context.Canceled)
	}},
}

func (f ruleFixture) rules(t testing.TB, q email.RuleQuery) []email.Rule {
	t.Helper()
	list, err := f.other.Rules(context.Background(), q)
	noError(t, err)
	if len(list) > q.Limit {
		t.Fatalf("%d rules where at most %d were asked for", len(list), q.Limit)
	}
	return list
}

func ruleIDs(list []email.Rule) string {
	ids := make([]string, len(list))
	for i, rule := range list {
		ids[i] = rule.ID
	}
	return strings.Join(ids, " ")
}
