package email

import (
	"bytes"
	"container/list"
	"io"
	"slices"
	"sync"

	"github.com/crmmail/crmmail/email/message"
)

// contentCache keeps encoded contents that were wanted more than once, so that a file of a mass mailing is read and
// encoded a few times and not for each recipient. What one message alone refers to goes by it. It is safe for concurrent
// use.
type contentCache struct {
	limit int64 // octets

	mu      sync.Mutex
	size    int64
	entries map[string]*list.Element // of *encoded, by key
	order   list.List                // the last used first
	wanted  map[string]bool          // keys of the last contents that were asked for, and are not kept
}

// encoded is a content as it stands on the wire. It is never changed.
type encoded struct {
	key   string
	bytes []byte
}

// maxWanted bounds the keys that are remembered.
const maxWanted = 1024

func newContentCache(limit int64) *contentCache {
	return &contentCache{limit: limit, entries: map[string]*list.Element{}, wanted: map[string]bool{}}
}

// filled is the wire form with those references replaced that are kept, or are wanted again and fit: octet for octet the
// same. open reads the others.
func (c *contentCache) filled(wire *message.Wire, open func(string) (io.ReadCloser, error)) (*message.Wire, error) {
	if !slices.ContainsFunc(wire.Segments, func(s message.Segment) bool { return s.Encoding != "" }) {
		return wire, nil
	}
	filled := *wire
	filled.Segments = make([]message.Segment, len(wire.Segments))
	for i, segment := range wire.Segments {
		one := &message.Wire{Segments: wire.Segments[i : i+1]}
		if segment.Encoding != "" && one.Size() <= c.limit {
			content, err := c.content(segment.Encoding+" "+segment.Key, one, open)
			if err != nil {
				return nil, err
			}
			if content != nil {
				segment = message.Segment{Bytes: content}
			}
		}
		filled.Segments[i] = segment
	}
	return &filled, nil
}

// content is nil where it is wanted for the first time.
func (c *contentCache) content(key string, one *message.Wire, open func(string) (io.ReadCloser, error)) ([]byte, error) {
	content, again := c.known(key)
	if content != nil || !again {
		return content, nil
	}
	buf := bytes.NewBuffer(make([]byte, 0, one.Size()))
	if _, err := one.WriterTo(open).WriteTo(buf); err != nil {
		return nil, err
	}
	c.keep(key, buf.Bytes())
	return buf.Bytes(), nil
}

// known tells whether a content that is not kept was wanted before.
func (c *contentCache) known(key string) (content []byte, again bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry, ok := c.entries[key]; ok {
		c.order.MoveToFront(entry)
		return entry.Value.(*encoded).bytes, true
	}
	if again = c.wanted[key]; !again {
		if len(c.wanted) >= maxWanted {
			clear(c.wanted)
		}
		c.wanted[key] = true
	}
	return nil, again
}

// keep makes room for a content by those that were used the longest ago.
func (c *contentCache) keep(key string, content []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[key]; ok {
		return // another worker was faster
	}
	delete(c.wanted, key)
	c.entries[key] = c.order.PushFront(&encoded{key, content})
	for c.size += int64(len(content)); c.size > c.limit; {
		oldest := c.order.Remove(c.order.Back()).(*encoded)
		delete(c.entries, oldest.key)
		c.size -= int64(len(oldest.bytes))
	}
}
