package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// method is what a fault happens to.
type method struct {
	prepare func(t *testing.T, store *sqlstore.Store)
	do      func(ctx context.Context, store *sqlstore.Store) error
	// again is what do says a second time, where the first has changed everything and its answer was lost.
	again error
}

var methods = map[string]method{
	"Enqueue": {
		do: func(ctx context.Context, store *sqlstore.Store) error {
			kept, err := store.Enqueue(ctx, aQueued(1, "c"))
			if errors.Is(err, email.ErrDuplicate) && kept.ID != "m000001" {
				return fmt.Errorf("the first message is %q", kept.ID)
			}
			return err
		},
		again: email.ErrDuplicate,
	},
	"EnqueueAll": {
		do: func(ctx context.Context, store *sqlstore.Store) error {
			ids, err := store.EnqueueAll(ctx, []email.Queued{aQueued(1, "c"), aQueued(2, "d"), aQueued(3, "c")})
			if err == nil && !slices.Equal(ids, []string{"m000001", "m000002", "m000003"}) {
				return fmt.Errorf("kept by %q", ids)
			}
			return err
		},
	},
	"Claim of the uncertain": {
		prepare: func(t *testing.T, store *sqlstore.Store) {
			enqueue(t, store, aQueued(1, "c"))
			claim(t, store, "w", later, 1)
			require.NoError(t, store.Transition(context.Background(), sending()))
		},
		do: func(ctx context.Context, store *sqlstore.Store) error {
			_, err := store.Claim(ctx, email.Claim{Owner: "x", Now: later.Add(time.Hour), Lease: time.Minute, Limit: 5})
			return err
		},
	},
	"Transition to sending": {
		prepare: func(t *testing.T, store *sqlstore.Store) {
			enqueue(t, store, aQueued(1, "c"))
			claim(t, store, "w", later, 1)
		},
		do:    func(ctx context.Context, store *sqlstore.Store) error { return store.Transition(ctx, sending()) },
		again: email.ErrConflict,
	},
	"Transition to failed": {
		prepare: func(t *testing.T, store *sqlstore.Store) {
			enqueue(t, store, aQueued(1, "c"))
			claim(t, store, "w", later, 1)
			require.NoError(t, store.Transition(context.Background(), sending()))
		},
		do: func(ctx context.Context, store *sqlstore.Store) error {
			return store.Transition(ctx, email.Transition{MessageID: "m000001", Owner: "w", From: email.StateSending, To: email.StateFailed,
				At: later, Conversation: email.Active, Event: &email.Event{At: later, Kind: email.EventFailed},
				Results: []email.Recipient{{Address: "ivan@mail.example", Status: email.RecipientRefused, Code: 550, At: later}}})
		},
		again: email.ErrConflict,
	},
	"File": {
		do: func(ctx context.Context, store *sqlstore.Store) error {
			_, err := store.File(ctx, aFiled(1, "c"))
			return err
		},
		again: email.ErrDuplicate,
	},
	"Assign": {
		prepare: func(t *testing.T, store *sqlstore.Store) { file(t, store, aFiled(1, "")) },
		do: func(ctx context.Context, store *sqlstore.Store) error {
			return store.Assign(ctx, "r000001", email.Conversation{ID: "v", CustomerID: "c", CreatedAt: noon, UpdatedAt: noon},
				email.Event{At: noon, Kind: email.EventAssigned})
		},
		again: email.ErrConflict,
	},
	"PutBlob":           {do: put(3)},
	"PutBlob of chunks": {do: put(chunk + 3)},
	"PutBlob of the known": {prepare: func(t *testing.T, store *sqlstore.Store) {
		require.NoError(t, put(chunk+3)(context.Background(), store))
	}, do: put(chunk + 3)},
	"RemoveBlobs": {
		prepare: func(t *testing.T, store *sqlstore.Store) {
			require.NoError(t, put(chunk+3)(context.Background(), store))
		},
		do: func(ctx context.Context, store *sqlstore.Store) error {
			content, _ := io.ReadAll(octets(chunk + 3))
			return store.RemoveBlobs(ctx, []string{blobID(string(content))}, time.Now().Add(time.Hour))
		},
	},
	"EraseCustomer": {
		prepare: func(t *testing.T, store *sqlstore.Store) {
			enqueue(t, store, aQueued(1, "c"))
			file(t, store, aFiled(1, "c"))
		},
		do: func(ctx context.Context, store *sqlstore.Store) error {
			_, err := store.EraseCustomer(ctx, "c")
			return err
		},
	},
	"ForgetRaw": {
		prepare: func(t *testing.T, store *sqlstore.Store) { file(t, store, aFiled(1, "c")) },
		do: func(ctx context.Context, store *sqlstore.Store) error {
			_, _, err := store.ForgetRaw(ctx, later, 5)
			return err
		},
	},
	"SaveCampaign": {
		do: func(ctx context.Context, store *sqlstore.Store) error {
			return store.SaveCampaign(ctx, email.CampaignProgress{ID: "news", StartedAt: noon, UpdatedAt: noon})
		},
		again: email.ErrConflict,
	},
	"AddSuppression": {
		do: func(ctx context.Context, store *sqlstore.Store) error {
			return store.AddSuppression(ctx, email.Suppression{Address: "a@mail.example", Reason: email.SuppressedManual, At: noon})
		},
	},
	"DrainTurns": {
		do: func(ctx context.Context, store *sqlstore.Store) error {
			return store.DrainTurns(ctx, email.TurnRequest{Domain: "mail.example", Now: noon, Every: time.Second, Burst: 3}, noon.Add(time.Minute))
		},
	},
}

