package sqlstore_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Whoever PostgreSQL ends to resolve a deadlock begins anew; in a host's transaction, that is for the host to do.
func TestDeadlock(t *testing.T) { t.Run(onPostgreSQL, testDeadlock) }

func testDeadlock(t *testing.T) {
	for name, within := range map[string]bool{"the Store's own transaction": false, "a host's": true} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			path := newFile(t)
			db := openDB(t, path)
			store := storeOn(t, db, sqlstore.Options{})
			enqueue(t, store, aQueued(1, "c"))
			other, err := openDB(t, path).BeginTx(ctx, nil)
			require.NoError(t, err)
			defer other.Rollback()
			for _, statement := range []string{`SET deadlock_timeout = '1min'`, `UPDATE crmmail_conversation SET subject = 'other'`} {
				_, err := other.Exec(statement)
				require.NoError(t, err)
			}

			cancel := email.Transition{MessageID: "m000001", From: email.StateQueued, To: email.StateCanceled,
				Conversation: email.Active, Event: &email.Event{At: later, Kind: email.EventCanceled}}
			result := make(chan error, 1)
			go func() { // it has the message, and waits for the conversation
				if !within {
					result <- store.Transition(ctx, cancel)
					return
				}
				tx, err := db.BeginTx(ctx, nil)
				if assert.NoError(t, err) {
					err = store.Tx(tx).Transition(ctx, cancel)
					assert.NoError(t, tx.Rollback())
				}
				result <- err
			}()
			time.Sleep(200 * time.Millisecond)
			_, err = other.Exec(`UPDATE crmmail_delivery SET retries = 7`) // and this the other way round
			require.NoError(t, err)
			require.NoError(t, other.Commit())

			err = <-result
			m, getErr := store.Message(ctx, "m000001")
			require.NoError(t, getErr)
			assert.Equal(t, 7, m.Retries)
			if within {
				assert.ErrorContains(t, err, "40P01")
				assert.Equal(t, email.StateQueued, m.State)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, email.StateCanceled, m.State)
			assert.Len(t, m.Events, 2)
		})
	}
}
