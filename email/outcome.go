package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// outcome decides what the results of an attempt mean for the message.
func (d *delivery) outcome(results []Recipient, err error) Transition {
	switch {
	case has(results, RecipientUncertain):
		return Transition{To: StateUncertain, Results: results, Event: &Event{Kind: EventUncertain, Detail: detail(results)}}
	case has(results, RecipientDeferred) && errors.Is(err, errPanicked) && d.job.Message.Retries+1 >= maxPanics:
		return d.givenUp(results, detail(results))
	case has(results, RecipientDeferred):
		return d.again(results, detail(results), !hostRefused(err))
	}
	return d.settled(results, detail(results))
}

// settled is the outcome where nobody waits any more: sent where anybody has the message, now or from an earlier attempt.
func (d *delivery) settled(results []Recipient, why string) Transition {
	t := Transition{To: StateFailed, Results: results, Event: &Event{Kind: EventFailed, Detail: why}}
	if has(results, RecipientAccepted) || has(d.job.Message.Recipients, RecipientAccepted) {
		t.To, t.Event.Kind = StateSent, EventSent
		return t
	}
	t.Conversation = unanswered(d.job.Message)
	return t
}

// unanswered puts the conversation of an answer that nobody gets back among those that wait for one.
func unanswered(msg Message) ConversationState {
	if msg.Origin == OriginReply {
		return Active
	}
	return ""
}

// results gives each recipient of the attempt the server's own word, or what err means for all; those who were left out
// come behind them.
func (d *delivery) results(receipt Receipt, err error) []Recipient {
	told, stray := d.byRecipient(receipt.Results)
	common := d.verdict(err)
	if stray && common.Status == RecipientAccepted {
		common = Recipient{Status: RecipientUncertain, Text: "the transport refused a recipient that the envelope does not have"}
	}
	written := d.content.state() == whole
	now := d.service.config.Now()
	results := make([]Recipient, len(d.job.Envelope.Recipients))
	for i, addr := range d.job.Envelope.Recipients {
		result, ok := told[AddressKey(addr)]
		if !ok || result.Status == RecipientPending {
			result = common
		}
		if result.Status == RecipientAccepted && !written {
			result = Recipient{Status: d.unwritten(), Text: "the transport did not ask for the whole message"}
		}
		result.Address, result.At = addr, now
		result.Text = shorten(result.Text)
		results[i] = result
	}
	return append(results, d.leftOut...)
}

// unwritten is the fate of a recipient whom the transport calls accepted without having written the message: nothing was
// handed over, unless a part of it was.
func (d *delivery) unwritten() RecipientStatus {
	if d.content.state() == writerFailed {
		return RecipientUncertain
	}
	return RecipientDeferred
}

// byRecipient sorts a receipt's results by address, and tells whether one of them that is no acceptance names nobody. A
// status that is none of ours is uncertain.
func (d *delivery) byRecipient(results []Recipient) (told map[string]Recipient, stray bool) {
	known := make(map[string]bool, len(d.job.Envelope.Recipients))
	for _, addr := range d.job.Envelope.Recipients {
		known[AddressKey(addr)] = true
	}
	told = make(map[string]Recipient, len(results))
	for _, result := range results {
		switch result.Status {
		case RecipientPending, RecipientAccepted, RecipientDeferred, RecipientRefused:
		default:
			result.Status = RecipientUncertain
		}
		key := AddressKey(result.Address)
		if !known[key] && result.Status != RecipientAccepted {
			stray = true
		}
		told[key] = result
	}
	return told, stray
}

// verdict is what a transport's error means for the recipients without a result of their own. What is not known to
// have failed before the bytes went out is uncertain.
func (d *delivery) verdict(err error) Recipient {
	var classified *TransportError
	switch {
	case err == nil:
		return Recipient{Status: RecipientAccepted}
	case errors.As(err, &classified):
		text := classified.Text
		if text == "" && classified.Err != nil {
			text = classified.Err.Error()
		}
		return Recipient{Status: classified.Status(), Code: classified.Code, Enhanced: classified.Enhanced, Text: text}
	}
	switch d.content.state() {
	case notWritten, contentFailed:
		return Recipient{Status: RecipientDeferred, Text: err.Error()}
	}
	return Recipient{Status: RecipientUncertain, Text: err.Error()}
}

