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
	var claimed email.Claimed
	if c.MessageIDs != nil && len(c.MessageIDs) == 0 {
		c.Limit = 0
	}
	due, err := s.anythingDue(ctx, c)
	if err != nil || !due {
		return email.Claimed{}, wrap("claim", err)
	}
	err = s.write(ctx, func(tx conn) (err error) {
		if claimed.Uncertain, err = s.giveUpLapsed(ctx, tx, c.Now); err != nil {
			return err
		}
		claimed.Jobs, err = s.lease(ctx, tx, c)
		return err
	})
	if err != nil {
		return email.Claimed{}, wrap("claim", err)
	}
	return claimed, nil
}

// due finds messages that a claim may lease, in the order in which they are sent: of mass mailings, or of the others, which
// go first.
func (s *Store) due(c email.Claim, bulk bool, limit int) (query string, args []any) {
	now := micros(c.Now)
	query, args = `SELECT message_id FROM crmmail_delivery
		WHERE tenant = ? AND bulk = ? AND state = 'queued' AND send_at <= ? AND lease_until <= ?`, []any{s.tenant, bulk, now, now}
	if c.MessageIDs != nil {
		query, args = query+` AND message_id IN (`+parameters(len(c.MessageIDs))+`)`, append(args, anys(c.MessageIDs)...)
	}
	return query + ` ORDER BY send_at, message_id LIMIT ?`, append(args, limit)
}

// lettersFirst are the values of bulk in the order in which messages are sent.
func lettersFirst() [2]bool { return [2]bool{false, true} }

// Due returns the ids of at most limit messages that Claim would lease at a time, in its order. It leases nothing: it is for
// a queue of jobs that looks after what it may have lost.
func (s *Store) Due(ctx context.Context, now time.Time, limit int) (ids []string, err error) {
	err = s.look(ctx, func(db conn) (err error) {
		ids, err = s.dueIDs(ctx, db, email.Claim{Now: now}, limit)
		return err
	})
	return ids, wrap("due", err)
}

func (s *Store) dueIDs(ctx context.Context, db conn, c email.Claim, limit int) (ids []string, err error) {
	for _, bulk := range lettersFirst() {
		if limit <= len(ids) {
			break
		}
		query, args := s.due(c, bulk, limit-len(ids))
		some, err := collect(ctx, db, scanOne[string], query, args...)
		if err != nil {
			return nil, err
		}
		ids = append(ids, some...)
	}
	return ids, nil
}

func (s *Store) anythingDue(ctx context.Context, c email.Claim) (due bool, err error) {
	now := micros(c.Now)
	err = s.look(ctx, func(db conn) error {
		found, err := collect(ctx, db, scanOne[string], `SELECT message_id FROM crmmail_delivery
			WHERE tenant = ? AND state = 'sending' AND lease_until <= ? LIMIT 1`, s.tenant, now)
		if err == nil && len(found) == 0 && c.Limit > 0 {
			found, err = s.dueIDs(ctx, db, c, 1)
		}
		due = len(found) > 0
		return err
	})
	return due, err
}

// giveUpLapsed makes those messages uncertain whose worker died while the bytes were going out, and returns their ids.
func (s *Store) giveUpLapsed(ctx context.Context, tx conn, now time.Time) ([]string, error) {
	lapsed, err := collect(ctx, tx, scanOne[string], `WITH lapsed AS MATERIALIZED (SELECT message_id FROM crmmail_delivery
			WHERE tenant = ? AND state = 'sending' AND lease_until <= ?`+s.dialect.skipLocked()+`)
		UPDATE crmmail_delivery SET state = 'uncertain', owner = '', lease_until = ?
		WHERE tenant = ? AND message_id IN (SELECT message_id FROM lapsed) RETURNING message_id`,
		s.tenant, micros(now), noLease, s.tenant)
	if err != nil || len(lapsed) == 0 {
		return nil, err
	}
	slices.Sort(lapsed)
	for some := range slices.Chunk(lapsed, rowsAtOnce) {
		if _, err := exec(ctx, tx, `UPDATE crmmail_recipient SET status = 'uncertain', at = ?
			WHERE tenant = ? AND status IN ('', 'deferred') AND message_id IN (`+parameters(len(some))+`)`,
			append([]any{micros(now), s.tenant}, anys(some)...)...); err != nil {
			return nil, err
		}
	}
	event := email.Event{At: now, Kind: email.EventUncertain, Detail: "lease-lapsed"}
	return lapsed, s.insertEvents(ctx, tx, event, lapsed...)
}

