package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/crmmail/crmmail/email"
)

// TakeTurn implements email.Rates, by one statement. A bucket is a time: until when the tokens that were taken last at
// the rate; the next one comes so much earlier as tokens may be saved up.
func (s *Store) TakeTurn(ctx context.Context, t email.TurnRequest) (again time.Time, err error) {
	queue, other := "next_other", "next_bulk"
	if t.Bulk {
		queue, other = other, queue
	}
	every, now := perTurn(t), micros(t.Now)
	saved := int64(t.Burst-1) * every
	last := now + saved // the bucket holds a token where those taken last until then
	err = s.write(ctx, func(tx conn) error {
		again = time.Time{}
		answers, err := collect(ctx, tx, scanTurn, `INSERT INTO crmmail_rate (tenant, domain, spent, next_bulk, next_other, taken)
			VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (tenant, domain) DO UPDATE SET
			taken = CASE WHEN crmmail_rate.spent BETWEEN ? AND ? THEN 0 ELSE 1 END,
			spent = CASE WHEN crmmail_rate.spent BETWEEN ? AND ? THEN crmmail_rate.spent
				WHEN crmmail_rate.spent BETWEEN ? AND ? THEN crmmail_rate.spent + ? ELSE excluded.spent END,
			`+queue+` = CASE WHEN crmmail_rate.spent > ? THEN excluded.`+queue+`
				WHEN crmmail_rate.spent <= ? THEN crmmail_rate.`+queue+`
				WHEN crmmail_rate.`+queue+` > crmmail_rate.spent - ? THEN crmmail_rate.`+queue+` + ?
				ELSE crmmail_rate.spent - ? END,
			`+other+` = CASE WHEN crmmail_rate.spent > ? THEN excluded.`+other+` ELSE crmmail_rate.`+other+` END
			RETURNING taken, `+queue,
			s.tenant, t.Domain, now+every, now, now,
			last+1, leapt(t),
			last+1, leapt(t), now+1, last, every,
			leapt(t), last, saved, every, saved-every,
			leapt(t))
		if err == nil && !answers[0].taken {
			again = instant(answers[0].next - every)
		}
		return err
	})
	return again, wrap("take turn", err)
}

// turnAnswer is what the bucket of a domain says.
type turnAnswer struct {
	taken bool
	next  int64 // the place behind the one that was handed out
}

func scanTurn(rows *sql.Rows) (a turnAnswer, err error) {
	err = rows.Scan(&a.taken, &a.next)
	return a, err
}

// DrainTurns implements email.Rates.
func (s *Store) DrainTurns(ctx context.Context, t email.TurnRequest, until time.Time) error {
	spent, now := micros(until)+int64(t.Burst-1)*perTurn(t), micros(t.Now)
	return wrap("drain turns", s.write(ctx, func(tx conn) error {
		_, err := exec(ctx, tx, `INSERT INTO crmmail_rate (tenant, domain, spent, next_bulk, next_other, taken) VALUES (?, ?, ?, ?, ?, 0)
			ON CONFLICT (tenant, domain) DO UPDATE SET spent = excluded.spent,
			next_bulk = CASE WHEN crmmail_rate.spent > ? THEN excluded.next_bulk ELSE crmmail_rate.next_bulk END,
			next_other = CASE WHEN crmmail_rate.spent > ? THEN excluded.next_other ELSE crmmail_rate.next_other END
			WHERE crmmail_rate.spent < excluded.spent OR crmmail_rate.spent > ?`,
			s.tenant, t.Domain, spent, now, now, leapt(t), leapt(t), leapt(t))
		return err
	}))
}

// leapt is behind what a bucket can be, unless a clock was wrong.
func leapt(t email.TurnRequest) int64 {
	return micros(t.Now) + int64(2*t.Burst-1)*perTurn(t) + email.MaxLead.Microseconds()
}

// perTurn is in microseconds, rounded up.
func perTurn(t email.TurnRequest) int64 {
	return int64((t.Every + time.Microsecond - 1) / time.Microsecond)
}
