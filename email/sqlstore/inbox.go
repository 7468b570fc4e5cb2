package sqlstore

import (
	"context"
	"errors"

	"github.com/crmmail/crmmail/email"
)

// File implements email.Inbox. Times come back as they are kept.
func (s *Store) File(ctx context.Context, f email.Filed) (email.Message, error) {
	if (f.Message.Received != nil) == (f.Message.State == email.StateFailed) {
		return email.Message{}, wrap("file", errors.New("a message that was neither received nor refused"))
	}
	var kept email.Message
	err := s.write(ctx, func(tx conn) error {
		if err := s.insertFiled(ctx, tx, f); err != nil {
			return err
		}
		var err error
		kept, err = s.message(ctx, tx, f.Message.ID)
		return err
	})
	if errors.Is(err, errKeyUsed) {
		kept, err = s.first(ctx, f.Message.IdempotencyKey)
	}
	return kept, wrap("file", err)
}

func (s *Store) insertFiled(ctx context.Context, tx conn, f email.Filed) error {
	var conversation email.Conversation
	if f.Conversation != nil {
		conversation = *f.Conversation
	}
	if err := s.admit(ctx, tx, f.Message.CustomerID, conversation.CustomerID); err != nil {
		return err
	}
	inserted, err := s.insertMessages(ctx, tx, []newMessage{{Message: f.Message, event: f.Event}})
	if err != nil {
		return err
	}
	if !inserted[0] {
		return errKeyUsed
	}
	if f.Conversation != nil {
		if err := s.keepConversations(ctx, tx, []email.Conversation{conversation}); err != nil {
			return err
		}
	}
	r := f.Message.Received
	if r == nil {
		return nil
	}
	var lists lists
	_, err = exec(ctx, tx, `INSERT INTO crmmail_received (tenant, message_id, created_at, raw_id, mailbox, kind, matched_by,
		new_participant, reply_to, reply, defects) VALUES (`+parameters(11)+`)`,
		s.tenant, f.Message.ID, micros(f.Message.CreatedAt), r.RawID, r.Mailbox, r.Kind, r.MatchedBy,
		r.NewParticipant, lists.mailboxes(r.ReplyTo), r.Reply, lists.texts(r.Defects))
	return errors.Join(err, lists.err)
}

// Assign implements email.Inbox.
func (s *Store) Assign(ctx context.Context, messageID string, c email.Conversation, e email.Event) error {
	return wrap("assign", s.write(ctx, func(tx conn) error {
		if err := s.admit(ctx, tx, c.CustomerID); err != nil {
			return err
		}
		n, err := exec(ctx, tx, `UPDATE crmmail_message SET conversation_id = ?, customer_id = ?
			WHERE tenant = ? AND id = ? AND customer_id`+waiting, c.ID, c.CustomerID, s.tenant, messageID)
		if err != nil {
			return err
		}
		if n == 0 {
			return s.noMessage(ctx, tx, messageID)
		}
		if err := s.keepConversations(ctx, tx, []email.Conversation{c}); err != nil {
			return err
		}
		return s.insertEvents(ctx, tx, e, messageID)
	}))
}

// waiting is the condition of the messages that wait in the inbox, after the column of the customer's id.
const waiting = ` = '' AND direction = 'incoming'`
