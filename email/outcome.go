package email

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// outcome decides what an attempt means for each recipient and for the message.
func (d *delivery) outcome(receipt Receipt, err error) Transition {
	results := d.results(receipt, err)
	t := Transition{Results: results, ProviderID: receipt.ProviderID}
	switch {
	case has(results, RecipientUncertain):
		t.To = StateUncertain
		t.Event = &Event{Kind: EventUncertain, Detail: detail(results)}
		return t
	case has(results, RecipientDeferred):
		return d.again(results, detail(results))
	case has(results, RecipientAccepted) || has(d.job.Message.Recipients, RecipientAccepted):
		t.To = StateSent
		t.Event = &Event{Kind: EventSent, Detail: detail(results)}
		return t
	}
	t.To = StateFailed
	t.Event = &Event{Kind: EventFailed, Detail: detail(results)}
	return t
}

// results gives each recipient of the attempt the server's own word, or what err means for all.
func (d *delivery) results(receipt Receipt, err error) []Recipient {
	told := make(map[string]Recipient, len(receipt.Results))
	for _, result := range receipt.Results {
		told[result.Address] = result
	}
	common := d.verdict(err)
	now := d.service.config.Now()
	results := make([]Recipient, len(d.job.Envelope.Recipients))
	for i, addr := range d.job.Envelope.Recipients {
		result, ok := told[addr]
		if !ok || result.Status == RecipientPending {
			result = common
		}
		result.Address, result.At = addr, now
		results[i] = result
	}
	return results
}

// verdict is what a transport's error means for the recipients without a result of their own. What is not known to
// have failed before the bytes went out is uncertain.
func (d *delivery) verdict(err error) Recipient {
	d.mu.Lock()
	defer d.mu.Unlock()
	var classified *TransportError
	switch {
	case err == nil:
		return Recipient{Status: RecipientAccepted}
	case errors.As(err, &classified):
		return Recipient{
			Status:   classified.Status(),
			Code:     classified.Code,
			Enhanced: classified.Enhanced,
			Text:     shorten(classified.Text),
		}
	case d.states[0] != StateSending, d.contentErr != nil && errors.Is(err, d.contentErr):
		return Recipient{Status: RecipientDeferred, Text: shorten(err.Error())}
	}
	return Recipient{Status: RecipientUncertain, Text: shorten(err.Error())}
}

// closedGate is the outcome of a message that may not go out any more, or that could not be asked about.
func (d *delivery) closedGate(err error) Transition {
	refused, ok := err.(*RefusedError)
	if !ok {
		return d.again(d.allOpen(RecipientDeferred, "gate not asked"), "gate not asked")
	}
	results := d.allOpen(RecipientRefused, refused.Code)
	return Transition{To: StateFailed, Results: results, Event: &Event{Kind: EventFailed, Detail: refused.Code}}
}

// again puts the message back for a later attempt, or gives it up where there have been enough.
func (d *delivery) again(results []Recipient, why string) Transition {
	wait, ok := d.service.config.Dispatch.Retry(d.job.Message.Attempts)
	if ok {
		return Transition{
			To:      StateQueued,
			SendAt:  d.service.config.Now().Add(max(wait, time.Second)),
			Results: results,
			Event:   &Event{Kind: EventDeferred, Detail: why},
		}
	}
	accepted := has(d.job.Message.Recipients, RecipientAccepted)
	for i := range results {
		accepted = accepted || results[i].Status == RecipientAccepted
		if results[i].Status == RecipientDeferred {
			results[i].Status = RecipientRefused
		}
	}
	if accepted {
		return Transition{To: StateSent, Results: results, Event: &Event{Kind: EventSent, Detail: why}}
	}
	return Transition{To: StateFailed, Results: results, Event: &Event{Kind: EventFailed, Detail: why}}
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
