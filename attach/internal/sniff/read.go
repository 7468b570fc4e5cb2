package sniff

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// scanned is the octets at each end of a file that are searched for constructs in plain sight.
const scanned = 64 << 10

// at reads as much of p as the file holds at off, and returns that part of p.
func (s *Sniffer) at(p []byte, off int64) []byte {
	if off < 0 || off >= s.size || s.err != nil {
		return p[:0]
	}
	if rest := s.size - off; int64(len(p)) > rest {
		p = p[:rest]
	}
	n, err := s.r.ReadAt(p, off)
	if n < 0 || n > len(p) {
		n, err = 0, fmt.Errorf("invalid count %d from ReadAt", n)
	}
	if err != nil && !errors.Is(err, io.EOF) && n < len(p) {
		s.err = err
	}
	return p[:n]
}

// lastIndex is the last place at or after from where needle stands and good agrees.
// It reads backwards in windows of the shared buffer.
func (s *Sniffer) lastIndex(needle string, from int64, good func(int64) bool) (int64, bool) {
	for end := s.size; end > from; {
		start := max(from, end-int64(len(s.buf)))
		b := s.at(s.buf[:end-start], start)
		for bytes.Contains(b, []byte(needle)) { // much faster than the search from behind, and seldom true
			i := bytes.LastIndex(b, []byte(needle))
			if good(start + int64(i)) {
				return start + int64(i), true
			}
			b = b[:i+len(needle)-1]
		}
		if start == from {
			return 0, false
		}
		end = start + int64(len(needle)) - 1
	}
	return 0, false
}

// ends gives visit the first and the last octets of the file in windows that overlap, so that a word
// of at most overlap octets is seen whole. last is the window after which the file ends.
func (s *Sniffer) ends(overlap int64, visit func(b []byte, last bool)) {
	if s.size <= 2*scanned {
		s.windows(0, s.size, overlap, visit)
		return
	}
	s.windows(0, scanned, overlap, visit)
	s.windows(s.size-scanned, s.size, overlap, visit)
}

func (s *Sniffer) windows(from, to, overlap int64, visit func([]byte, bool)) {
	for {
		b := s.at(s.buf[:min(int64(len(s.buf)), to-from)], from)
		visit(b, from+int64(len(b)) >= s.size)
		if n := int64(len(b)); n <= overlap || from+n >= to {
			return
		}
		from += int64(len(b)) - overlap
	}
}
