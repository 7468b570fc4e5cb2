package message

import (
	"bytes"
	"io"
)

// scanBuffer is the longest stretch that is seen as one line; a longer one comes in fragments.
const scanBuffer = 64 << 10

// scanner cuts a message into lines and knows the boundaries of the multiparts that are open.
type scanner struct {
	r          io.Reader
	buf        []byte
	start, end int
	err        error // of r; io.EOF at the end
	midLine    bool  // the last line was a fragment
	bounds     []string
	hit        hit
}

// hit is the boundary line that was met last.
type hit struct {
	level   int // index into bounds; none is -1
	closing bool
}

// line is one line, or a fragment of an over-long one. Its octets are valid until the next call.
type line struct {
	text  []byte // without the line break
	eol   []byte // CRLF, LF or CR; empty for a fragment and at the end
	first bool   // a line begins here
}

func (l line) whole() bool { return len(l.eol) > 0 }

// fill reads on and says whether there is more than before.
func (s *scanner) fill() bool {
	if s.err != nil {
		return false
	}
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.start, s.end = 0, s.end-s.start
	}
	if s.end == len(s.buf) {
		return false
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// ahead is what is buffered, at least n octets unless the message ends before.
func (s *scanner) ahead(n int) []byte {
	for s.end-s.start < n && s.fill() {
	}
	return s.buf[s.start:s.end]
}

// next is the next line; ok is false at the end of the message.
func (s *scanner) next() (l line, ok bool) {
	searched := 0
	for {
		window := s.buf[s.start:s.end]
		if i := bytes.IndexByte(window[searched:], '\n'); i >= 0 {
			return s.take(searched+i, 1), true
		}
		searched = len(window)
		if s.fill() {
			continue
		}
		if len(window) == 0 {
			return line{}, false
		}
		if s.err == nil { // an over-long line
			return s.fragment(), true
		}
		return s.take(len(window), 0), true
	}
}

// take takes n octets and a line feed, if there is one, off the buffer.
func (s *scanner) take(n, feed int) line {
	text, eol := s.buf[s.start:s.start+n], s.buf[s.start+n:s.start+n+feed]
	if feed > 0 && n > 0 && text[n-1] == '\r' {
		text, eol = text[:n-1], s.buf[s.start+n-1:s.start+n+1]
	}
	s.start += n + feed
	l := line{text: text, eol: eol, first: !s.midLine}
	s.midLine = false
	return l
}

// fragment takes the whole buffer but for what an escape of quoted-printable or a CR at its end may still need.
func (s *scanner) fragment() line {
	n := s.end - s.start - 2
	l := line{text: s.buf[s.start : s.start+n], first: !s.midLine}
	if i := bytes.LastIndexByte(l.text[n-2:], '='); i >= 0 {
		n += i - 2
		l.text = l.text[:n]
	}
	s.start += n
	s.midLine = true
	return l
}

// boundary says whether the line is one of the boundaries that are open, and notes which.
func (s *scanner) boundary(l line) bool {
	if !l.first || len(l.text) < 2 || l.text[0] != '-' || l.text[1] != '-' {
		return false
	}
	text := bytes.TrimRight(l.text[2:], " \t\r")
	for level := len(s.bounds) - 1; level >= 0; level-- {
		rest, ok := bytes.CutPrefix(text, []byte(s.bounds[level]))
		if ok && (len(rest) == 0 || string(rest) == "--") {
			s.hit = hit{level, len(rest) > 0}
			return true
		}
	}
	return false
}

// atEnd says whether everything is read.
func (s *scanner) atEnd() bool { return s.start == s.end && s.err != nil }
