package sqlstore_test

import (
	"context"
	"fmt"
	"net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// aFiled is the n-th message of a customer, n seconds after noon; of nobody it waits in the inbox.
func aFiled(n int, customerID string) email.Filed {
	id := fmt.Sprintf("r%06d", n)
	at := noon.Add(time.Duration(n) * time.Second)
	f := email.Filed{
		Message: email.Message{
			ID: id, Direction: email.Incoming, Origin: email.OriginInbound, State: email.StateReceived,
			From:        mail.Address{Name: "Иван", Address: "ivan@mail.example"},
			To:          []mail.Address{{Address: "anna@shop.example"}},
			Subject:     "Re: Заказ",
			Text:        "Жду",
			Attachments: []email.Attachment{{Name: "фото.jpg", MediaType: "image/jpeg", Size: 3, BlobID: "photo" + id}},
			MessageID:   id + "@mail.example", IdempotencyKey: "key-" + id, CreatedAt: at,
			Received: &email.Received{Mailbox: "anna@shop.example", Kind: message.KindMessage, RawID: "raw" + id,
				Defects: []string{"header.colon"}},
		},
		Event: email.Event{At: at, Kind: email.EventReceived},
	}
	if customerID != "" {
		f.Message.CustomerID, f.Message.ConversationID = customerID, "c-"+customerID
		f.Conversation = &email.Conversation{ID: "c-" + customerID, CustomerID: customerID, Subject: "Заказ",
			State: email.Active, CreatedAt: at, UpdatedAt: at}
	}
	return f
}

func file(t testing.TB, store *sqlstore.Store, filed ...email.Filed) {
	for _, f := range filed {
		_, err := store.File(context.Background(), f)
		require.NoError(t, err)
	}
}

// A failure at any of the tables leaves nothing half-filed.
func TestFileAllOrNothing(t *testing.T) { onEach(t, testFileAllOrNothing) }

func testFileAllOrNothing(t *testing.T) {
	tables := []string{"conversation", "message", "delivery", "received", "attachment", "event"}
	allOrNothing(t, tables, func(store *sqlstore.Store) error {
		_, err := store.File(context.Background(), aFiled(1, "c"))
		return err
	})
}

func TestFileRefusesWhatWasNotReceived(t *testing.T) { onEach(t, testFileRefusesWhatWasNotReceived) }

func testFileRefusesWhatWasNotReceived(t *testing.T) {
	f := aFiled(1, "c")
	f.Message.Received = nil
	_, err := newStore(t).File(context.Background(), f)
	require.ErrorContains(t, err, "neither received nor refused")
}

func TestAssignAllOrNothing(t *testing.T) { onEach(t, testAssignAllOrNothing) }

func testAssignAllOrNothing(t *testing.T) {
	ctx := context.Background()
	for _, place := range []string{"INSERT ON crmmail_conversation", "UPDATE ON crmmail_message", "INSERT ON crmmail_event"} {
		t.Run(place, func(t *testing.T) {
			db := openDB(t, newFile(t))
			store := storeOn(t, db, sqlstore.Options{})
			file(t, store, aFiled(1, ""))
			breaks(t, db, place)
			require.ErrorContains(t, store.Assign(ctx, "r000001", *aFiled(1, "c").Conversation, email.Event{}), "disk on fire")
			m, err := store.Message(ctx, "r000001")
			require.NoError(t, err)
			assert.Empty(t, m.CustomerID+m.ConversationID)
			assert.Len(t, m.Events, 1)
			assertTableEmpty(t, db, "crmmail_conversation")
			repaired(t, db)
			require.NoError(t, store.Assign(ctx, "r000001", *aFiled(1, "c").Conversation, email.Event{}))
		})
	}
}
