package emailtest_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
)

// eraser is the sound store's ability.
func eraser(s email.Store) email.Eraser { return s.(email.Eraser) }

// telling breaks what EraseCustomer and ForgetRaw return.
func telling(change func(blobs []string) []string) func() brokenStore {
	return always(brokenStore{
		erase: func(ctx context.Context, s email.Store, id string) ([]string, error) {
			blobs, err := eraser(s).EraseCustomer(ctx, id)
			return change(blobs), err
		},
		forget: func(ctx context.Context, s email.Store, before time.Time, limit int) ([]string, int, error) {
			blobs, n, err := eraser(s).ForgetRaw(ctx, before, limit)
			return change(blobs), n, err
		},
	})
}

var eraseMutants = []mutant{
	{"erases-nothing", onStore(always(brokenStore{erase: func(ctx context.Context, s email.Store, id string) ([]string, error) {
		return nil, ctx.Err()
	}})), []string{"EraseCustomer leaves nothing of the customer", "EraseCustomer by many at once", "EraseCustomer is for good",
		"EraseCustomer leaves nothing of what is being kept"}},
	{"erases-and-remembers", onStore(func() brokenStore {
		var mu sync.Mutex
		keys := map[string]bool{}
		return brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
			mu.Lock()
			defer mu.Unlock()
			m, err := s.Enqueue(ctx, q)
			if err == nil && keys[q.Message.IdempotencyKey] {
				return email.Message{}, email.ErrDuplicate
			}
			keys[q.Message.IdempotencyKey] = true
			return m, err
		}}
	}), []string{"EraseCustomer leaves nothing"}},
	{"erases-all", onStore(always(brokenStore{erase: func(ctx context.Context, s email.Store, id string) (blobs []string, err error) {
		for _, one := range []string{id, "102"} {
			more, failed := eraser(s).EraseCustomer(ctx, one)
			blobs, err = append(blobs, more...), failed
		}
		return blobs, err
	}})), []string{"EraseCustomer leaves all that others have", "EraseCustomer returns the contents", "EraseCustomer of an unknown customer"}},
	{"erases-outside-contexts", onStore(always(brokenStore{erase: func(ctx context.Context, s email.Store, id string) ([]string, error) {
		return eraser(s).EraseCustomer(context.WithoutCancel(ctx), id)
	}})), []string{"EraseCustomer after the context's end"}},
	{"erases-once", onStore(func() brokenStore {
		var mu sync.Mutex
		erased := map[string]bool{}
		return brokenStore{erase: func(ctx context.Context, s email.Store, id string) ([]string, error) {
			mu.Lock()
			defer mu.Unlock()
			if erased[id] {
				return nil, email.ErrNotFound
			}
			erased[id] = true
			return eraser(s).EraseCustomer(ctx, id)
		}}
	}), []string{"EraseCustomer by many at once", "EraseCustomer returns the contents"}},
	{"erases-without-raw", onStore(telling(func(blobs []string) []string {
		return slices.DeleteFunc(blobs, func(id string) bool { return strings.HasSuffix(id, "raw") })
	})), []string{"EraseCustomer returns the contents"}},
	{"erases-without-wire-forms", onStore(telling(func(blobs []string) []string {
		return slices.DeleteFunc(blobs, func(id string) bool { return strings.HasSuffix(id, "wire") })
	})), []string{"EraseCustomer returns the contents"}},
	{"erases-what-others-refer-to", onStore(telling(func(blobs []string) []string {
		return append(blobs, "x", "shared", "raw-c")
	})), []string{"EraseCustomer returns the contents", "ForgetRaw returns the contents"}},
	{"erases-and-tells-nothing", onStore(telling(func([]string) []string { return nil })),
		[]string{"EraseCustomer returns the contents", "EraseCustomer by many", "ForgetRaw takes the bytes", "ForgetRaw returns the contents"}},
	{"refers-to-all", onStore(always(brokenStore{referenced: func(ctx context.Context, s email.BlobReferences, ids []string) ([]string, error) {
		return ids, ctx.Err()
	}})), []string{"ReferencedBlobs returns what", "ReferencedBlobs takes very many"}},
	{"refers-outside-contexts", onStore(always(brokenStore{referenced: func(ctx context.Context, s email.BlobReferences, ids []string) ([]string, error) {
		return s.ReferencedBlobs(context.WithoutCancel(ctx), ids)
	}})), []string{"ReferencedBlobs after the context's end"}},
	{"forgets-all-raw", onStore(always(brokenStore{forget: func(ctx context.Context, s email.Store, before time.Time, limit int) ([]string, int, error) {
		return eraser(s).ForgetRaw(context.WithoutCancel(ctx), before, 1000)
	}})), []string{"ForgetRaw takes the bytes", "ForgetRaw with Limit 0"}},
	{"forgets-a-moment-too-much", onStore(always(brokenStore{forget: func(ctx context.Context, s email.Store, before time.Time, limit int) ([]string, int, error) {
		return eraser(s).ForgetRaw(ctx, before.Add(time.Microsecond), limit)
	}})), []string{"ForgetRaw takes the bytes", "ForgetRaw returns the contents"}},
	{"forgets-defects", onStore(func() brokenStore {
		var mu sync.Mutex
		forgotten := false
		return brokenStore{
			forget: func(ctx context.Context, s email.Store, before time.Time, limit int) ([]string, int, error) {
				mu.Lock()
				defer mu.Unlock()
				forgotten = true
				return eraser(s).ForgetRaw(ctx, before, limit)
			},
			message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
				m, err := s.Message(ctx, id)
				mu.Lock()
				defer mu.Unlock()
				if forgotten && err == nil {
					m.Received.Defects = nil
				}
				return m, err
			},
		}
	}), []string{"ForgetRaw leaves the rest"}},
}
