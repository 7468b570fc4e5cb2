package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// noLease is the end of no lease: it has always lapsed.
var noLease = micros(time.Time{})

// Claim implements email.Outbox. A lease has lapsed from its very end on. Where nothing is due it only reads, so that
// many idle workers are in nobody's way.
func (s *Store) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	if c.MessageIDs != nil && len(c.MessageIDs) == 0 {
		c.MessageIDs, c.Limit = nil, 0
	}
	lapsed, due, err := s.anything(ctx, c)
	if err != nil || !lapsed && !due {
		return email.Claimed{}, wrap("claim", err)
	}
	var claimed email.Claimed
	err = s.write(ctx, func(tx conn) (err error) {
		claimed = email.Claimed{}
		if lapsed {
			if claimed.Uncertain, err = s.giveUpLapsed(ctx, tx, c); err != nil {
				return err
			}
		}
		if due {
			claimed.Jobs, err = s.lease(ctx, tx, c)
		}
		return err
	})
	if err != nil {
		return email.Claimed{}, wrap("claim", err)
	}
	return claimed, nil
}

// leased are the first and the last end of a lease that has not lapsed.
func leased(c email.Claim) []any {
	return []any{micros(c.Now) + 1, micros(c.Now.Add(c.Lease + email.MaxLead))}
}

// anything tells whether a lease on a message that was going out has lapsed, and whether a message may be leased.
func (s *Store) anything(ctx context.Context, c email.Claim) (lapsed, due bool, err error) {
	c.Limit = min(c.Limit, 1)
	query, args := s.due(c, ``)
	err = s.look(ctx, func(db conn) error {
		_, err := collect(ctx, db, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, rows.Scan(&lapsed, &due) },
			query+` SELECT EXISTS (SELECT 1 FROM crmmail_delivery
				WHERE tenant = ? AND state = 'sending' AND lease_until NOT BETWEEN ? AND ?),
				EXISTS (SELECT 1 FROM due)`, slices.Concat(args, []any{s.tenant}, leased(c))...)
		return err
	})
	return lapsed, due, err
}

// due begins a statement with a table of the ids of messages that a claim may lease, in the order in which they are sent:
// letters, and mass mailings where there is room for them. A lock ends the SELECT of rows that are about to be changed.
func (s *Store) due(c email.Claim, lock string) (with string, args []any) {
	now := micros(c.Now)
	one, oneArgs := ` FROM crmmail_delivery WHERE tenant = ? AND state = 'queued' AND send_at <= ? AND lease_until NOT BETWEEN ? AND ?`,
		append([]any{s.tenant, now}, leased(c)...)
	if c.MessageIDs != nil {
		one, oneArgs = one+` AND message_id IN (`+parameters(len(c.MessageIDs))+`)`, append(oneArgs, anys(c.MessageIDs)...)
	}
	limit := max(c.Limit, 0)
	return `WITH letters AS MATERIALIZED (SELECT message_id` + one + ` AND bulk = 0 ORDER BY send_at, message_id LIMIT ?` + lock + `),
		mailings AS MATERIALIZED (SELECT message_id` + one + ` AND bulk = 1 ORDER BY send_at, message_id
			LIMIT ? - (SELECT COUNT(*) FROM letters)` + lock + `),
		due AS (SELECT message_id FROM letters UNION ALL SELECT message_id FROM mailings)`,
		slices.Concat(oneArgs, []any{limit}, oneArgs, []any{limit})
}

// Due returns the ids of at most limit messages that Claim would lease at a time, in its order. It leases nothing: it is for
// a queue of jobs that looks after what it may have lost.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (ids []string, err error) {
	query, args := s.due(email.Claim{Now: now, Limit: limit}, ``)
	err = s.look(ctx, func(db conn) (err error) {
		ids, err = collect(ctx, db, scanOne[string], query+` SELECT message_id FROM due`, args...)
		return err
	})
	return ids, wrap("due", err)
}

