package sqlstore_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Every listing walks an index in its order, at any depth: it is never sorted.
func TestListingsWalkAnIndex(t *testing.T) {
	ctx := context.Background()
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	for n := range 3 {
		enqueue(t, store, aQueued(n, "c"))
	}
	deep := &email.Position{At: noon.Add(2 * time.Second), ID: "m000002"}
	for name, test := range map[string]struct {
		list         func() error
		table, index string
	}{
		"messages": {func() error {
			_, err := store.Messages(ctx, email.MessageQuery{Limit: 2, Before: deep})
			return err
		}, "crmmail_message", "crmmail_message_newest (tenant=? AND (created_at,id)<(?,?))"},
		"messages of a customer": {func() error {
			_, err := store.Messages(ctx, email.MessageQuery{CustomerID: "c", Limit: 2, Before: deep})
			return err
		}, "crmmail_message", "crmmail_message_customer (tenant=? AND customer_id=? AND (created_at,id)<(?,?))"},
		"messages of a customer, first page": {func() error {
			_, err := store.Messages(ctx, email.MessageQuery{CustomerID: "c", Limit: 2})
			return err
		}, "crmmail_message", "crmmail_message_customer (tenant=? AND customer_id=?)"},
		"messages of a conversation": {func() error {
			_, err := store.Messages(ctx, email.MessageQuery{ConversationID: "c-c", Limit: 2, Before: deep})
			return err
		}, "crmmail_message", "crmmail_message_conversation (tenant=? AND conversation_id=? AND (created_at,id)<(?,?))"},
		"messages that wait": {func() error {
			_, err := store.Messages(ctx, email.MessageQuery{Inbox: true, Limit: 2, Before: deep})
			return err
		}, "crmmail_message", "crmmail_message_customer (tenant=? AND customer_id=? AND (created_at,id)<(?,?))"},
		"conversations": {func() error {
			_, err := store.Conversations(ctx, email.ConversationQuery{Limit: 2, Before: deep})
			return err
		}, "crmmail_conversation", "crmmail_conversation_newest (tenant=? AND (updated_at,id)<(?,?))"},
		"conversations in a state": {func() error {
			_, err := store.Conversations(ctx, email.ConversationQuery{State: email.Completed, Limit: 2, Before: deep})
			return err
		}, "crmmail_conversation", "crmmail_conversation_state (tenant=? AND state=? AND (updated_at,id)<(?,?))"},
		"conversations of a customer": {func() error {
			_, err := store.Conversations(ctx, email.ConversationQuery{CustomerID: "c", Limit: 2, Before: deep})
			return err
		}, "crmmail_conversation", "crmmail_conversation_customer (tenant=? AND customer_id=? AND (updated_at,id)<(?,?))"},
		"conversations of a customer in a state": {func() error {
			_, err := store.Conversations(ctx, email.ConversationQuery{CustomerID: "c", State: email.Active, Limit: 2, Before: deep})
			return err
		}, "crmmail_conversation", "(updated_at,id)<(?,?))"},
		"newest customers": {func() error {
			_, err := store.SearchCustomers(ctx, email.ParseQuery("иван", 2))
			return err
		}, "crmmail_customer", "crmmail_customer_newest (tenant=?)"},
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, test.list())
			plan := spy.plan(t, db, "FROM "+test.table+" ")
			assert.Contains(t, plan, test.index)
			assert.NotContains(t, plan, "TEMP B-TREE")
		})
	}
}

