package emailtest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/crmmail/crmmail/email"
)

// EraseCustomer implements email.Eraser.
func (s *Store) EraseCustomer(ctx context.Context, customerID string) (blobs []string, err error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if customerID == "" { // those who wait in the inbox are nobody in particular
		return nil, nil
	}
	s.erased[customerID] = true
	for id, e := range s.messages {
		if e.message.CustomerID == customerID || s.conversations[e.message.ConversationID].CustomerID == customerID {
			blobs = append(blobs, e.blobs()...)
			delete(s.messages, id)
			delete(s.keys, e.message.IdempotencyKey)
			s.open = slices.DeleteFunc(s.open, func(one *entry) bool { return one == e })
		}
	}
	for id, c := range s.conversations {
		if c.CustomerID == customerID {
			delete(s.conversations, id)
		}
	}
	return s.unreferred(blobs), nil
}

// ForgetRaw implements email.Eraser.
func (s *Store) ForgetRaw(ctx context.Context, before time.Time, limit int) (blobs []string, n int, err error) {
	if err := s.lock(ctx); err != nil {
		return nil, 0, err
	}
	defer s.mu.Unlock()
	var old []*email.Message
	for _, e := range s.messages {
		if m := &e.message; m.Received != nil && m.Received.RawID != "" && m.CreatedAt.Before(before) {
			old = append(old, m)
		}
	}
	slices.SortFunc(old, func(a, b *email.Message) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	old = old[:min(len(old), max(limit, 0))]
	for _, m := range old {
		blobs = append(blobs, m.Received.RawID)
		m.Received.RawID = ""
	}
	return s.unreferred(blobs), len(old), nil
}

// blobs are the ids of the contents that a message refers to.
func (e *entry) blobs() (ids []string) {
	for _, attachment := range e.message.Attachments {
		ids = append(ids, attachment.BlobID)
	}
	if e.wire != nil {
		for _, segment := range e.wire.Segments {
			ids = append(ids, segment.Key)
		}
	}
	if e.message.Received != nil {
		ids = append(ids, e.message.Received.RawID)
	}
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}

// ReferencedBlobs implements email.BlobReferences.
func (s *Store) ReferencedBlobs(ctx context.Context, ids []string) ([]string, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	referenced := s.referenced()
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	return slices.DeleteFunc(ids, func(id string) bool { return !referenced[id] }), nil
}

// referenced are the contents that messages refer to.
func (s *Store) referenced() map[string]bool {
	referenced := map[string]bool{}
	for _, e := range s.messages {
		for _, id := range e.blobs() {
			referenced[id] = true
		}
	}
	return referenced
}

// unreferred are those of some contents that no message refers to.
func (s *Store) unreferred(blobs []string) []string {
	referenced := s.referenced()
	slices.Sort(blobs)
	return slices.DeleteFunc(slices.Compact(blobs), func(id string) bool { return referenced[id] })
}
