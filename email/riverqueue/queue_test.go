package riverqueue_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/riverqueue"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Each storage is a tenant's: rows of one never meet rows of another.
func TestStore(t *testing.T) {
	d := newDatabase(t)
	other := connect(t, d.dsn)
	var tenants atomic.Int64
	emailtest.TestStore(t, emailtest.StoreHarness{Open: func(t testing.TB) (email.Store, email.Store) {
		tenant := fmt.Sprint("tenant ", tenants.Add(1))
		return d.store(t, tenant), other.store(t, tenant)
	}})
}

func TestDelivers(t *testing.T) {
	w := newWorld(t)
	early := w.send(t)
	assert.Equal(t, map[string]int{"available": 1}, w.jobs(t))
	w.start(t)
	late := w.send(t)
	w.becomes(t, early.ID, email.StateSent)
	w.becomes(t, late.ID, email.StateSent)
	assert.Len(t, w.Recorder.Deliveries(), 2)
}

func TestScheduledMessageWaits(t *testing.T) {
	w := newWorld(t)
	draft := emailtest.Draft()
	draft.SendAt = time.Now().Add(time.Hour)
	_, err := w.Service.Send(t.Context(), draft)
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"scheduled": 1}, w.jobs(t))
}

func TestDuplicateHasOneJob(t *testing.T) {
	w := newWorld(t)
	draft := emailtest.Draft()
	draft.IdempotencyKey = "order 7"
	for range 2 {
		w.Service.Send(t.Context(), draft)
	}
	assert.Equal(t, map[string]int{"available": 1}, w.jobs(t))
}

// Letters of a campaign go after transactional ones, each by a job of its own, and once.
func TestCampaignHasAJobForEach(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		_, err := w.Service.Campaigns.Send(t.Context(), email.Campaign{
			ID: "news",
			Draft: email.Draft{ActorID: emailtest.ManagerID, From: sender.Choice{Kind: sender.Additional, ID: emailtest.AdditionalID},
				Letter: template.Letter{Subject: "Новости", Text: "Новости"}},
			Audience: func(context.Context, string) iter.Seq2[email.Customer, error] {
				return func(yield func(email.Customer, error) bool) {
					for _, id := range []string{"a", "b", "c"} {
						if !yield(email.Customer{ID: id, Emails: []string{id + "@customer.example"}}, nil) {
							return
						}
					}
				}
			},
		})
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"available": 3}, w.jobs(t))
	}
	urgent := w.send(t)
	w.start(t)
	w.becomes(t, urgent.ID, email.StateSent)
	assert.Eventually(t, func() bool { return len(w.Recorder.Deliveries()) == 4 }, 10*time.Second, time.Millisecond)
}

// A method by which sqlstore.Store queues messages must be one of this package's, or they have no job.
func TestEveryWayIntoTheQueueInsertsJobs(t *testing.T) {
	var ways []string
	for method := range reflect.TypeFor[*sqlstore.Store]().Methods() {
		for in := range method.Type.Ins() {
			switch in {
			case reflect.TypeFor[email.Queued](), reflect.TypeFor[[]email.Queued](), reflect.TypeFor[email.Transition]():
				ways = append(ways, method.Name)
			}
		}
	}
	assert.Equal(t, []string{"Enqueue", "EnqueueAll", "Transition"}, ways)
}

// The job is the host's transaction's, as the message is.
func TestWithinTheHostsTransaction(t *testing.T) {
	for name, commit := range map[string]bool{"rolled back": false, "committed": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			conn, err := w.db.Conn(t.Context())
			require.NoError(t, err)
			defer conn.Close()
			tx, err := conn.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			defer tx.Rollback()
			within, err := w.Service.With(func(c *email.Config) { c.Store = w.store.Tx(conn) })
			require.NoError(t, err)
			msg, err := within.Send(t.Context(), emailtest.Draft())
			require.NoError(t, err)
			assert.Empty(t, w.jobs(t), "nobody sees it yet")
			if !commit {
				require.NoError(t, tx.Rollback())
				assert.Empty(t, w.jobs(t))
				return
			}
			require.NoError(t, tx.Commit())
			assert.Equal(t, map[string]int{"available": 1}, w.jobs(t))
			w.start(t)
			w.becomes(t, msg.ID, email.StateSent)
		})
	}
}

func TestRefusedForNowIsSnoozed(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Retry = func(int) (time.Duration, bool) { return time.Second, true }
	})
	for attempt := range 2 {
		w.Recorder.Inject(attempt+1, emailtest.FailConnect(&email.TransportError{Code: 421, Temporary: true}))
	}
	msg := w.send(t)
	w.start(t)
	w.becomes(t, msg.ID, email.StateSent)
	assert.Equal(t, 3, w.Message(t, msg.ID).Attempts)
	assert.Eventually(t, func() bool { return w.jobs(t)["completed"] == 1 }, 10*time.Second, 10*time.Millisecond)
	assert.Len(t, w.jobs(t), 1, "it was one job all the time: %v", w.jobs(t))
}

func TestResendHasANewJob(t *testing.T) {
	w := newWorld(t)
	w.Recorder.Inject(1, emailtest.LoseReply())
	msg := w.send(t)
	w.start(t)
	w.becomes(t, msg.ID, email.StateUncertain)
	require.NoError(t, w.Service.Resend(t.Context(), emailtest.ManagerID, msg.ID))
	w.becomes(t, msg.ID, email.StateSent)
	assert.Eventually(t, func() bool { return w.jobs(t)["completed"] == 2 }, 10*time.Second, 10*time.Millisecond)
}

