package sqlstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/sqlstore"
)

// A wire form that nobody can read stops one message and not the outbox.
func TestClaimPassesOverAnUnreadableWire(t *testing.T) {
	onEach(t, func(t *testing.T) {
		db := openDB(t, newFile(t))
		store := storeOn(t, db, sqlstore.Options{})
		enqueue(t, store, aQueued(1, "c"), aQueued(2, "c"))
		octets := map[sqlstore.Dialect]string{sqlstore.SQLite: "BLOB", sqlstore.PostgreSQL: "BYTEA"}[dialect(t)]
		_, err := db.ExecContext(context.Background(),
			`UPDATE crmmail_wire SET wire = CAST('broken' AS `+octets+`) WHERE message_id = 'm000001'`)
		require.NoError(t, err)
		jobs := claim(t, store, "w", noon.AddDate(0, 0, 1), 10).Jobs
		require.Len(t, jobs, 2)
		assert.Nil(t, jobs[0].Wire)
		assert.NotNil(t, jobs[1].Wire)
	})
}
