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

// Activation is what there is to say before a rule fires.
type Activation struct {
	Rule Rule // as it is kept now
	SourceReport
	// Unacknowledged are the warnings that nobody has taken note of at this content. As long as there are any, or errors,
	// the rule stays inactive.
	Unacknowledged []SourceFinding
}

// Allowed tells that nothing keeps the rule from being active.
func (a Activation) Allowed() bool { return len(a.Errors()) == 0 && len(a.Unacknowledged) == 0 }

// Check says what would keep a rule from being activated, and what else there is to say about its template. Nothing is
// kept. A template that is missing, or made for another event, is a *RefusedError.
func (r RuleService) Check(ctx context.Context, ruleID string) (Activation, error) {
	rule, err := r.Rule(ctx, ruleID)
	if err != nil {
		return Activation{}, err
	}
	return r.check(ctx, rule)
}

func (r RuleService) check(ctx context.Context, rule Rule) (Activation, error) {
	chosen, err := r.template(ctx, rule)
	if err != nil {
		return Activation{Rule: rule}, err
	}
	report, err := r.service.CheckTemplate(ctx, chosen, rule.Purpose)
	if err != nil {
		return Activation{}, err
	}
	return rule.judged(report), nil
}

// template is the rule's, which must be made for the rule's event.
func (r RuleService) template(ctx context.Context, rule Rule) (template.Template, error) {
	chosen, err := r.service.config.template(ctx, rule.TemplateID)
	if err == nil && chosen.Event != rule.Event {
		err = &RefusedError{Code: CodeRuleWrongEvent}
	}
	return chosen, err
}

// judged puts a report beside what was acknowledged at its content.
func (r Rule) judged(report SourceReport) Activation {
	a := Activation{Rule: r, SourceReport: report}
	for _, warning := range report.Warnings() {
		if !r.acknowledges(report.Hash, warning.ID) {
			a.Unacknowledged = append(a.Unacknowledged, warning)
		}
	}
	return a
}

func (r Rule) acknowledges(hash, finding string) bool {
	return slices.ContainsFunc(r.Acknowledged, func(a Acknowledgement) bool { return a.Hash == hash && a.Finding == finding })
}

// refusal says why the rule does not fire; nil: it does.
func (a Activation) refusal() error {
	code, against := CodeRuleBlocked, a.Errors()
	if len(against) == 0 {
		code, against = CodeRuleUnacknowledged, a.Unacknowledged
	}
	if len(against) == 0 {
		return nil
	}
	return &RefusedError{Code: code, Source: against, Findings: contentOf(against)}
}

// contentOf are those of the findings that a validator found.
func contentOf(list []SourceFinding) (content []validate.Finding) {
	for _, finding := range list {
		if finding.Content != nil {
			content = append(content, *finding.Content)
		}
	}
	return content
}

// Activate lets a rule fire from now on, where nothing is against it. acknowledged are the ids of those warnings, see
// SourceFinding.ID, that the acting user was shown and takes note of; that is kept, and holds for this content.
//
// With an error in the template, or a warning that nobody has taken note of, the rule is inactive afterwards, and the
// error a *RefusedError with CodeRuleBlocked or CodeRuleUnacknowledged, which says so; the Activation has all findings.
func (r RuleService) Activate(ctx context.Context, actorID, ruleID string, acknowledged []string) (Activation, error) {
	var a Activation
	rule, err := r.change(ctx, ruleID, func(rule Rule) (next Rule, events []RuleEvent, err error) {
		if a, err = r.check(ctx, rule); err != nil && !isRefusal(err) {
			return rule, nil, err
		}
		if err == nil {
			rule, events = r.acknowledge(rule, a, actorID, acknowledged)
			a = rule.judged(a.SourceReport)
			err = a.refusal()
		}
		event := RuleEvent{At: r.service.config.Now(), Kind: RuleActivated, ActorID: actorID, Hash: a.Hash}
		rule.Active = err == nil
		if err == nil {
			rule.Hash, rule.Uses = a.Hash, a.Uses
		} else {
			event.Kind, event.Detail = RuleRefused, against(err)
		}
		return rule, append(events, event), err
	})
	a.Rule = rule
	return a, err
}

