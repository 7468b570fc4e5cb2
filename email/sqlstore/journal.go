package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// Message implements email.Journal.
func (s *Store) Message(ctx context.Context, id string) (m email.Message, err error) {
	err = s.read(ctx, func(tx conn) (err error) {
		m, err = s.message(ctx, tx, id)
		return err
	})
	return m, wrap("message", err)
}

// Wire implements email.WireKeeper. One that cannot be read is an error.
func (s *Store) Wire(ctx context.Context, messageID string) (wire *message.Wire, err error) {
	err = s.look(ctx, func(db conn) error {
		kept, err := collect(ctx, db, scanOne[[]byte], `SELECT wire FROM crmmail_wire WHERE tenant = ? AND message_id = ?`, s.tenant, messageID)
		if err == nil && len(kept) == 0 {
			err = email.ErrNotFound
		}
		if err != nil {
			return err
		}
		return json.Unmarshal(kept[0], &wire)
	})
	return wire, wrap("wire form", err)
}

// Messages implements email.Journal. A page costs the same at any depth.
func (s *Store) Messages(ctx context.Context, q email.MessageQuery) (page []email.Message, err error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	err = s.read(ctx, func(tx conn) (err error) {
		if q.MessageIDs == nil {
			page, err = s.messagePage(ctx, tx, q)
		} else {
			page, err = s.messagesByIDs(ctx, tx, q)
		}
		return err
	})
	return page, wrap("messages", err)
}

func (s *Store) messagePage(ctx context.Context, tx conn, q email.MessageQuery) ([]email.Message, error) {
	var where condition
	where.equal("m.customer_id", q.CustomerID)
	where.equal("m.conversation_id", q.ConversationID)
	where.key(q.IdempotencyKey)
	where.rule(q.RuleID)
	if q.Inbox {
		where.and += ` AND m.customer_id` + waiting
	}
	where.before("m.created_at", "m.id", q.Before)
	where.newest("m.created_at", "m.id", q.Limit)
	return s.messages(ctx, tx, where.and, where.args...)
}

// messagesByIDs asks for some Message-IDs at a time: a hostile message refers to as many as it likes. The few messages
// that have them are found first, and no other column is looked for.
func (s *Store) messagesByIDs(ctx context.Context, tx conn, q email.MessageQuery) (page []email.Message, err error) {
	for some := range slices.Chunk(q.MessageIDs, rowsAtOnce) {
		where := condition{and: ` AND m.id IN (
			SELECT id FROM crmmail_message WHERE tenant = ? AND message_id IN (` + parameters(len(some)) + `) AND message_id <> ''
			UNION ALL SELECT message_id FROM crmmail_delivery
			WHERE tenant = ? AND provider_id IN (` + parameters(len(some)) + `) AND provider_id <> '')`,
			args: slices.Concat([]any{s.tenant}, anys(some), []any{s.tenant}, anys(some))}
		customer, created := s.dialect.unindexed("m.customer_id"), s.dialect.unindexed("m.created_at")
		where.equal(customer, q.CustomerID)
		where.equal(s.dialect.unindexed("m.conversation_id"), q.ConversationID)
		where.key(q.IdempotencyKey)
		where.rule(q.RuleID)
		if q.Inbox {
			where.and += ` AND ` + customer + waiting
		}
		where.before(created, "m.id", q.Before)
		where.newest(created, "m.id", q.Limit)
		more, err := s.messages(ctx, tx, where.and, where.args...)
		if err != nil {
			return nil, err
		}
		page = append(page, more...)
	}
	slices.SortFunc(page, func(a, b email.Message) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID, a.ID))
	})
	page = slices.CompactFunc(page, func(a, b email.Message) bool { return a.ID == b.ID })
	return page[:min(len(page), q.Limit)], nil
}

// Conversations implements email.Journal. A page costs the same at any depth.
func (s *Store) Conversations(ctx context.Context, q email.ConversationQuery) (page []email.Conversation, err error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	var where condition
	where.equal("id", q.ID)
	where.equal("customer_id", q.CustomerID)
	where.equal("state", string(q.State))
	where.before("updated_at", "id", q.Before)
	where.newest("updated_at", "id", q.Limit)
	err = s.look(ctx, func(db conn) (err error) {
		page, err = collect(ctx, db, scanConversation, `SELECT id, customer_id, subject, state, created_at, updated_at
			FROM crmmail_conversation WHERE tenant = ?`+where.and, append([]any{s.tenant}, where.args...)...)
		return err
	})
	return page, wrap("conversations", err)
}

func scanConversation(rows *sql.Rows) (c email.Conversation, err error) {
	err = rows.Scan(&c.ID, &c.CustomerID, &c.Subject, &c.State, timeColumn{&c.CreatedAt}, timeColumn{&c.UpdatedAt})
	return c, err
}

// condition is what follows WHERE tenant = ?, with its arguments.
type condition struct {
	and  string
	args []any
}

// equal asks for a value, unless it is empty.
func (c *condition) equal(column, value string) {
	if value != "" {
		c.and += ` AND ` + column + ` = ?`
		c.args = append(c.args, value)
	}
}

// key asks for an idempotency key; the second comparison lets the database use the index of keys that are not empty.
func (c *condition) key(value string) {
	if value != "" {
		c.and += ` AND m.idempotency_key = ? AND m.idempotency_key <> ''`
		c.args = append(c.args, value)
	}
}

// rule asks for a rule's messages, as key does for a key's.
func (c *condition) rule(id string) {
	if id != "" {
		c.and += ` AND m.rule_id = ? AND m.rule_id <> ''`
		c.args = append(c.args, id)
	}
}

// before asks for what comes after a position, newest first: a comparison of rows, which an index on both columns
// answers.
func (c *condition) before(at, id string, p *email.Position) {
	if p != nil {
		c.and += ` AND (` + at + `, ` + id + `) < (?, ?)`
		c.args = append(c.args, micros(p.At), p.ID)
	}
}

func (c *condition) newest(at, id string, limit int) {
	c.and += ` ORDER BY ` + at + ` DESC, ` + id + ` DESC LIMIT ?`
	c.args = append(c.args, limit)
}
