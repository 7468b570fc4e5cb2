package sqlstore

import (
	"context"
	"slices"
	"strings"

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
				t.Conversation, s.tenant, s.tenant, t.MessageID); err != nil {
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
	set, args := `state = ?, lease_until = ?`, []any{t.To, micros(t.LeaseUntil)}
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
	args = append(args, s.tenant, t.MessageID, t.From)
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
	return missed(ctx, tx, email.ErrConflict, email.ErrNotFound, `SELECT id FROM crmmail_message WHERE tenant = ? AND id = ?`, s.tenant, id)
}

// takeOver keeps the fates of recipients by address; of several the last.
func (s *Store) takeOver(ctx context.Context, tx conn, id string, results []email.Recipient) error {
	var rows [][]any
	known := map[string]int{}
	for _, r := range results {
		row := []any{r.Address, r.Status, r.Code, r.Enhanced, r.Text, micros(r.At)}
		if i, again := known[r.Address]; again {
			rows[i] = row
			continue
		}
		known[r.Address] = len(rows)
		rows = append(rows, row)
	}
	for some := range chunks(rows) {
		fates := strings.Repeat(`(?, ?, CAST(? AS INTEGER), ?, ?, CAST(? AS BIGINT)), `, len(some))
		_, err := exec(ctx, tx, `WITH fate (address, status, code, enhanced, answer, at) AS (VALUES `+strings.TrimSuffix(fates, `, `)+`)
			UPDATE crmmail_recipient SET status = fate.status, code = fate.code, enhanced = fate.enhanced, answer = fate.answer, at = fate.at
			FROM fate WHERE tenant = ? AND message_id = ? AND crmmail_recipient.address = fate.address`,
			append(slices.Concat(some...), s.tenant, id)...)
		if err != nil {
			return err
		}
	}
	return nil
}
