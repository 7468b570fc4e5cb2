package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// populate makes n messages of 50 customers, one in ten of them inbound, every hundredth due.
func populate(t testing.TB, db *sql.DB, n int) {
	_, err := db.Exec(fmt.Sprintf(`
		INSERT INTO crmmail_conversation SELECT '', 'v' || c, 'c' || c, '', 'active', 1, c FROM generate_series(0, 49) c;
		INSERT INTO crmmail_message SELECT '', 'm' || n, 'v' || n %% 50, 'c' || n %% 50, n, 'key' || n, '', CASE WHEN n %% 10 = 0 THEN 'incoming' ELSE 'outgoing' END,
			'', '', '', '', '', '', '', '', '', 'id' || n, '', '', '', '', 'text', '' FROM generate_series(1, %d) n;
		INSERT INTO crmmail_delivery SELECT '', id, CASE WHEN created_at %% 100 = 0 THEN 'queued' ELSE 'sent' END, '', 0, 0, 0, created_at, 0, '', '' FROM crmmail_message;
		INSERT INTO crmmail_recipient SELECT '', id, 0, '', '', 0, '', '', 0 FROM crmmail_message;
		INSERT INTO crmmail_event (tenant, message_id, at, kind, actor_id, detail) SELECT '', id, 0, '', '', '' FROM crmmail_message;
		INSERT INTO crmmail_attachment SELECT '', id, 0, 'blob' || id, '', '', 0, '', 0 FROM crmmail_message;
		INSERT INTO crmmail_received SELECT '', id, created_at, 'raw' || id, '', '', '', 0, '', '', '' FROM crmmail_message WHERE direction = 'incoming'`, n))
	require.NoError(t, err)
	_, err = db.Exec(`VACUUM ANALYZE`)
	require.NoError(t, err)
}

// On PostgreSQL, too, the large tables are never read as a whole, and listings are never sorted.
func TestPostgreSQLPlans(t *testing.T) {
	t.Run(onPostgreSQL, func(t *testing.T) {
		ctx := context.Background()
		db, spy := openSpy(t, newFile(t))
		store := storeOn(t, db, sqlstore.Options{})
		populate(t, db, 20_000)
		deep := &email.Position{At: noon, ID: "m000002"}
		messages := func(q email.MessageQuery) func() error {
			return func() error { q.Limit = 20; _, err := store.Messages(ctx, q); return err }
		}
		for name, test := range map[string]struct {
			do     func() error
			sorted bool // few rows may be
		}{
			"messages":                   {messages(email.MessageQuery{Before: deep}), false},
			"messages of a customer":     {messages(email.MessageQuery{CustomerID: "c7", Before: deep}), false},
			"messages of a conversation": {messages(email.MessageQuery{ConversationID: "v7", Before: deep}), false},
			"messages that wait":         {messages(email.MessageQuery{Inbox: true}), false},
			"a used key":                 {messages(email.MessageQuery{IdempotencyKey: "key77"}), true},
			"by Message-ID":              {messages(email.MessageQuery{MessageIDs: []string{"id77", "id78", "nobody's"}}), true},
			"one message":                {func() error { _, err := store.Message(ctx, "m77"); return err }, true},
			"what is due":                {func() error { _, err := store.Claim(ctx, email.Claim{Now: noon, Limit: 10, Owner: "w"}); return err }, true},
			"a transition": {func() error {
				return store.Transition(ctx, email.Transition{MessageID: "m77", From: email.StateSent, To: email.StateBounced, Event: &email.Event{}})
			}, true},
			"references":      {func() error { _, err := store.ReferencedBlobs(ctx, []string{"rawm10", "blobm7", "none"}); return err }, true},
			"raw to forget":   {func() error { _, _, err := store.ForgetRaw(ctx, noon, 5); return err }, true},
			"another message": {func() error { _, err := store.Enqueue(ctx, aQueued(1, "c7")); return err }, true},
		} {
			t.Run(name, func(t *testing.T) {
				spy.reset()
				require.NoError(t, test.do())
				for _, s := range spy.noted() {
					if !strings.Contains(s.query, "crmmail_") || strings.Contains(s.query, "crmmail_erased") {
						continue
					}
					plan := explain(t, db, s)
					assert.NotRegexp(t, `Seq Scan on crmmail_(message|delivery|recipient|event|attachment)`, plan, s.query)
					if !test.sorted && strings.Contains(s.query, "FROM crmmail_message m") {
						assert.NotContains(t, plan, "Sort", s.query)
					}
				}
			})
		}
	})
}
