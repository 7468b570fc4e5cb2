package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// newMessage is what messages of both directions are kept with.
type newMessage struct {
	email.Message
	returnPath string
	event      email.Event
}

// insertMessages keeps messages, and tells which: the others' keys or ids are used, by one before them perhaps, and nothing
// of them is kept.
func (s *Store) insertMessages(ctx context.Context, tx conn, list []newMessage) ([]bool, error) {
	inserted, err := s.insertContents(ctx, tx, list)
	if err != nil {
		return nil, err
	}
	var deliveries, recipients, attachments, events [][]any
	for i, m := range list {
		if !inserted[i] {
			continue
		}
		deliveries = append(deliveries, []any{s.tenant, m.ID, m.State, "", noLease, m.Attempts, m.Retries,
			micros(m.SendAt), micros(m.SentAt), m.ProviderID, m.returnPath, m.Purpose == email.Bulk})
		for n, r := range m.Recipients {
			recipients = append(recipients, []any{s.tenant, m.ID, n, r.Address, r.Status, r.Code, r.Enhanced, r.Text, micros(r.At)})
		}
		for n, a := range m.Attachments {
			attachments = append(attachments, []any{s.tenant, m.ID, n, a.BlobID, a.Name, a.MediaType, a.Size, a.ContentID, a.Inline})
		}
		events = append(events, s.eventRow(m.event, m.ID))
	}
	for _, part := range []struct {
		into string
		rows [][]any
	}{
		{`crmmail_delivery (tenant, message_id, state, owner, lease_until, attempts, retries, send_at, sent_at, provider_id,
			return_path, bulk)`, deliveries},
		{`crmmail_recipient (tenant, message_id, position, address, status, code, enhanced, answer, at)`, recipients},
		{`crmmail_attachment (tenant, message_id, position, blob_id, name, media_type, size, content_id, inline)`, attachments},
		{eventColumns, events},
	} {
		if err := insert(ctx, tx, part.into, part.rows); err != nil {
			return nil, err
		}
	}
	return inserted, nil
}

// insertContents goes by keys and ids, so that two who keep the same messages in different orders do not wait for each other.
func (s *Store) insertContents(ctx context.Context, tx conn, list []newMessage) ([]bool, error) {
	order := make([]int, len(list))
	rows := make([][]any, len(list))
	for i := range list {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(list[a].IdempotencyKey, list[b].IdempotencyKey), cmp.Compare(list[a].ID, list[b].ID))
	})
	for n, i := range order {
		var err error
		if rows[n], err = s.contentRow(list[i].Message); err != nil {
			return nil, err
		}
	}
	kept, err := s.insertNew(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	inserted := make([]bool, len(list))
	for _, i := range order {
		names := messageNames{text(list[i].ID), text(list[i].IdempotencyKey)}
		inserted[i] = kept[names]
		delete(kept, names) // the same once more is not kept again
	}
	return inserted, nil
}

// messageNames are what no two messages share.
type messageNames struct{ id, key string }

// insertNew returns which messages it kept.
func (s *Store) insertNew(ctx context.Context, tx conn, rows [][]any) (map[messageNames]bool, error) {
	kept := map[messageNames]bool{}
	for some := range chunks(rows) {
		_, err := collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) {
			var names messageNames
			err = rows.Scan(&names.id, &names.key)
			kept[names] = true
			return struct{}{}, err
		}, `INSERT INTO crmmail_message (tenant, id, conversation_id, customer_id, created_at, idempotency_key,
			actor_id, direction, origin, purpose, template_id, sender_choice, from_name, from_address, to_list, cc_list, bcc_list,
			message_id, in_reply_to, reference_list, subject, preheader, body_text, body_html, rule_id)
			VALUES `+places(some)+` ON CONFLICT DO NOTHING RETURNING id, idempotency_key`, slices.Concat(some...)...)
		if err != nil {
			return nil, err
		}
	}
	return kept, nil
}

func (s *Store) contentRow(m email.Message) ([]any, error) {
	var lists lists
	var conversation any // NULL: none
	if m.ConversationID != "" {
		conversation = m.ConversationID
	}
	values := []any{s.tenant, m.ID, conversation, m.CustomerID, micros(m.CreatedAt), m.IdempotencyKey,
		m.ActorID, m.Direction, m.Origin, m.Purpose, m.TemplateID, m.SenderChoice,
		m.From.Name, m.From.Address, lists.mailboxes(m.To), lists.mailboxes(m.Cc), lists.mailboxes(m.Bcc),
		m.MessageID, lists.texts(m.InReplyTo), lists.texts(m.References), m.Subject, m.Preheader, m.Text, m.HTML,
		m.RuleID}
	return values, lists.err
}

const eventColumns = `crmmail_event (tenant, message_id, at, kind, actor_id, detail)`

func (s *Store) eventRow(e email.Event, messageID string) []any {
	return []any{s.tenant, messageID, micros(e.At), e.Kind, e.ActorID, e.Detail}
}

// insertEvents adds the same line to the time lines of messages.
func (s *Store) insertEvents(ctx context.Context, tx conn, e email.Event, messageIDs ...string) error {
	rows := make([][]any, len(messageIDs))
	for i, id := range messageIDs {
		rows[i] = s.eventRow(e, id)
	}
	return insert(ctx, tx, eventColumns, rows)
}