// hostRefused tells that the server refuses us, not the message: authentication (RFC 4954 §6). That burns no attempt.
func hostRefused(err error) bool {
	var classified *TransportError
	if !errors.As(err, &classified) {
		return false
	}
	switch classified.Code {
	case 530, 534, 535, 538:
		return true
	}
	return false
}

// closedGate is the outcome of a message that may not go out any more, or that could not be asked about.
func (d *delivery) closedGate(ctx context.Context, err error) Transition {
	refused, ok := err.(*RefusedError)
	if !ok {
		d.service.config.Logger.ErrorContext(ctx, "gate not asked", "tenant", d.service.config.Tenant,
			"message", d.job.Message.ID, "error", redact(err))
		return d.again(d.allOpen(RecipientDeferred, "gate not asked"), "gate not asked", false)
	}
	return d.settled(d.allOpen(RecipientRefused, refused.Code), refused.Code)
}

// notYet is the outcome of a message whose domain has had enough for now: it waits for its place and loses no attempt.
func (d *delivery) notYet(ctx context.Context, again time.Time, err error) Transition {
	if err == nil {
		return Transition{To: StateQueued, SendAt: again}
	}
	d.service.config.Logger.ErrorContext(ctx, "rate not asked", "tenant", d.service.config.Tenant,
		"message", d.job.Message.ID, "error", redact(err))
	return d.again(d.allOpen(RecipientDeferred, "rate not asked"), "rate not asked", false)
}

// again puts the message back for a later attempt, or gives it up where there have been enough that count.
func (d *delivery) again(results []Recipient, why string, counts bool) Transition {
	retries := d.job.Message.Retries
	if counts {
		retries++
	}
	wait, ok := d.service.config.Dispatch.Retry(max(retries, 1))
	if ok || !counts {
		return Transition{
			To:      StateQueued,
			SendAt:  d.service.config.Now().Add(max(wait, time.Second)),
			Retries: &retries,
			Results: results,
			Event:   &Event{Kind: EventDeferred, Detail: why},
		}
	}
	return d.givenUp(results, why)
}

// givenUp is the outcome for those who wait in vain.
func (d *delivery) givenUp(results []Recipient, why string) Transition {
	for i := range results {
		if results[i].Status == RecipientDeferred {
			results[i].Status = RecipientRefused
		}
	}
	return d.settled(results, why)
}

// allOpen gives every recipient that still waits the same result.
func (d *delivery) allOpen(status RecipientStatus, why string) []Recipient {
	now := d.service.config.Now()
	results := make([]Recipient, len(d.job.Envelope.Recipients))
	for i, addr := range d.job.Envelope.Recipients {
		results[i] = Recipient{Address: addr, Status: status, Text: shorten(why), At: now}
	}
	return results
}

func has(recipients []Recipient, status RecipientStatus) bool {
	for _, recipient := range recipients {
		if recipient.Status == status {
			return true
		}
	}
	return false
}

// detail counts the results by what was said, without addresses: "2 accepted, 1 refused 550 5.1.1".
func detail(results []Recipient) string {
	var kinds []string
	counts := map[string]int{}
	for _, result := range results {
		kind := string(result.Status)
		if result.Code != 0 {
			kind += fmt.Sprintf(" %d", result.Code)
		}
		if result.Enhanced != "" {
			kind += " " + result.Enhanced
		}
		if counts[kind]++; counts[kind] == 1 {
			kinds = append(kinds, kind)
		}
	}
	for i, kind := range kinds {
		kinds[i] = fmt.Sprintf("%d %s", counts[kind], kind)
	}
	return strings.Join(kinds, ", ")
}

// maxResultText is how much of a server's answer is kept, in runes.
const maxResultText = 500

func shorten(text string) string {
	return truncateRunes(strings.ToValidUTF8(text, "\uFFFD"), maxResultText)
}
