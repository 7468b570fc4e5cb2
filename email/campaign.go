package email

import (
	"context"
	"iter"
	"time"
)

// Campaign is one letter to many customers.
type Campaign struct {
	// ID names the campaign: Send under the same ID goes on where an earlier one ended. At most 200 octets.
	ID string
	// Draft is what each customer gets at his primary address, a mass mailing whatever its Purpose. CustomerID, To, Bcc,
	// InReplyTo and IdempotencyKey are left empty.
	Draft Draft
	// Audience yields the customers behind the one with the id after, which is empty for the first time: each once, in an
	// order that is always the same, such as that of their ids. Data of the letter that differs by customer is in
	// Customer.Fields, of names that Config.Variables tells. An error ends the sending. It is called once for each Send,
	// which writes to the store while it goes on: where both are one database, the audience is read in pages.
	Audience func(ctx context.Context, after string) iter.Seq2[Customer, error]
	// Refused, unless it is nil, is told of each customer who gets no letter, and why; of some a second time where Send
	// goes on after a crash. It is called from Send, one call at a time.
	Refused func(customerID string, why Refusals)
}

// CampaignProgress is how far a campaign has come.
type CampaignProgress struct {
	ID          string
	Version     int            // counts the changes; what SaveCampaign compares
	ContentHash string         // of the letter, its variables, sender and files, which stay as they were
	After       string         // the id of the last customer who is counted; empty: none is
	Queued      int            // customers for whom there is a message
	Refused     map[string]int // customers for whom there is none, by the code of the first reason
	Done        bool           // the audience has come to its end
	StartedAt   time.Time
	UpdatedAt   time.Time
}

// CampaignReport is what Send has done.
type CampaignReport struct {
	CampaignProgress
	// Listed are the first customers of this Send who got no letter, at most 100; Campaign.Refused is told of all.
	Listed []CampaignRefusal
}

// CampaignRefusal is a customer who gets no letter.
type CampaignRefusal struct {
	CustomerID string
	Refusals   Refusals
}

// Campaigns keeps the progress of mass mailings. Implementations are safe for concurrent use, also by several processes
// on one storage.
type Campaigns interface {
	// Campaign returns the progress of a campaign; an unknown id is ErrNotFound.
	Campaign(ctx context.Context, id string) (CampaignProgress, error)
	// SaveCampaign keeps p as the version after p.Version, where the kept one is of that version, or where there is none
	// and p.Version is 0: ErrConflict otherwise.
	SaveCampaign(ctx context.Context, p CampaignProgress) error
}

// BatchOutbox is an optional ability of a Store: it keeps many messages by a few commits.
type BatchOutbox interface {
	// EnqueueAll keeps messages as Enqueue keeps each, in their order, and returns by what ids they are kept: a message's
	// own, that of the first message where the key was used already, or none where Enqueue would have kept nothing: only the
	// id was used, or the customer was erased. An error may leave some of them kept.
	EnqueueAll(ctx context.Context, list []Queued) (ids []string, err error)
}