// giveUpLapsed makes those messages uncertain whose worker died while the bytes were going out, and returns their ids.
func (s *Store) giveUpLapsed(ctx context.Context, tx conn, c email.Claim) ([]string, error) {
	lapsed, err := collect(ctx, tx, scanOne[string], `WITH lapsed AS MATERIALIZED (SELECT message_id FROM crmmail_delivery
			WHERE tenant = ? AND state = 'sending' AND lease_until NOT BETWEEN ? AND ?`+s.dialect.skipLocked()+`)
		UPDATE crmmail_delivery SET state = 'uncertain', owner = '', lease_until = ?
		WHERE tenant = ? AND message_id IN (SELECT message_id FROM lapsed) RETURNING message_id`,
		slices.Concat([]any{s.tenant}, leased(c), []any{noLease, s.tenant})...)
	if err != nil || len(lapsed) == 0 {
		return nil, err
	}
	slices.Sort(lapsed)
	for some := range slices.Chunk(lapsed, rowsAtOnce) {
		if _, err := exec(ctx, tx, `UPDATE crmmail_recipient SET status = 'uncertain', at = ?
			WHERE tenant = ? AND status IN ('', 'deferred') AND message_id IN (`+parameters(len(some))+`)`,
			append([]any{micros(c.Now), s.tenant}, anys(some)...)...); err != nil {
			return nil, err
		}
	}
	event := email.Event{At: c.Now, Kind: email.EventUncertain, Detail: "lease-lapsed"}
	return lapsed, s.insertEvents(ctx, tx, event, lapsed...)
}

// lease gives due messages to a worker.
func (s *Store) lease(ctx context.Context, tx conn, c email.Claim) ([]email.Job, error) {
	query, args := s.due(c, s.dialect.skipLocked())
	leased := map[string]email.Job{}
	_, err := collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) {
		var id string
		var one email.Job
		var wire sql.RawBytes
		err = rows.Scan(&id, &one.Envelope.ReturnPath, &one.Lapses, &wire)
		one.Wire = wireOf(wire)
		leased[id] = one
		return struct{}{}, err
	}, query+` UPDATE crmmail_delivery SET owner = ?, lease_until = ?, attempts = attempts + 1,
			lapses = CASE WHEN owner = '' THEN lapses ELSE lapses + 1 END
		WHERE tenant = ? AND message_id IN (SELECT message_id FROM due) RETURNING message_id, return_path, lapses,
			(SELECT wire FROM crmmail_wire w WHERE w.tenant = crmmail_delivery.tenant AND w.message_id = crmmail_delivery.message_id)`,
		append(args, c.Owner, micros(c.Now.Add(c.Lease)), s.tenant)...)
	if err != nil || len(leased) == 0 {
		return nil, err
	}
	return s.jobs(ctx, tx, leased)
}

// wireOf reads a wire form; nil where it cannot be read: what some other program has left there stops one message and not
// all.
func wireOf(kept []byte) (wire *message.Wire) {
	if json.Unmarshal(kept, &wire) != nil {
		return nil
	}
	return wire
}

// jobs completes leased messages, in the order in which they are sent.
func (s *Store) jobs(ctx context.Context, tx conn, leased map[string]email.Job) ([]email.Job, error) {
	var jobs []email.Job
	for some := range slices.Chunk(ids(leased), rowsAtOnce) {
		messages, err := s.messages(ctx, tx, ` AND m.id IN (`+parameters(len(some))+`)`, anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			job := leased[m.ID]
			job.Message, job.Envelope.Recipients = m, open(m.Recipients)
			jobs = append(jobs, job)
		}
	}
	slices.SortFunc(jobs, func(a, b email.Job) int {
		return cmp.Or(cmp.Compare(a.Message.Purpose, b.Message.Purpose), // Bulk last
			a.Message.SendAt.Compare(b.Message.SendAt), cmp.Compare(a.Message.ID, b.Message.ID))
	})
	return jobs, nil
}

// open are the addresses that still wait.
func open(recipients []email.Recipient) []string {
	var list []string
	for _, r := range recipients {
		if r.Status.Open() {
			list = append(list, r.Address)
		}
	}
	return list
}