func sending() email.Transition {
	return email.Transition{MessageID: "m000001", Owner: "w", From: email.StateQueued, To: email.StateSending, At: later,
		LeaseUntil: later.Add(time.Minute), Event: &email.Event{At: later, Kind: email.EventSending}}
}

func put(size int64) func(context.Context, *sqlstore.Store) error {
	return func(ctx context.Context, store *sqlstore.Store) error {
		_, err := store.PutBlob(ctx, octets(size))
		return err
	}
}

// Whatever befalls a method at whichever of its steps, it has changed everything or nothing, and everything where it says
// so. Nothing is held any more, and a second call does what is left to do, once.
func TestFaults(t *testing.T) { onEach(t, testFaults) }

func testFaults(t *testing.T) {
	name := newFile(t)
	db, faulty := openFaulty(t, name)
	rows := snapshots(t, openDB(t, name))
	tenants := 0
	prepared := func(t *testing.T, m method) (store *sqlstore.Store, tenant string) {
		tenants++
		tenant = fmt.Sprint("tenant ", tenants)
		store = storeOn(t, db, sqlstore.Options{Tenant: tenant})
		if m.prepare != nil {
			m.prepare(t, store)
		}
		return store, tenant
	}
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			store, tenant := prepared(t, m)
			before := rows(t, tenant)
			require.NoError(t, m.do(context.Background(), store))
			done := rows(t, tenant)
			for name, fault := range faultsOf(t) {
				for n, struck := 1, true; struck; n++ {
					require.Less(t, n, 100)
					store, tenant := prepared(t, m)
					err := m.do(faulty.strike(n, fault), store)
					struck = faulty.spare()
					at := fmt.Sprintf("%s at step %d: %v", name, n, err)
					is := rows(t, tenant)
					switch {
					case err == nil:
						require.Equal(t, done, is, at)
					case !slices.Equal(is, before):
						require.Equal(t, done, is, at)
					}
					require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, 5*time.Second, time.Millisecond, at)
					changed := slices.Equal(is, done) && !slices.Equal(done, before)
					if err := m.do(context.Background(), store); err != nil || changed { // a commit may have been on its way
						require.ErrorIs(t, err, m.again, at)
					}
					require.Eventually(t, func() bool { // a claim passes over what the server has not yet let go of
						return slices.Equal(done, rows(t, tenant)) || m.do(context.Background(), store) != nil
					}, 5*time.Second, 10*time.Millisecond, at)
					require.Equal(t, done, rows(t, tenant), at)
				}
			}
		})
	}
}

// A claim whose answer is lost has leased the message, or has not: in any case somebody gets it when the lease lapses.
func TestFaultsOfClaim(t *testing.T) { onEach(t, testFaultsOfClaim) }

