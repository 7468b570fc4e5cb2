package riverqueue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// sweep is the job that looks after all tenants.
type sweep struct{}

// Kind implements river.JobArgs.
func (sweep) Kind() string { return "crmmail_sweep" }

// InsertOpts implements river.JobArgsWithInsertOpts. It is not unique: one that died with its worker would keep out the
// next.
func (sweep) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, Priority: priorityLost, MaxAttempts: 1}
}

type sweeper struct {
	river.WorkerDefaults[sweep]
	tenants []Tenant
	every   time.Duration
}

// Work does it for each tenant, whatever happens to the others.
func (w *sweeper) Work(ctx context.Context, _ *river.Job[sweep]) error {
	var errs []error
	for _, tenant := range w.tenants {
		errs = append(errs, tenant.Service.Upkeep(ctx), tenant.Store.restore(ctx, w.every))
	}
	return errors.Join(errs...)
}

// restoredAtOnce bounds a sweep. Jobs run in the order of their time, so that one that is lost comes to be among the oldest.
const restoredAtOnce = 1000

// restore inserts jobs for messages that are due and have none.
func (s *Store) restore(ctx context.Context, begun time.Duration) error {
	due, err := s.Due(ctx, time.Now(), restoredAtOnce)
	if err != nil || len(due) == 0 {
		return err
	}
	return s.transact(ctx, func(s *Store) error {
		lost, err := s.withoutJob(ctx, due, begun)
		if err != nil {
			return err
		}
		jobs := make([]job, len(lost))
		for i, id := range lost {
			jobs[i] = job{args: delivery{Tenant: s.Tenant(), Message: id}, lost: true}
		}
		return s.insert(ctx, jobs...)
	})
}

// withoutJob are those of some due messages for which no job waits or has begun just now. One that began before that has
// died, because the message of a worker that lives is leased. The containment is what River has an index for.
func (s *Store) withoutJob(ctx context.Context, ids []string, begun time.Duration) (lost []string, err error) {
	table := pgx.Identifier{"river_job"}
	if s.schema != "" {
		table = pgx.Identifier{s.schema, "river_job"}
	}
	err = s.onPgx(func(tx pgx.Tx) (err error) {
		rows, _ := tx.Query(ctx, `SELECT id FROM unnest($1::text[]) AS due (id) WHERE NOT EXISTS (
			SELECT 1 FROM `+table.Sanitize()+` WHERE kind = $2 AND args @> jsonb_build_object('message', due.id)
			AND args ->> 'tenant' = $3 AND (state IN ('available', 'pending', 'retryable', 'scheduled')
			OR state = 'running' AND attempted_at > now() - $4::interval))`,
			ids, delivery{}.Kind(), s.Tenant(), begun) // its error is the rows'
		if lost, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
			return fmt.Errorf("riverqueue: sweep: %w", err)
		}
		return nil
	})
	return lost, err
}
