package email

import (
	"context"
	"errors"
	"fmt"
)

// Cancel takes a queued message back: within an undo window, or before its time has come. Of a message that somebody has
// already, the rest is given up, and it counts as sent. It is a *RefusedError with CodeNotCancelable where the bytes are
// on their way.
func (s *Service) Cancel(ctx context.Context, actorID, messageID string) error {
	for try := 0; ; try++ {
		msg, err := s.config.Store.Message(ctx, messageID)
		if err != nil {
			return fmt.Errorf("email: cancel: %w", err)
		}
		err = s.change(ctx, s.canceled(actorID, msg), CodeNotCancelable)
		if !errors.Is(err, ErrConflict) || msg.State != StateQueued || try == maxTries {
			return err
		}
	}
}

// maxTries is how often a person's change is tried where workers are in its way.
const maxTries = 3

func (s *Service) canceled(actorID string, msg Message) Transition {
	now := s.config.Now()
	t := Transition{
		MessageID:    msg.ID,
		From:         StateQueued,
		To:           StateCanceled,
		At:           now,
		Attempt:      &msg.Attempts,
		Conversation: unanswered(msg),
		Event:        &Event{At: now, Kind: EventCanceled, ActorID: actorID},
	}
	if has(msg.Recipients, RecipientAccepted) {
		t.To, t.Conversation = StateSent, ""
		t.Results = withStatus(waiting(msg.Recipients), RecipientRefused, "canceled")
	}
	return t
}

// Resend puts a message that failed, or whose fate is uncertain, back into the queue: the same bytes with the same
// Message-ID, for those recipients who did not accept it. It is a person's decision, who must pass the gate himself; the
// library never makes it. Other messages are a *RefusedError with CodeNotResendable.
func (s *Service) Resend(ctx context.Context, actorID, messageID string) error {
	msg, err := s.config.Store.Message(ctx, messageID)
	if err != nil {
		return fmt.Errorf("email: resend: %w", err)
	}
	if msg.State != StateFailed && msg.State != StateUncertain || len(msg.Recipients) == 0 { // without recipients it never was queued
		return &RefusedError{Code: CodeNotResendable}
	}
	if err := s.mayResend(ctx, actorID, msg); err != nil {
		return err
	}
	now, none := s.config.Now(), 0
	err = s.change(ctx, Transition{
		MessageID: messageID,
		From:      msg.State,
		To:        StateQueued,
		At:        now,
		Attempt:   &msg.Attempts,
		SendAt:    now,
		Retries:   &none,
		Results:   withStatus(unaccepted(msg.Recipients), RecipientPending, ""),
		Event:     &Event{At: now, Kind: EventResent, ActorID: actorID},

		Conversation: answeredAgain(msg),
	}, CodeNotResendable)
	if err == nil {
		s.Wake()
	}
	return err
}

// answeredAgain takes the conversation of an answer back from those that wait.
func answeredAgain(msg Message) ConversationState {
	if msg.Origin == OriginReply {
		return Completed
	}
	return ""
}

// mayResend asks the gate: of the person who sends again, or of the message's sender where that is the setting.
func (s *Service) mayResend(ctx context.Context, actorID string, msg Message) error {
	if msg.Purpose == Bulk {
		_, err := s.stillWanted(ctx, unaccepted(msg.Recipients))
		return err
	}
	err := s.gateActor(ctx, s.config.Senders, actorID)
	if err == nil && s.config.GateIdentity {
		err = s.gateOf(ctx, msg)
	}
	if refused, ok := refusal(err); ok {
		return refused
	}
	return err
}

// ConfirmSent files what a person found out: an uncertain message has arrived. Other messages are a *RefusedError with
// CodeNotConfirmable.
func (s *Service) ConfirmSent(ctx context.Context, actorID, messageID string) error {
	msg, err := s.config.Store.Message(ctx, messageID)
	if err != nil {
		return fmt.Errorf("email: confirm sent: %w", err)
	}
	now := s.config.Now()
	return s.change(ctx, Transition{
		MessageID: messageID,
		From:      StateUncertain,
		To:        StateSent,
		At:        now,
		Attempt:   &msg.Attempts,
		Results:   withStatus(uncertain(msg.Recipients), RecipientAccepted, ""),
		Event:     &Event{At: now, Kind: EventConfirmed, ActorID: actorID},
	}, CodeNotConfirmable)
}

// change makes a transition that a person asks for; one that comes too late is a refusal.
func (s *Service) change(ctx context.Context, t Transition, late string) error {
	err := s.config.Store.Transition(ctx, t)
	if errors.Is(err, ErrConflict) {
		return &RefusedError{Code: late, Err: err}
	}
	if err != nil {
		return fmt.Errorf("email: %s: %w", t.Event.Kind, err)
	}
	return nil
}

func waiting(recipients []Recipient) []Recipient {
	return chosen(recipients, RecipientStatus.Open)
}

func unaccepted(recipients []Recipient) []Recipient {
	return chosen(recipients, func(s RecipientStatus) bool { return s != RecipientAccepted })
}

func uncertain(recipients []Recipient) []Recipient {
	return chosen(recipients, func(s RecipientStatus) bool { return s == RecipientUncertain })
}

func chosen(recipients []Recipient, wanted func(RecipientStatus) bool) (list []Recipient) {
	for _, recipient := range recipients {
		if wanted(recipient.Status) {
			list = append(list, recipient)
		}
	}
	return list
}

// withStatus gives recipients a status and forgets what was said of them before.
func withStatus(recipients []Recipient, status RecipientStatus, why string) []Recipient {
	for i, recipient := range recipients {
		recipients[i] = Recipient{Address: recipient.Address, Status: status, Text: why}
	}
	return recipients
}