// acknowledge notes which warnings a person has taken note of. What was noted of other content counts no more.
func (r RuleService) acknowledge(rule Rule, a Activation, actorID string, acknowledged []string) (Rule, []RuleEvent) {
	rule.Acknowledged = slices.DeleteFunc(slices.Clone(rule.Acknowledged), func(one Acknowledgement) bool { return one.Hash != a.Hash })
	var events []RuleEvent
	now := r.service.config.Now()
	for _, warning := range a.Unacknowledged {
		if !slices.Contains(acknowledged, warning.ID) || rule.acknowledges(a.Hash, warning.ID) {
			continue
		}
		rule.Acknowledged = append(rule.Acknowledged, Acknowledgement{ActorID: actorID, At: now, Hash: a.Hash, Finding: warning.ID})
		events = append(events, RuleEvent{At: now, Kind: RuleAcknowledged, ActorID: actorID, Hash: a.Hash, Detail: warning.ID})
	}
	return rule, events
}

// TemplateChanged checks every active rule anew that uses a template, itself or by including it, and returns the rules
// that are inactive now because of what was found. A host calls it when a template was saved or removed; without the
// call a rule finds out before it fires next.
func (r RuleService) TemplateChanged(ctx context.Context, templateID string) (deactivated []Rule, err error) {
	err = r.each(ctx, RuleQuery{Active: true}, func(rule Rule) error {
		if rule.TemplateID != templateID && !slices.Contains(rule.Uses, templateID) {
			return nil
		}
		after, err := r.revalidate(ctx, rule.ID)
		if isRefusal(err) {
			deactivated, err = append(deactivated, after), nil
		}
		return err
	})
	return deactivated, err
}

// revalidate checks a rule whose template may be another by now: where nothing is against it the rule goes on with the
// new one, else it is deactivated and the error is the *RefusedError.
func (r RuleService) revalidate(ctx context.Context, ruleID string) (Rule, error) {
	return r.change(ctx, ruleID, func(rule Rule) (Rule, []RuleEvent, error) {
		if !rule.Active {
			return rule, nil, nil
		}
		a, err := r.check(ctx, rule)
		if err != nil && !isRefusal(err) {
			return rule, nil, err
		}
		if err == nil {
			err = a.refusal()
		}
		event := RuleEvent{At: r.service.config.Now(), Kind: RuleRevalidated, Hash: a.Hash}
		switch {
		case err != nil:
			rule.Active, event.Kind, event.Detail = false, RuleDeactivated, CodeRuleTemplateChanged+": "+against(err)
		case a.Hash == rule.Hash:
			return rule, nil, nil
		default:
			rule.Hash, rule.Uses = a.Hash, a.Uses
		}
		return rule, []RuleEvent{event}, err
	})
}

// each calls do with all rules that a query asks for.
func (r RuleService) each(ctx context.Context, q RuleQuery, do func(Rule) error) error {
	for q.Limit = maxPage; ; {
		page, err := r.List(ctx, q)
		if err != nil {
			return err
		}
		for _, rule := range page {
			if err := do(rule); err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		q.After = page[len(page)-1].ID
	}
}

// against is what is said of a refusal in a time line: its code, and the ids of the findings.
func against(err error) string {
	var refused *RefusedError
	if !errors.As(err, &refused) {
		return ""
	}
	words := []string{refused.Code}
	for _, finding := range refused.Source[:min(len(refused.Source), maxTold)] {
		words = append(words, finding.ID)
	}
	if n := len(refused.Source) - maxTold; n > 0 {
		words = append(words, fmt.Sprint("+", n))
	}
	return strings.Join(words, " ")
}

// maxTold is how many findings stand in one line of a time line.
const maxTold = 20

func isRefusal(err error) bool {
	var refused *RefusedError
	return errors.As(err, &refused)
}