// lease gives due messages to a worker.
func (s *Store) lease(ctx context.Context, tx conn, c email.Claim) ([]email.Job, error) {
	leased := map[string]lease{}
	for _, bulk := range lettersFirst() {
		if c.Limit <= len(leased) {
			break
		}
		query, args := s.due(c, bulk, c.Limit-len(leased))
		_, err := collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) {
			var id string
			var one lease
			err = rows.Scan(&id, &one.returnPath, &one.lapses)
			leased[id] = one
			return struct{}{}, err
		}, `WITH due AS MATERIALIZED (`+query+s.dialect.skipLocked()+`)
			UPDATE crmmail_delivery SET owner = ?, lease_until = ?, attempts = attempts + 1,
				lapses = CASE WHEN owner = '' THEN lapses ELSE lapses + 1 END
			WHERE tenant = ? AND message_id IN (SELECT message_id FROM due) RETURNING message_id, return_path, lapses`,
			append(args, c.Owner, micros(c.Now.Add(c.Lease)), s.tenant)...)
		if err != nil {
			return nil, err
		}
	}
	if len(leased) == 0 {
		return nil, nil
	}
	return s.jobs(ctx, tx, leased)
}

// lease is what is known of a message when it is leased.
type lease struct {
	returnPath string
	lapses     int
}

// jobs reads leased messages, in the order in which they are sent.
func (s *Store) jobs(ctx context.Context, tx conn, leased map[string]lease) ([]email.Job, error) {
	wires, err := s.wires(ctx, tx, ids(leased))
	if err != nil {
		return nil, err
	}
	var jobs []email.Job
	for some := range slices.Chunk(ids(leased), rowsAtOnce) {
		messages, err := s.messages(ctx, tx, ` AND m.id IN (`+parameters(len(some))+`)`, anys(some)...)
		if err != nil {
			return nil, err
		}
		for _, m := range messages {
			envelope := email.Envelope{ReturnPath: leased[m.ID].returnPath, Recipients: open(m.Recipients)}
			jobs = append(jobs, email.Job{Message: m, Envelope: envelope, Wire: wires[m.ID], Lapses: leased[m.ID].lapses})
		}
	}
	slices.SortFunc(jobs, func(a, b email.Job) int {
		return cmp.Or(cmp.Compare(a.Message.Purpose, b.Message.Purpose), // Bulk last
			a.Message.SendAt.Compare(b.Message.SendAt), cmp.Compare(a.Message.ID, b.Message.ID))
	})
	return jobs, nil
}

// wires reads wire forms by message, without those that cannot be read: what some other program has left there stops one
// message and not all.
func (s *Store) wires(ctx context.Context, tx conn, ids []string) (map[string]*message.Wire, error) {
	wires := make(map[string]*message.Wire, len(ids))
	err := s.eachOf(ctx, tx, ids, `SELECT message_id, wire FROM crmmail_wire WHERE tenant = ? AND message_id IN (%s)`,
		func(rows *sql.Rows) error {
			var id string
			var kept sql.RawBytes
			if err := rows.Scan(&id, &kept); err != nil {
				return err
			}
			var wire *message.Wire
			if json.Unmarshal(kept, &wire) == nil {
				wires[id] = wire
			}
			return nil
		})
	return wires, err
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
