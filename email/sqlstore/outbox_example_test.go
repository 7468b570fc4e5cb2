package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/mail"
	"os"
	"path/filepath"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// The way of a message through the outbox. email.Service does all of this; it is here for who brings his own
// dispatcher.
func ExampleStore_Claim() {
	ctx := context.Background()
	store, closeStore := temporaryStore(ctx)
	defer closeStore()

	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	queued := email.Queued{
		Message: email.Message{
			ID: "m1", ConversationID: "v1", CustomerID: "101", State: email.StateQueued, IdempotencyKey: "order 4711",
			From: mail.Address{Address: "anna@shop.example"}, Subject: "Заказ 4711", CreatedAt: now, SendAt: now,
			Recipients: []email.Recipient{{Address: "alena@mail.example"}},
		},
		Conversation: email.Conversation{ID: "v1", CustomerID: "101", State: email.Completed, CreatedAt: now, UpdatedAt: now},
		Wire:         &message.Wire{Segments: []message.Segment{{Bytes: []byte("Subject: ...\r\n\r\n")}}},
		Event:        email.Event{At: now, Kind: email.EventQueued},
	}
	if _, err := store.Enqueue(ctx, queued); err != nil {
		log.Fatal(err)
	}
	first, err := store.Enqueue(ctx, queued)
	fmt.Println("again:", first.ID, errors.Is(err, email.ErrDuplicate))

	claimed, err := store.Claim(ctx, email.Claim{Owner: "worker 1", Now: now, Lease: time.Minute, Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	for _, job := range claimed.Jobs {
		fmt.Println("leased:", job.Message.ID, job.Envelope.Recipients)
		err = store.Transition(ctx, email.Transition{MessageID: job.Message.ID, Owner: "worker 1",
			From: email.StateQueued, To: email.StateSending, At: now, LeaseUntil: now.Add(time.Minute)})
		if err != nil {
			log.Fatal(err)
		}
	}

	// The worker dies here. An hour later another looks for work.
	claimed, err = store.Claim(ctx, email.Claim{Owner: "worker 2", Now: now.Add(time.Hour), Lease: time.Minute, Limit: 10})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("leased:", len(claimed.Jobs), "uncertain:", claimed.Uncertain)
	// Output:
	// again: m1 true
	// leased: m1 [alena@mail.example]
	// leased: 0 uncertain: [m1]
}

// temporaryStore is a store in a folder that goes when it is closed.
func temporaryStore(ctx context.Context) (store *sqlstore.Store, closeStore func()) {
	folder, err := os.MkdirTemp("", "crm")
	if err != nil {
		log.Fatal(err)
	}
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(filepath.Join(folder, "crm.db")))
	if err != nil {
		log.Fatal(err)
	}
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		log.Fatal(err)
	}
	if store, err = sqlstore.New(db, sqlstore.Options{}); err != nil {
		log.Fatal(err)
	}
	return store, func() {
		db.Close()
		os.RemoveAll(folder)
	}
}
