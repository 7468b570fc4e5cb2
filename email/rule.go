package email

import (
	"context"
	"time"

	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Rules keeps the rules of one tenant. Implementations are safe for concurrent use, also by several processes on one
// storage.
type Rules interface {
	// Rule returns one rule with its events; an unknown id is ErrNotFound.
	Rule(ctx context.Context, id string) (Rule, error)
	// Rules returns at most q.Limit rules in the order of their ids, without events.
	Rules(ctx context.Context, q RuleQuery) ([]Rule, error)
	// SaveRule keeps a rule, with events that are added to those it has, and returns it as Rule does: all of it or
	// nothing. rule.Version tells which version was changed, and the kept one is the next: 0 makes a rule of version 1, and
	// is ErrDuplicate where the id is used. ErrConflict where the kept rule is of another version, ErrNotFound where
	// there is none. CreatedAt stays what it first was; rule.Events is ignored.
	SaveRule(ctx context.Context, rule Rule, events ...RuleEvent) (Rule, error)
}

// RuleQuery asks for a page of rules.
type RuleQuery struct {
	Event      template.Event // empty: of all events
	TemplateID string         // empty: with all templates
	Active     bool           // only active ones
	After      string         // the id of the last rule of the page before; empty: the first page
	Limit      int            // more than 0
}

// Rule sends a template to the customer whom an event happens to, for as long as it is active.
type Rule struct {
	ID         string
	Name       string
	Event      template.Event // what fires it; its template must be made for the same event
	TemplateID string
	From       sender.Choice
	// ActorID is the CRM user whom the gate is asked of. Empty: nobody in particular sends, and for transactional mail
	// it is enough that the chosen sender's address is confirmed and allowed.
	ActorID string
	Purpose Purpose

	// Active rules fire. RuleService.Activate alone makes them so.
	Active bool
	// Hash is that of the template's content, and of all it includes, which was checked when the rule was activated.
	// A rule whose template is another by now does not fire before that one is checked. Empty: never activated.
	Hash string
	// Uses are the templates that the template included or extended then, by the names it calls them.
	Uses []string
	// Acknowledged are the warnings at Hash that a person has taken note of.
	Acknowledged []Acknowledgement

	Version   int // counts the changes; what SaveRule compares
	CreatedAt time.Time
	UpdatedAt time.Time

	// Events is the rule's time line in the order they were kept. Rules.Rule fills it; listings leave it nil.
	Events []RuleEvent
}

// Acknowledgement says who took note of a warning. It holds for that finding of that content, not for ever.
type Acknowledgement struct {
	ActorID string
	At      time.Time
	Hash    string // of the content, as Rule.Hash
	Finding string // SourceFinding.ID
}

// RuleEvent is one line of a rule's time line.
type RuleEvent struct {
	At      time.Time
	Kind    RuleEventKind
	ActorID string // the CRM user who caused it; empty: the library itself
	Hash    string // of the content that it is about; empty: about none
	Detail  string // codes and findings' ids, or what a person gave as the reason
}

// RuleEventKind names what happened to a rule.
type RuleEventKind string

const (
	RuleCreated      RuleEventKind = "created"
	RuleEdited       RuleEventKind = "edited"
	RuleAcknowledged RuleEventKind = "acknowledged" // a warning, whose id is in Detail
	RuleActivated    RuleEventKind = "activated"
	RuleRefused      RuleEventKind = "refused"     // it was to be activated: Detail says what is against it
	RuleRevalidated  RuleEventKind = "revalidated" // its template was changed, and nothing is against the new one
	RuleDeactivated  RuleEventKind = "deactivated" // by a person, or because its template was changed
)