func TestCanceledAndErasedMessagesNeedNothing(t *testing.T) {
	w := newWorld(t)
	canceled, erased := w.send(t), w.send(t)
	require.NoError(t, w.Service.Cancel(t.Context(), emailtest.ManagerID, canceled.ID))
	_, err := w.db.Exec(`UPDATE river_job SET args = jsonb_set(args, '{message}', '"nobody"') WHERE args ->> 'message' = $1`, erased.ID)
	require.NoError(t, err)
	_, err = w.db.Exec(`UPDATE crmmail_delivery SET state = 'failed' WHERE message_id = $1`, erased.ID)
	require.NoError(t, err)
	w.start(t)
	assert.Eventually(t, func() bool { return w.jobs(t)["completed"] == 2 }, 10*time.Second, 10*time.Millisecond)
	assert.Empty(t, w.Recorder.Deliveries())
}

// A message that is due gets another job where its own is gone, or died with its worker.
func TestLostJobIsRestored(t *testing.T) {
	for name, loss := range map[string]string{
		"removed":            `DELETE FROM river_job WHERE kind = 'crmmail_delivery'`,
		"died with a worker": `UPDATE river_job SET state = 'running', attempted_at = now() - interval '1 minute', attempt = 1 WHERE kind = 'crmmail_delivery'`,
		"discarded":          `UPDATE river_job SET state = 'discarded', finalized_at = now() WHERE kind = 'crmmail_delivery'`,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			msg := w.send(t)
			_, err := w.db.Exec(loss)
			require.NoError(t, err)
			w.start(t)
			w.becomes(t, msg.ID, email.StateSent)
			assert.Len(t, w.Recorder.Deliveries(), 1)
		})
	}
}

// Messages that may be what ended their worker are delivered one by one, with nothing beside them; all others are not.
func TestLostJobsAreDeliveredAlone(t *testing.T) {
	for name, test := range map[string]struct {
		loss  string
		alone bool
	}{
		"lost":    {`UPDATE river_job SET state = 'running', attempted_at = now() - interval '1 minute', attempt = 1 WHERE kind = 'crmmail_delivery'`, true},
		"rescued": {`UPDATE river_job SET attempt = 1 WHERE kind = 'crmmail_delivery'`, true},
		"new":     {`SELECT 1`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var beside, several atomic.Int64
			w := newWorld(t, func(c *email.Config) {
				inner := c.Transport
				c.Transport = email.TransportFunc(func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
					if beside.Add(1) > 1 {
						several.Add(1)
					}
					defer beside.Add(-1)
					time.Sleep(200 * time.Millisecond)
					return inner.Deliver(ctx, env, msg)
				})
			})
			var ids []string
			for range 4 {
				ids = append(ids, w.send(t).ID)
			}
			_, err := w.db.Exec(test.loss)
			require.NoError(t, err)
			w.start(t)
			for _, id := range ids {
				w.becomes(t, id, email.StateSent)
			}
			assert.Equal(t, test.alone, several.Load() == 0, "%d were not alone", several.Load())
		})
	}
}

// Messages whose jobs wait get no second one.
func TestSweepLeavesWaitingJobsAlone(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		w.send(t)
	}
	_, err := w.db.Exec(`UPDATE river_job SET queue = 'nobody'`)
	require.NoError(t, err)
	w.start(t)
	require.Eventually(t, func() bool {
		var sweeps int
		require.NoError(t, w.db.QueryRow(`SELECT count(*) FROM river_job WHERE kind = 'crmmail_sweep' AND state = 'completed'`).Scan(&sweeps))
		return sweeps >= 3
	}, 20*time.Second, 20*time.Millisecond)
	assert.Equal(t, map[string]int{"available": 3}, w.jobs(t))
}

// A worker that died while the bytes were going out leaves an uncertain message.
func TestSweepFindsTheUncertain(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	ctx := context.Background()
	claimed, err := w.store.Claim(ctx, email.Claim{Owner: "dead", Now: time.Now(), Lease: 300 * time.Millisecond, Limit: 1})
	require.NoError(t, err)
	require.Len(t, claimed.Jobs, 1)
	require.NoError(t, w.store.Transition(ctx, email.Transition{MessageID: msg.ID, Owner: "dead", From: email.StateQueued,
		To: email.StateSending, At: time.Now(), LeaseUntil: time.Now().Add(300 * time.Millisecond)}))
	w.start(t)
	w.becomes(t, msg.ID, email.StateUncertain)
	assert.Empty(t, w.Recorder.Deliveries())
}

// Stop waits for what is under way and releases nothing half-done.
func TestStopFinishesDeliveries(t *testing.T) {
	w := newWorld(t)
	for range 30 {
		w.send(t)
	}
	stop := w.start(t)
	require.Eventually(t, func() bool { return len(w.Recorder.Deliveries()) > 3 }, 10*time.Second, time.Millisecond)
	stop()
	page, err := w.store.Messages(t.Context(), email.MessageQuery{Limit: 100})
	require.NoError(t, err)
	for _, m := range page {
		assert.Contains(t, []email.State{email.StateQueued, email.StateSent}, m.State)
	}
}

func TestAddToRefuses(t *testing.T) {
	d := newDatabase(t)
	tenant := riverqueue.Tenant{Store: d.store(t, "a")}
	require.Error(t, riverqueue.AddTo(&river.Config{}, riverqueue.Work{}))
	require.Error(t, riverqueue.AddTo(&river.Config{}, riverqueue.Work{Tenants: []riverqueue.Tenant{tenant, tenant}}))
	config := &river.Config{}
	require.NoError(t, riverqueue.AddTo(config, riverqueue.Work{Tenants: []riverqueue.Tenant{tenant}}))
	require.Error(t, riverqueue.AddTo(config, riverqueue.Work{Tenants: []riverqueue.Tenant{tenant}}))
}
