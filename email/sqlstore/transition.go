package sqlstore

import (
	"context"

	"github.com/crmmail/crmmail/email"
)

// Transition implements email.Outbox. A lease is held until it is taken over or ended, even past its time: a worker that
// is late, but not yet given up, still says how it went.
func (s *Store) Transition(ctx context.Context, t email.Transition) error {
	return wrap("transition", s.write(ctx, func(tx conn) error {
		n, err := s.compareAndSet(ctx, tx, t)
		if err != nil {
			return err
		}
		if n == 0 {
			return s.noMessage(ctx, tx, t.MessageID)
		}
		if err := s.takeOver(ctx, tx, t.MessageID, t.Results); err != nil {
			return err
		}
		if t.Conversation != "" {
			if _, err := exec(ctx, tx, `UPDATE crmmail_conversation SET state = ? WHERE tenant = ? AND id =
				(SELECT conversation_id FROM crmmail_message WHERE tenant = ? AND id = ?)`,
				string(t.Conversation), s.tenant, s.tenant, t.MessageID); err != nil {
				return err
			}
		}
		if t.Event == nil {
			return nil
		}
		return s.insertEvents(ctx, tx, *t.Event, t.MessageID)
	}))
}

// compareAndSet returns 0 where the message is not, or no longer, as t expects it.
func (s *Store) compareAndSet(ctx context.Context, tx conn, t email.Transition) (int64, error) {
	set, args := `state = ?, lease_until = ?`, []any{string(t.To), micros(t.LeaseUntil)}
	if t.LeaseUntil.IsZero() {
		set += `, owner = '', lapses = 0`
	}
	if t.Retries != nil {
		set, args = set+`, retries = ?`, append(args, *t.Retries)
	}
	if t.ProviderID != "" {
		set, args = set+`, provider_id = ?`, append(args, t.ProviderID)
	}
	switch {
	case t.To == email.StateQueued && !t.SendAt.IsZero():
		set, args = set+`, send_at = ?`, append(args, micros(t.SendAt))
	case t.To == email.StateSent && t.From != email.StateSent:
		set, args = set+`, sent_at = ?`, append(args, micros(t.At))
	}
	where := `tenant = ? AND message_id = ? AND state = ?`
	args = append(args, s.tenant, t.MessageID, string(t.From))
	if t.Owner != "" {
		where, args = where+` AND owner = ?`, append(args, t.Owner)
	}
	if t.Attempt != nil {
		where, args = where+` AND attempts = ?`, append(args, *t.Attempt)
	}
	return exec(ctx, tx, `UPDATE crmmail_delivery SET `+set+` WHERE `+where, args...)
}

// noMessage says why a change found no message to change.
func (s *Store) noMessage(ctx context.Context, tx conn, id string) error {
	known, err := collect(ctx, tx, scanOne[string], `SELECT id FROM crmmail_message WHERE tenant = ? AND id = ?`,
		s.tenant, id)
	switch {
	case err != nil:
		return err
	case len(known) > 0:
		return email.ErrConflict
	}
	return email.ErrNotFound
}

// takeOver keeps the fates of recipients by address.
func (s *Store) takeOver(ctx context.Context, tx conn, id string, results []email.Recipient) error {
	for _, r := range results {
		_, err := exec(ctx, tx, `UPDATE crmmail_recipient SET status = ?, code = ?, enhanced = ?, answer = ?, at = ?
			WHERE tenant = ? AND message_id = ? AND address = ?`,
			string(r.Status), r.Code, r.Enhanced, r.Text, micros(r.At), s.tenant, id, r.Address)
		if err != nil {
			return err
		}
	}
	return nil
}
