package email

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/crmmail/crmmail/sender"
)

// askGate asks whether the acting user may send transactional mail at all.
func (s *Service) askGate(ctx context.Context, c *composition) error {
	switch c.draft.Purpose {
	case Bulk:
		return nil
	case Transactional:
		if unattended(c.draft.ActorID, c.draft.ruleID) {
			return nil // resolveSender asks whether the sender's address may be used
		}
		return c.collect(s.gateActor(ctx, c.senders, c.draft.ActorID))
	}
	return fmt.Errorf("email: unknown purpose %q", c.draft.Purpose)
}

// unattended tells of a rule that nobody in particular sends by.
func unattended(actorID, ruleID string) bool { return actorID == "" && ruleID != "" }

// gateActor asks the gate of the acting user, who must at least exist where it is the chosen sender's.
func (s *Service) gateActor(ctx context.Context, senders sender.Directory, id string) error {
	err := gateUser(ctx, senders, id)
	var closed *sender.NotAllowedError
	if s.config.GateIdentity && errors.As(err, &closed) {
		return nil
	}
	return err
}

func gateUser(ctx context.Context, senders sender.Directory, id string) error {
	user, err := senders.UserIdentity(ctx, id)
	if errors.Is(err, sender.ErrNotFound) {
		return &RefusedError{Code: CodeActorUnknown, Err: err}
	}
	if err != nil {
		return fmt.Errorf("email: acting user: %w", err)
	}
	return sender.Gate(user)
}

// mayGoOut asks again what may have changed since the message was queued: the gate, and of a mass mailing whether the
// recipients still want it; who is not reached any more is left out. A *RefusedError where it may not.
func (d *delivery) mayGoOut(ctx context.Context) error {
	if d.job.Message.Purpose == Bulk {
		unreached, err := d.service.stillWanted(ctx, waiting(d.job.Message.Recipients))
		d.leaveOut(unreached)
		return err
	}
	err := d.service.gateOf(ctx, d.job.Message)
	if refused, ok := refusal(err); ok {
		return refused
	}
	return err
}

// leaveOut takes recipients out of the envelope. What becomes of them is kept with the results of the others.
func (d *delivery) leaveOut(unreached []Suppression) {
	now := d.service.config.Now()
	d.job.Envelope.Recipients = slices.DeleteFunc(slices.Clone(d.job.Envelope.Recipients), func(addr string) bool {
		i := slices.IndexFunc(unreached, func(one Suppression) bool { return one.Address == AddressKey(addr) })
		if i >= 0 {
			d.leftOut = append(d.leftOut, Recipient{Address: addr, Status: RecipientRefused, Text: unreached[i].Code(), At: now})
		}
		return i >= 0
	})
}

func (s *Service) gateOf(ctx context.Context, msg Message) error {
	if !s.config.GateIdentity {
		actor, err := s.lastActor(ctx, msg)
		if err != nil {
			return err
		}
		if !unattended(actor, msg.RuleID) {
			return gateUser(ctx, s.config.Senders, actor)
		}
	}
	customer, err := s.config.customer(ctx, msg.CustomerID)
	if err != nil {
		return err
	}
	choice, err := sender.ParseChoice(msg.SenderChoice)
	if err != nil {
		return err
	}
	identity, err := sender.Resolve(ctx, s.config.Senders, customer.registration(), choice)
	if err != nil {
		return err
	}
	return sender.Gate(identity)
}

// lastActor is who answers for the message: who wrote it, or who sent it again.
func (s *Service) lastActor(ctx context.Context, msg Message) (string, error) {
	if msg.Attempts < 2 {
		return msg.ActorID, nil
	}
	whole, err := s.config.Store.Message(ctx, msg.ID)
	if err != nil {
		return "", fmt.Errorf("email: %w", err)
	}
	actor := whole.ActorID
	for _, event := range whole.Events {
		if event.Kind == EventResent {
			actor = event.ActorID
		}
	}
	return actor, nil
}
