package sqlstore

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// errKeyUsed ends a transaction that found the idempotency key, or the id, in use.
var errKeyUsed = errors.New("key or id used")

// Enqueue implements email.Outbox. Where the id is used but not the key, there is no first message to return with
// email.ErrDuplicate. Times come back as they are kept.
func (s *Store) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	wire, err := json.Marshal(q.Wire)
	if err != nil {
		return email.Message{}, wrap("enqueue", err)
	}
	var kept email.Message
	err = s.write(ctx, func(tx conn) error {
		if err := s.admit(ctx, tx, q.Message.CustomerID, q.Conversation.CustomerID); err != nil {
			return err
		}
		inserted, err := s.insertQueued(ctx, tx, []email.Queued{q}, [][]byte{wire})
		if err != nil {
			return err
		}
		if !inserted[0] {
			return errKeyUsed
		}
		kept, err = s.message(ctx, tx, q.Message.ID)
		return err
	})
	if errors.Is(err, errKeyUsed) {
		kept, err = s.first(ctx, q.Message.IdempotencyKey)
	}
	return kept, wrap("enqueue", err)
}

// first is the message that has used an idempotency key, with email.ErrDuplicate.
func (s *Store) first(ctx context.Context, key string) (first email.Message, err error) {
	err = s.read(ctx, func(tx conn) error {
		known, err := collect(ctx, tx, scanOne[string], `SELECT id FROM crmmail_message
			WHERE tenant = ? AND idempotency_key = ? AND idempotency_key <> ''`, s.tenant, key)
		if err != nil || len(known) == 0 {
			return err
		}
		first, err = s.message(ctx, tx, known[0])
		return err
	})
	if err == nil {
		err = email.ErrDuplicate
	}
	return first, err
}

// insertQueued keeps messages of admitted customers, and tells which: the others' keys or ids are used.
func (s *Store) insertQueued(ctx context.Context, tx conn, list []email.Queued, wires [][]byte) ([]bool, error) {
	messages := make([]newMessage, len(list))
	for i, q := range list {
		messages[i] = newMessage{q.Message, q.ReturnPath, q.Event}
	}
	inserted, err := s.insertMessages(ctx, tx, messages)
	if err != nil {
		return nil, err
	}
	var conversations []email.Conversation
	var wireRows, blobRows [][]any
	for i, q := range list {
		if inserted[i] {
			conversations = append(conversations, q.Conversation)
			wireRows = append(wireRows, []any{s.tenant, q.Message.ID, wires[i]})
			blobRows = append(blobRows, s.wireBlobs(q)...)
		}
	}
	if err := s.keepConversations(ctx, tx, conversations); err != nil {
		return nil, err
	}
	if err := insert(ctx, tx, `crmmail_wire (tenant, message_id, wire)`, wireRows); err != nil {
		return nil, err
	}
	return inserted, insert(ctx, tx, `crmmail_wire_blob (tenant, message_id, blob_id)`, blobRows)
}

// wireBlobs are rows that say to which blobs a wire form refers.
func (s *Store) wireBlobs(q email.Queued) (rows [][]any) {
	seen := map[string]bool{"": true}
	for _, segment := range q.Wire.Segments {
		if !seen[segment.Key] {
			seen[segment.Key] = true
			rows = append(rows, []any{s.tenant, q.Message.ID, segment.Key})
		}
	}
	return rows
}

// keepConversations goes by their ids, as all do who hold several, so that nobody waits for one who waits for him.
func (s *Store) keepConversations(ctx context.Context, tx conn, list []email.Conversation) error {
	slices.SortStableFunc(list, func(a, b email.Conversation) int { return cmp.Compare(a.ID, b.ID) })
	for len(list) > 0 {
		var rows [][]any
		var again []email.Conversation // a statement changes a row once
		for i, c := range list {
			if i > 0 && c.ID == list[i-1].ID {
				again = append(again, c)
				continue
			}
			rows = append(rows, []any{s.tenant, c.ID, c.CustomerID, c.Subject, c.State, micros(c.CreatedAt), micros(c.UpdatedAt)})
		}
		if err := insertOr(ctx, tx, `crmmail_conversation (tenant, id, customer_id, subject, state, created_at, updated_at)`, rows,
			`ON CONFLICT (tenant, id) DO UPDATE SET state = COALESCE(NULLIF(excluded.state, ''), crmmail_conversation.state),
			updated_at = CASE WHEN excluded.updated_at > crmmail_conversation.updated_at
				THEN excluded.updated_at ELSE crmmail_conversation.updated_at END`); err != nil {
			return err
		}
		list = again
	}
	return nil
}
