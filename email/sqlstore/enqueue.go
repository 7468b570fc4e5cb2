package sqlstore

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
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
		if err := s.insertQueued(ctx, tx, q, wire); err != nil {
			return err
		}
		var err error
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

func (s *Store) insertQueued(ctx context.Context, tx conn, q email.Queued, wire []byte) error {
	if err := s.admit(ctx, tx, q.Message.CustomerID, q.Conversation.CustomerID); err != nil {
		return err
	}
	if err := s.insertMessage(ctx, tx, q.Message, q.ReturnPath, q.Event); err != nil {
		return err
	}
	if err := s.keepConversation(ctx, tx, q.Conversation); err != nil {
		return err
	}
	if _, err := exec(ctx, tx, `INSERT INTO crmmail_wire (tenant, message_id, wire) VALUES (?, ?, ?)`,
		s.tenant, q.Message.ID, wire); err != nil {
		return err
	}
	return s.insertWireBlobs(ctx, tx, q.Message.ID, q.Wire)
}

// insertMessage keeps a message with all that messages of both directions have. It is errKeyUsed, and has changed nothing,
// where the key or the id is used.
func (s *Store) insertMessage(ctx context.Context, tx conn, m email.Message, returnPath string, e email.Event) error {
	if err := s.insertContent(ctx, tx, m); err != nil {
		return err
	}
	if _, err := exec(ctx, tx, `INSERT INTO crmmail_delivery (tenant, message_id, state, owner, lease_until, attempts, retries, send_at,
		sent_at, provider_id, return_path) VALUES (`+parameters(11)+`)`,
		s.tenant, m.ID, string(m.State), "", noLease, m.Attempts, m.Retries, micros(m.SendAt), micros(m.SentAt), m.ProviderID,
		returnPath); err != nil {
		return err
	}
	if err := s.insertRecipients(ctx, tx, m); err != nil {
		return err
	}
	if err := s.insertAttachments(ctx, tx, m); err != nil {
		return err
	}
	return s.insertEvents(ctx, tx, e, m.ID)
}

func (s *Store) keepConversation(ctx context.Context, tx conn, c email.Conversation) error {
	_, err := exec(ctx, tx, `INSERT INTO crmmail_conversation (tenant, id, customer_id, subject, state, created_at, updated_at)
		VALUES (`+parameters(7)+`)
		ON CONFLICT (tenant, id) DO UPDATE SET state = COALESCE(NULLIF(excluded.state, ''), crmmail_conversation.state),
		updated_at = CASE WHEN excluded.updated_at > crmmail_conversation.updated_at
			THEN excluded.updated_at ELSE crmmail_conversation.updated_at END`,
		s.tenant, c.ID, c.CustomerID, c.Subject, string(c.State), micros(c.CreatedAt), micros(c.UpdatedAt))
	return err
}

func (s *Store) insertContent(ctx context.Context, tx conn, m email.Message) error {
	var lists lists
	n, err := exec(ctx, tx, `INSERT INTO crmmail_message (tenant, id, conversation_id, customer_id, created_at, idempotency_key,
		actor_id, direction, origin, purpose, template_id, sender_choice, from_name, from_address, to_list, cc_list, bcc_list,
		message_id, in_reply_to, reference_list, subject, preheader, body_text, body_html, rule_id)
		VALUES (?, ?, NULLIF(?, ''), `+parameters(22)+`) ON CONFLICT DO NOTHING`,
		s.tenant, m.ID, m.ConversationID, m.CustomerID, micros(m.CreatedAt), m.IdempotencyKey,
		m.ActorID, string(m.Direction), string(m.Origin), string(m.Purpose), m.TemplateID, m.SenderChoice,
		m.From.Name, m.From.Address, lists.mailboxes(m.To), lists.mailboxes(m.Cc), lists.mailboxes(m.Bcc),
		m.MessageID, lists.texts(m.InReplyTo), lists.texts(m.References), m.Subject, m.Preheader, m.Text, m.HTML,
		m.RuleID)
	if err = errors.Join(err, lists.err); err != nil {
		return err
	}
	if n == 0 {
		return errKeyUsed
	}
	return nil
}

func (s *Store) insertRecipients(ctx context.Context, tx conn, m email.Message) error {
	rows := make([][]any, len(m.Recipients))
	for i, r := range m.Recipients {
		rows[i] = []any{s.tenant, m.ID, i, r.Address, string(r.Status), r.Code, r.Enhanced, r.Text, micros(r.At)}
	}
	return insert(ctx, tx, `crmmail_recipient (tenant, message_id, position, address, status, code, enhanced, answer, at)`, rows)
}

func (s *Store) insertAttachments(ctx context.Context, tx conn, m email.Message) error {
	rows := make([][]any, len(m.Attachments))
	for i, a := range m.Attachments {
		rows[i] = []any{s.tenant, m.ID, i, a.BlobID, a.Name, a.MediaType, a.Size, a.ContentID, a.Inline}
	}
	return insert(ctx, tx,
		`crmmail_attachment (tenant, message_id, position, blob_id, name, media_type, size, content_id, inline)`, rows)
}

// insertWireBlobs keeps to which blobs a wire form refers.
func (s *Store) insertWireBlobs(ctx context.Context, tx conn, messageID string, wire *message.Wire) error {
	var rows [][]any
	seen := map[string]bool{"": true}
	for _, segment := range wire.Segments {
		if !seen[segment.Key] {
			seen[segment.Key] = true
			rows = append(rows, []any{s.tenant, messageID, segment.Key})
		}
	}
	return insert(ctx, tx, `crmmail_wire_blob (tenant, message_id, blob_id)`, rows)
}

// insertEvents adds the same line to the time lines of messages.
func (s *Store) insertEvents(ctx context.Context, tx conn, e email.Event, messageIDs ...string) error {
	rows := make([][]any, len(messageIDs))
	for i, id := range messageIDs {
		rows[i] = []any{s.tenant, id, micros(e.At), string(e.Kind), e.ActorID, e.Detail}
	}
	return insert(ctx, tx, `crmmail_event (tenant, message_id, at, kind, actor_id, detail)`, rows)
}
