package email

import (
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Draft is what a person filled in to write to a customer. It is never modified.
type Draft struct {
	ActorID    string // the CRM user who writes; the gate is his
	CustomerID string
	From       sender.Choice // one of Form's options
	To         []string      // among the customer's addresses; empty: the primary one. Of an answer: also who took part
	InReplyTo  string        // the inbound message that is answered; empty: this begins a conversation
	Bcc        []string      // blind copies, addr-specs: in the envelope and the history, in no header field

	// TemplateID names a template of the event Customer; empty: none. Subject and preheader are the template's where
	// Letter leaves them empty, and so are HTML and text where it leaves both empty. A single space leaves a part out.
	TemplateID string
	// Letter is Twig source, each part rendered with the customer's data and Vars.
	Letter template.Letter
	// Vars are further variables for the letter. The names customer, manager, store and unsubscribe_url are taken.
	Vars template.Vars

	// Attachments are judged by Config.Policy. One that the HTML shows by its name, as in <img src="cid:logo.png"> or in CSS
	// url(cid:logo.png), comes with the letter; a name with spaces or the like may be percent-encoded (RFC 2392).
	Attachments []attach.File

	// Purpose Bulk goes to the addresses that nothing keeps mailings from; to none where the customer has unsubscribed, or
	// complained, by any address of his.
	Purpose Purpose
	// SendAt schedules the message; zero: now. The gate is asked again when the time comes.
	SendAt time.Time
	// IdempotencyKey makes a repeated Send return the first message; empty: every Send is a message of its own. At most
	// MaxID octets.
	IdempotencyKey string

	ruleID   string             // of a rule that fires
	template *template.Template // what that rule was checked with, in place of what is kept as TemplateID by now
}
