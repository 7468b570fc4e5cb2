package email

import (
	"context"
	"errors"

	"github.com/crmmail/crmmail/email/message"
)

// markBounced takes a report to the message it is about.
func (r *reception) markBounced(ctx context.Context) error {
	if r.parsed.Bounce == nil {
		return nil
	}
	original, err := r.reported(ctx, r.parsed.Bounce.OriginalID)
	if err == nil && original == nil {
		original, err = r.reportedByEnvelope(ctx, r.parsed.Bounce.EnvelopeID)
	}
	if err != nil || original == nil || !wentOut(*original) {
		return err
	}
	t := r.bounced(*original)
	if len(t.Results) == 0 {
		return nil // late, or delivered after all
	}
	if err := r.service.config.suppressGone(ctx, original.ID, t.Results); err != nil {
		return err
	}
	err = r.service.config.Store.Transition(ctx, t)
	if errors.Is(err, ErrConflict) {
		return nil // marked by another report, or on its way again
	}
	return err
}

// wentOut is false of a message that is still on its way, or was never sent: a report stands in the conversation only.
func wentOut(msg Message) bool {
	return msg.State == StateSent || msg.State == StateUncertain || msg.State == StateBounced
}

// reported finds the message of ours that a report is about, in whose conversation it then stands; nil: none.
func (r *reception) reported(ctx context.Context, id string) (*Message, error) {
	if id == "" {
		return nil, nil
	}
	known, err := r.service.messagesByID(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, original := range known {
		if original.Direction == Outgoing {
			return &original, r.standWith(ctx, original, MatchBounce)
		}
	}
	return nil, nil
}

// reportedByEnvelope finds it where a provider has put another Message-ID for ours.
func (r *reception) reportedByEnvelope(ctx context.Context, id string) (*Message, error) {
	original, err := r.service.messageByEnvelopeID(ctx, id)
	if err != nil || original == nil {
		return nil, err
	}
	return original, r.standWith(ctx, *original, MatchEnvelope)
}

// standWith puts a report into the conversation of the message it is about, whose state it leaves.
func (r *reception) standWith(ctx context.Context, original Message, rule MatchRule) (err error) {
	if r.conv, err = r.service.conversation(ctx, original.ConversationID); err != nil {
		return err
	}
	if r.conv != nil {
		r.conv.State, r.conv.UpdatedAt = "", r.msg.CreatedAt
	}
	r.msg.Received.MatchedBy = rule
	return nil
}

// bounced moves the original on: who did not get it is told by recipient; where nobody is left it has bounced.
func (r *reception) bounced(original Message) Transition {
	at := r.msg.CreatedAt
	t := Transition{MessageID: original.ID, From: original.State, To: original.State, At: at, Attempt: &original.Attempts}
	left := 0
	for _, recipient := range original.Recipients {
		report, told := failedFor(r.parsed.Bounce, recipient.Address, len(original.Recipients) == 1)
		if told && recipient.Status != RecipientRefused {
			t.Results = append(t.Results, Recipient{Address: recipient.Address, Status: RecipientRefused,
				Enhanced: report.Status, Text: shorten(report.Diagnostic), At: at})
		} else if recipient.Status != RecipientRefused {
			left++
		}
	}
	if left == 0 && len(t.Results) > 0 {
		t.To, t.Conversation = StateBounced, unanswered(original)
	}
	t.Event = &Event{At: at, Kind: EventBounced, Detail: detail(t.Results)}
	return t
}

// failedFor finds what a report says of a recipient who did not get the message. A report about an only recipient may
// call him by another name, as where mail is forwarded.
func failedFor(bounce *message.Bounce, addr string, only bool) (message.BouncedRecipient, bool) {
	for _, reported := range bounce.Recipients {
		if reported.Action == "failed" && (only || sameMailbox(reported.Address, addr)) {
			return reported, true
		}
	}
	return message.BouncedRecipient{}, false
}
