package sqlstore

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"
)

// EraseCustomer implements email.Eraser; the customer's row is DeleteCustomer's. SQLite overwrites the space of what was
// deleted when it needs it, at once where "PRAGMA secure_delete" is on.
func (s *Store) EraseCustomer(ctx context.Context, customerID string) (blobs []string, err error) {
	if customerID == "" { // those who wait in the inbox are nobody in particular
		return nil, ctx.Err()
	}
	err = s.write(ctx, func(tx conn) error {
		if err := s.dialect.alone(ctx, tx, s.forgetting()); err != nil {
			return err
		}
		if err := s.bar(ctx, tx, customerID); err != nil {
			return err
		}
		referred, err := s.deleteMessages(ctx, tx, customerID)
		if err != nil {
			return err
		}
		blobs, err = s.unreferred(ctx, tx, referred)
		return err
	})
	if err != nil {
		return nil, wrap("erase customer", err)
	}
	return blobs, nil
}

// forgetting names the lock by which one at a time finds out which contents nobody refers to any more: of two at once, each
// would find that the other still does.
func (s *Store) forgetting() string { return "forgetting " + s.tenant }

// ofCustomer are the ids of a customer's messages, and of all in his conversations, perhaps twice.
const ofCustomer = `SELECT id FROM crmmail_message WHERE tenant = ? AND customer_id = ?
	UNION ALL SELECT id FROM crmmail_message WHERE tenant = ? AND conversation_id IN (
		SELECT id FROM crmmail_conversation WHERE tenant = ? AND customer_id = ?)`

// deleteMessages deletes a customer's conversations and messages, and returns the ids of the blobs that they referred to.
func (s *Store) deleteMessages(ctx context.Context, tx conn, customerID string) (blobs []string, err error) {
	args := []any{s.tenant, s.tenant, customerID, s.tenant, s.tenant, customerID}
	for _, part := range []struct{ table, blob string }{
		{"crmmail_delivery", "''"}, // first: who holds it, a worker perhaps, is waited for, and whoever comes later adds nothing
		{"crmmail_event", "''"},
		{"crmmail_wire_blob", "blob_id"},
		{"crmmail_wire", "''"},
		{"crmmail_recipient", "''"},
		{"crmmail_attachment", "blob_id"},
		{"crmmail_received", "raw_id"},
	} {
		referred, err := collect(ctx, tx, scanOne[string], `DELETE FROM `+part.table+`
			WHERE tenant = ? AND message_id IN (`+ofCustomer+`) RETURNING `+part.blob, args...)
		if err != nil {
			return nil, err
		}
		blobs = append(blobs, referred...)
	}
	if _, err := exec(ctx, tx, `DELETE FROM crmmail_message WHERE tenant = ? AND id IN (`+ofCustomer+`)`, args...); err != nil {
		return nil, err
	}
	_, err = exec(ctx, tx, `DELETE FROM crmmail_conversation WHERE tenant = ? AND customer_id = ?`, s.tenant, customerID)
	return blobs, err
}

// ReferencedBlobs implements email.BlobReferences.
func (s *Store) ReferencedBlobs(ctx context.Context, ids []string) (list []string, err error) {
	err = s.read(ctx, func(tx conn) error {
		referenced, err := s.referenced(ctx, tx, ids)
		list = slices.Collect(maps.Keys(referenced))
		return err
	})
	return list, wrap("referenced blobs", err)
}

// referenced are those of some blobs that a message refers to.
func (s *Store) referenced(ctx context.Context, tx conn, blobs []string) (map[string]bool, error) {
	referenced := map[string]bool{}
	for _, query := range []string{
		`SELECT DISTINCT blob_id FROM crmmail_attachment WHERE tenant = ? AND blob_id IN (%s)`,
		`SELECT DISTINCT blob_id FROM crmmail_wire_blob WHERE tenant = ? AND blob_id IN (%s)`,
		`SELECT DISTINCT raw_id FROM crmmail_received WHERE tenant = ? AND raw_id IN (%s) AND raw_id <> ''`,
	} {
		err := s.eachOf(ctx, tx, blobs, query, func(rows *sql.Rows) error {
			id, err := scanOne[string](rows)
			referenced[id] = true
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return referenced, nil
}

// unreferred are those of some blobs that no message refers to, each once.
func (s *Store) unreferred(ctx context.Context, tx conn, blobs []string) ([]string, error) {
	slices.Sort(blobs)
	blobs = slices.Compact(blobs)
	referenced, err := s.referenced(ctx, tx, blobs)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(blobs, func(id string) bool { return id == "" || referenced[id] }), nil
}

// ForgetRaw implements email.Eraser.
func (s *Store) ForgetRaw(ctx context.Context, before time.Time, limit int) (blobs []string, n int, err error) {
	if limit <= 0 {
		return nil, 0, ctx.Err()
	}
	err = s.write(ctx, func(tx conn) error {
		if err := s.dialect.alone(ctx, tx, s.forgetting()); err != nil {
			return err
		}
		var messages []string
		var raw []string
		_, err := collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) {
			var message, blob string
			err = rows.Scan(&message, &blob)
			messages, raw = append(messages, message), append(raw, blob)
			return struct{}{}, err
		}, `UPDATE crmmail_received SET raw_id = raw_id WHERE tenant = ? AND message_id IN (
			SELECT message_id FROM crmmail_received WHERE tenant = ? AND raw_id <> '' AND created_at < ?
			ORDER BY created_at, message_id LIMIT ?) AND raw_id <> '' RETURNING message_id, raw_id`, s.tenant, s.tenant, micros(before), limit)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(messages, rowsAtOnce) {
			if _, err := exec(ctx, tx, `UPDATE crmmail_received SET raw_id = '' WHERE tenant = ? AND message_id IN (`+
				parameters(len(some))+`)`, append([]any{s.tenant}, anys(some)...)...); err != nil {
				return err
			}
		}
		n = len(messages)
		blobs, err = s.unreferred(ctx, tx, raw)
		return err
	})
	if err != nil {
		return nil, 0, wrap("forget raw", err)
	}
	return blobs, n, nil
}
