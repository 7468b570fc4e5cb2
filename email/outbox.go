package email

import (
	"context"
	"errors"
	"fmt"
)

// Cancel takes a queued message back: within an undo window, or before its time has come. It is a *RefusedError with
// CodeNotCancelable where the bytes are on their way already.
func (s *Service) Cancel(ctx context.Context, actorID, messageID string) error {
	now := s.config.Now()
	err := s.config.Store.Transition(ctx, Transition{
		MessageID: messageID,
		From:      StateQueued,
		To:        StateCanceled,
		At:        now,
		Event:     &Event{At: now, Kind: EventCanceled, ActorID: actorID},
	})
	if errors.Is(err, ErrConflict) {
		return &RefusedError{Code: CodeNotCancelable, Err: err}
	}
	if err != nil {
		return fmt.Errorf("email: cancel: %w", err)
	}
	return nil
}

// Resend puts a message that failed, or whose fate is uncertain, back into the queue: the same bytes with the same
// Message-ID, for those recipients who did not accept it. It is a person's decision; the library never makes it.
// Other messages are a *RefusedError with CodeNotResendable.
func (s *Service) Resend(ctx context.Context, actorID, messageID string) error {
	msg, err := s.config.Store.Message(ctx, messageID)
	if err != nil {
		return fmt.Errorf("email: resend: %w", err)
	}
	if msg.State != StateFailed && msg.State != StateUncertain {
		return &RefusedError{Code: CodeNotResendable}
	}
	if err := s.mayGoOut(ctx, msg); err != nil {
		if refused, ok := refusal(err); ok {
			return refused
		}
		return err
	}
	now := s.config.Now()
	err = s.config.Store.Transition(ctx, Transition{
		MessageID: messageID,
		From:      msg.State,
		To:        StateQueued,
		At:        now,
		SendAt:    now,
		Results:   reopened(msg.Recipients),
		Event:     &Event{At: now, Kind: EventResent, ActorID: actorID},
	})
	if errors.Is(err, ErrConflict) {
		return &RefusedError{Code: CodeNotResendable, Err: err}
	}
	if err != nil {
		return fmt.Errorf("email: resend: %w", err)
	}
	s.wakeUp()
	return nil
}

// reopened are the recipients that did not accept the message, waiting again.
func reopened(recipients []Recipient) []Recipient {
	var open []Recipient
	for _, recipient := range recipients {
		if recipient.Status != RecipientAccepted {
			open = append(open, Recipient{Address: recipient.Address})
		}
	}
	return open
}