// What is asked for by ids is found by them: it does not depend on how much else there is.
func TestIDsAreFoundByAnIndex(t *testing.T) {
	ctx := context.Background()
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	for n := range 300 {
		enqueue(t, store, aQueued(n, fmt.Sprint("c", n)))
	}
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			_, err := db.Exec(`ANALYZE`)
			require.NoError(t, err)
		}
		for name, q := range map[string]email.MessageQuery{
			"ids":                   {MessageIDs: []string{"a@shop.example", "b@shop.example"}, Limit: 20},
			"ids, further page":     {MessageIDs: []string{"a@shop.example"}, Limit: 20, Before: &email.Position{At: noon, ID: "m"}},
			"ids of a customer":     {MessageIDs: []string{"a@shop.example"}, Limit: 20, CustomerID: "c7"},
			"ids that wait":         {MessageIDs: []string{"a@shop.example"}, Limit: 20, Inbox: true},
			"ids of a conversation": {MessageIDs: []string{"a@shop.example"}, Limit: 20, ConversationID: "c-c7"},
		} {
			t.Run(fmt.Sprint(name, " analyzed ", analyzed), func(t *testing.T) {
				_, err := store.Messages(ctx, q)
				require.NoError(t, err)
				plan := spy.plan(t, db, "FROM crmmail_message m")
				assert.Contains(t, plan, "SEARCH m USING INDEX sqlite_autoindex_crmmail_message_1 (tenant=? AND id=?)")
				assert.Contains(t, plan, "crmmail_message_message_id (tenant=? AND message_id=?)")
				assert.Contains(t, plan, "crmmail_delivery_provider (tenant=? AND provider_id=?)")
			})
		}
		t.Run(fmt.Sprint("conversation analyzed ", analyzed), func(t *testing.T) {
			_, err := store.Conversations(ctx, email.ConversationQuery{ID: "c-c1", CustomerID: "c1", Limit: 1})
			require.NoError(t, err)
			assert.Contains(t, spy.plan(t, db, "FROM crmmail_conversation"), "(tenant=? AND id=?)")
		})
	}
}

// A page of many costs as many statements as a page of one.
func TestPageStatements(t *testing.T) { onEach(t, testPageStatements) }

func testPageStatements(t *testing.T) {
	ctx := context.Background()
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	for n := range 60 {
		enqueue(t, store, aQueued(n, "c"))
		require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: fmt.Sprint(n), FirstName: "Иван",
			Emails: []string{"a@mail.example", "b@mail.example"}, Phones: []string{"+79001112233"}}))
	}
	for name, list := range map[string]func(limit int) (int, error){
		"messages": func(limit int) (int, error) {
			page, err := store.Messages(ctx, email.MessageQuery{CustomerID: "c", Limit: limit})
			return len(page), err
		},
		"customers": func(limit int) (int, error) {
			page, err := store.SearchCustomers(ctx, email.ParseQuery("иван", limit))
			return len(page), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			var statements [2]int
			for i, limit := range []int{1, 50} {
				spy.reset()
				n, err := list(limit)
				require.NoError(t, err)
				require.Equal(t, limit, n)
				statements[i] = len(spy.noted())
			}
			assert.Equal(t, statements[0], statements[1])
			assert.LessOrEqual(t, statements[1], 4)
		})
	}
}

// Pages that are walked while messages arrive have every message once, also those of the same moment.
func TestPagesAreExact(t *testing.T) { onEach(t, testPagesAreExact) }

func testPagesAreExact(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	want := 0
	for n := range 40 {
		q := aQueued(n, "c")
		q.Message.CreatedAt = noon.Add(time.Duration(n/7) * time.Nanosecond) // all within one microsecond
		enqueue(t, store, q)
		want++
	}
	seen := map[string]bool{}
	var before *email.Position
	for {
		page, err := store.Messages(ctx, email.MessageQuery{CustomerID: "c", Before: before, Limit: 7})
		require.NoError(t, err)
		for _, m := range page {
			assert.False(t, seen[m.ID], m.ID)
			seen[m.ID] = true
			before = &email.Position{At: m.CreatedAt, ID: m.ID}
		}
		if len(page) < 7 {
			break
		}
		enqueue(t, store, aQueued(1000+len(seen), "c")) // newer than all of them
	}
	assert.Len(t, seen, want)
}