func testFaultsOfClaim(t *testing.T) {
	db, faulty := openFaulty(t, newFile(t))
	for name, fault := range faultsOf(t) {
		for n, struck := 1, true; struck; n++ {
			store := storeOn(t, db, sqlstore.Options{Tenant: fmt.Sprint(name, n)})
			enqueue(t, store, aQueued(1, "c"), aQueued(2, "c"))
			claimed, err := store.Claim(faulty.strike(n, fault), email.Claim{Owner: "w", Now: later, Lease: time.Minute, Limit: 5})
			struck = faulty.spare()
			at := fmt.Sprintf("%s at step %d: %v", name, n, err)
			require.Equal(t, err == nil, len(claimed.Jobs) == 2, at)
			require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, 5*time.Second, time.Millisecond, at)
			if soon := len(claim(t, store, "x", later.Add(time.Second), 5).Jobs); err == nil {
				require.Zero(t, soon, at)
			} else {
				require.Contains(t, []int{0, 2}, soon, at)
			}
			found := 0
			require.Eventually(t, func() bool {
				found += len(claim(t, store, "y", later.Add(2*time.Minute), 5).Jobs)
				return found == 2
			}, 5*time.Second, 10*time.Millisecond, at)
		}
	}
}

// snapshots gives all that is kept for a tenant, without what differs from one time to the next.
func snapshots(t *testing.T, db *sql.DB) func(t *testing.T, tenant string) []string {
	var queries []string
	for table, columns := range columnsOf(t, db) {
		texts := []string{`'` + table + `'`}
		for _, column := range columns {
			if !slices.Contains([]string{"tenant", "upload", "touched_at", "put_at"}, column.name) {
				texts = append(texts, `COALESCE(CAST(`+column.name+` AS TEXT), 'NULL')`)
			}
		}
		where := ` FROM ` + table + ` WHERE tenant = ` + tenantParameter(t)
		if table == "crmmail_blob_chunk" { // a later upload removes what another has left, and its mark
			where += ` AND upload NOT IN (SELECT upload FROM crmmail_blob_upload)`
		}
		if table != "crmmail_blob_upload" && slices.Contains(columns, column{"tenant", "text"}) {
			queries = append(queries, `SELECT `+strings.Join(texts, ` || ', ' || `)+where)
		}
	}
	query, err := db.Prepare(strings.Join(queries, ` UNION ALL `))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, query.Close()) })
	return func(t *testing.T, tenant string) (list []string) {
		found, err := query.Query(tenant)
		require.NoError(t, err)
		defer found.Close()
		for found.Next() {
			var row string
			require.NoError(t, found.Scan(&row))
			list = append(list, row[:min(len(row), 1000)])
		}
		require.NoError(t, found.Err())
		slices.Sort(list)
		return list
	}
}

// tenantParameter is the first parameter, wherever it stands.
func tenantParameter(t *testing.T) string {
	if dialect(t) == sqlstore.SQLite {
		return "?1"
	}
	return "$1"
}

// On a disk that is full at any moment SQLite keeps everything or nothing, too.
func TestFullDisk(t *testing.T) {
	large := strings.Repeat("Много слов. ", 2000)
	queued, filed, failed := aQueued(1, "c"), aFiled(1, "c"), sending()
	queued.Message.Text, filed.Message.Text = large, large
	failed.Event.Detail = large
	full := map[string]method{
		"Enqueue": {do: func(ctx context.Context, store *sqlstore.Store) error {
			_, err := store.Enqueue(ctx, queued)
			return err
		}},
		"File": {do: func(ctx context.Context, store *sqlstore.Store) error { _, err := store.File(ctx, filed); return err }},
		"Transition": {
			prepare: methods["Transition to sending"].prepare,
			do:      func(ctx context.Context, store *sqlstore.Store) error { return store.Transition(ctx, failed) },
		},
		"PutBlob": methods["PutBlob of chunks"],
	}
	for name, m := range full {
		t.Run(name, func(t *testing.T) {
			path := newFile(t)
			db := openDB(t, path)
			rows := snapshots(t, db)
			store := storeOn(t, db, sqlstore.Options{})
			if m.prepare != nil {
				m.prepare(t, store)
			}
			before := rows(t, "")
			var pages int
			require.NoError(t, db.QueryRow(`PRAGMA page_count`).Scan(&pages))
			refused := 0
			for room := 0; ; room++ {
				require.Less(t, room, 1000)
				small, err := sql.Open("sqlite", sqlstore.SQLiteDSN(path)+fmt.Sprintf("&_pragma=max_page_count(%d)", pages+room))
				require.NoError(t, err)
				err = m.do(context.Background(), storeOn(t, small, sqlstore.Options{}))
				assert.Zero(t, small.Stats().InUse)
				require.NoError(t, small.Close())
				if err == nil {
					break
				}
				require.ErrorContains(t, err, "full")
				require.Equal(t, before, rows(t, ""))
				refused++
			}
			assert.NotZero(t, refused)
			assert.NotEqual(t, before, rows(t, ""))
		})
	}
}
