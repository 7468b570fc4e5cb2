package sqlstore

import (
	"context"
	"database/sql"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// message reads one message with its events.
func (s *Store) message(ctx context.Context, tx conn, id string) (email.Message, error) {
	list, err := s.messages(ctx, tx, ` AND m.id = ?`, id)
	if err != nil {
		return email.Message{}, err
	}
	if len(list) == 0 {
		return email.Message{}, email.ErrNotFound
	}
	list[0].Events, err = collect(ctx, tx, scanEvent, `SELECT at, kind, actor_id, detail FROM crmmail_event
		WHERE tenant = ? AND message_id = ? ORDER BY n`, s.tenant, id)
	return list[0], err
}

// messages reads messages without their events, in two queries. The condition begins with AND; an order and a limit
// may follow it.
func (s *Store) messages(ctx context.Context, tx conn, and string, args ...any) ([]email.Message, error) {
	list, err := collect(ctx, tx, scanMessage, `SELECT m.id, COALESCE(m.conversation_id, ''), m.customer_id, m.created_at, m.idempotency_key,
		m.actor_id, m.direction, m.origin, m.purpose, m.template_id, m.sender_choice, m.from_name, m.from_address,
		m.to_list, m.cc_list, m.bcc_list, m.message_id, m.in_reply_to, m.reference_list,
		m.subject, m.preheader, m.body_text, m.body_html, m.rule_id,
		d.state, d.attempts, d.retries, d.send_at, d.sent_at, d.provider_id,
		r.message_id IS NOT NULL, COALESCE(r.raw_id, ''), COALESCE(r.mailbox, ''), COALESCE(r.kind, ''),
		COALESCE(r.matched_by, ''), COALESCE(r.new_participant, 0), COALESCE(r.reply_to, ''), COALESCE(r.reply, ''), COALESCE(r.defects, '')
		FROM crmmail_message m JOIN crmmail_delivery d ON d.tenant = m.tenant AND d.message_id = m.id
		LEFT JOIN crmmail_received r ON r.tenant = m.tenant AND r.message_id = m.id
		WHERE m.tenant = ?`+and, append([]any{s.tenant}, args...)...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*email.Message, len(list))
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	return list, s.addParts(ctx, tx, byID)
}

func scanMessage(rows *sql.Rows) (m email.Message, err error) {
	var inbound bool
	var received email.Received
	err = rows.Scan(&m.ID, &m.ConversationID, &m.CustomerID, timeColumn{&m.CreatedAt}, &m.IdempotencyKey,
		&m.ActorID, &m.Direction, &m.Origin, &m.Purpose, &m.TemplateID, &m.SenderChoice, &m.From.Name, &m.From.Address,
		column(&m.To), column(&m.Cc), column(&m.Bcc), &m.MessageID, column(&m.InReplyTo), column(&m.References),
		&m.Subject, &m.Preheader, &m.Text, &m.HTML, &m.RuleID,
		&m.State, &m.Attempts, &m.Retries, timeColumn{&m.SendAt}, timeColumn{&m.SentAt}, &m.ProviderID,
		&inbound, &received.RawID, &received.Mailbox, &received.Kind,
		&received.MatchedBy, &received.NewParticipant, column(&received.ReplyTo), &received.Reply, column(&received.Defects))
	if inbound {
		m.Received = &received
	}
	return m, err
}

// addParts reads recipients and attachments at once, because they have as many columns of the same kinds.
func (s *Store) addParts(ctx context.Context, tx conn, byID map[string]*email.Message) error {
	for some := range slices.Chunk(ids(byID), rowsAtOnce) {
		places, args := parameters(len(some)), append([]any{s.tenant}, anys(some)...)
		_, err := collect(ctx, tx, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, scanPart(rows, byID) },
			`SELECT message_id, 0 AS attached, position, address, status, code, enhanced, answer, at
			FROM crmmail_recipient WHERE tenant = ? AND message_id IN (`+places+`)
			UNION ALL SELECT message_id, 1, position, blob_id, name, size, media_type, content_id, inline
			FROM crmmail_attachment WHERE tenant = ? AND message_id IN (`+places+`)
			ORDER BY message_id, attached, position`, slices.Concat(args, args)...)
		if err != nil {
			return err
		}
	}
	return nil
}

func scanPart(rows *sql.Rows, byID map[string]*email.Message) error {
	var id, a, b, c, d string
	var attached bool
	var position int
	var n, m int64
	if err := rows.Scan(&id, &attached, &position, &a, &b, &n, &c, &d, &m); err != nil {
		return err
	}
	of := byID[id]
	if attached {
		of.Attachments = append(of.Attachments, email.Attachment{BlobID: a, Name: b, Size: n, MediaType: c, ContentID: d, Inline: m != 0})
	} else {
		of.Recipients = append(of.Recipients, email.Recipient{Address: a, Status: email.RecipientStatus(b), Code: int(n), Enhanced: c, Text: d, At: instant(m)})
	}
	return nil
}

func scanEvent(rows *sql.Rows) (e email.Event, err error) {
	err = rows.Scan(timeColumn{&e.At}, &e.Kind, &e.ActorID, &e.Detail)
	return e, err
}
