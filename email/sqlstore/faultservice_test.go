package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Whatever befalls the store at whichever step of sending, the message is kept once, and goes out once, or is uncertain.
func TestFaultsOfSending(t *testing.T) { onEach(t, testFaultsOfSending) }

func testFaultsOfSending(t *testing.T) {
	db, faulty := openFaulty(t, newFile(t))
	draft := emailtest.Draft()
	draft.IdempotencyKey = "order 7"
	for name, fault := range faultsOf(t) {
		for n, struck := 1, true; struck; n++ {
			store := storeOn(t, db, sqlstore.Options{Tenant: fmt.Sprint(name, n)})
			env := emailtest.New(t, func(c *email.Config) {
				c.Store, c.Tenant, c.Dispatch.Lease = store, store.Tenant(), time.Second
			})
			ctx := faulty.strike(n, fault)
			first, sendErr := env.Service.Send(ctx, draft)
			_, dispatchErr := env.Service.DispatchDue(ctx)
			struck = faulty.spare()
			at := fmt.Sprintf("%s at step %d: %v, %v", name, n, sendErr, dispatchErr)
			msg, err := env.Service.Send(context.Background(), draft)
			if sendErr == nil {
				require.Equal(t, first.ID, msg.ID, at)
			}
			if err != nil {
				require.ErrorIs(t, err, email.ErrDuplicate, at)
			}
			for range 3 {
				env.Clock.Advance(time.Hour)
				env.Dispatch(t)
			}
			state := env.Message(t, msg.ID).State
			for begun := time.Now(); state == email.StateQueued && time.Since(begun) < 20*time.Second; state = env.Message(t, msg.ID).State {
				time.Sleep(10 * time.Millisecond) // a server that has not heard of the cancellation yet keeps the row, and claims pass over it
				env.Clock.Advance(time.Hour)
				env.Dispatch(t)
			}
			require.Contains(t, []email.State{email.StateSent, email.StateUncertain}, state, at)
			sent := len(env.Recorder.Deliveries())
			require.LessOrEqual(t, sent, 1, at)
			require.True(t, sent == 1 || state == email.StateUncertain, at)
			list, err := store.Messages(context.Background(), email.MessageQuery{Limit: 9})
			require.NoError(t, err, at)
			require.Len(t, list, 1, at)
			require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, 5*time.Second, time.Millisecond, at)
		}
	}
}

// Whatever befalls the store at whichever step of receiving, a server that hands the message over again has it filed once.
func TestFaultsOfReceiving(t *testing.T) { onEach(t, testFaultsOfReceiving) }

func testFaultsOfReceiving(t *testing.T) {
	db, faulty := openFaulty(t, newFile(t))
	const raw = "From: Olga <olga@customer.example>\r\nTo: anna@shop.example\r\nSubject: x\r\nMessage-ID: <1@customer.example>\r\n\r\nHello\r\n"
	for name, fault := range faultsOf(t) {
		for n, struck := 1, true; struck; n++ {
			store := storeOn(t, db, sqlstore.Options{Tenant: fmt.Sprint(name, n)})
			env := emailtest.New(t, func(c *email.Config) { c.Store, c.Blobs, c.Tenant = store, store, store.Tenant() })
			receive := func(ctx context.Context) error {
				_, err := env.Service.Receive(ctx, email.Inbound{Mailbox: "anna@shop.example", Raw: strings.NewReader(raw)})
				return err
			}
			failed := receive(faulty.strike(n, fault))
			struck = faulty.spare()
			at := fmt.Sprintf("%s at step %d: %v", name, n, failed)
			if err := receive(context.Background()); failed == nil || err != nil {
				require.ErrorIs(t, err, email.ErrDuplicate, at)
			}
			list, err := store.Messages(context.Background(), email.MessageQuery{Limit: 9})
			require.NoError(t, err, at)
			require.Len(t, list, 1, at)
			require.Eventually(t, func() bool { return db.Stats().InUse == 0 }, 5*time.Second, time.Millisecond, at)
		}
	}
}
