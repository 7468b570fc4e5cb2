package dkim

import (
	"bytes"
	"hash"
)

var crlf, space = []byte("\r\n"), []byte(" ")

// body hashes a body in the relaxed canonical form (RFC 6376 §3.4.4): runs of blanks are one space, blanks at the end of
// a line and empty lines at the end of the body are nothing. What may turn out to be nothing is held back as a number.
type body struct {
	hash  hash.Hash
	some  bool // something was hashed
	ends  int  // line ends held back
	blank bool // blanks held back, behind the line ends
	cr    bool // a CR waits for its LF
}

func (b *body) take(p []byte) error {
	for len(p) > 0 {
		switch c := p[0]; {
		case b.cr != (c == '\n'):
			return errLines
		case c == '\n':
			b.cr, b.blank = false, false
			b.ends++
		case c == '\r':
			b.cr = true
		case c == ' ' || c == '\t':
			b.blank = true
		default:
			b.release()
			n := canonical(p)
			b.hash.Write(p[:n])
			p = p[n:]
			continue
		}
		p = p[1:]
	}
	return nil
}

// release hashes what was held back, as text follows.
func (b *body) release() {
	b.some = true
	for ; b.ends > 0; b.ends-- {
		b.hash.Write(crlf)
	}
	if b.blank {
		b.hash.Write(space)
		b.blank = false
	}
}

func (b *body) end() error {
	if b.cr {
		return errLines
	}
	if b.some {
		b.hash.Write(crlf)
	}
	return nil
}

// canonical is the length of the beginning of p that is in the canonical form and ends in text. p begins with text. Most
// of a body goes through here many lines at a time.
func canonical(p []byte) int {
	text := 0 // the end of the text so far
	for i := 0; i < len(p); {
		line, more := p[i:], false
		if n := bytes.IndexByte(line, '\r'); n >= 0 {
			line, more = line[:n], true
		}
		n, whole := spaced(line)
		if n > 0 {
			text = i + n
		}
		end := i + len(line)
		if !whole || !more || end+1 >= len(p) || p[end+1] != '\n' {
			return text
		}
		i = end + 2
	}
	return text
}

// spaced is the length of the beginning of line in which single spaces stand between text; whole: that is all of it.
func spaced(line []byte) (n int, whole bool) {
	if bytes.IndexByte(line, '\n') >= 0 || bytes.IndexByte(line, '\t') >= 0 {
		end := bytes.IndexAny(line, "\n\t")
		n, _ := spaced(line[:end])
		return n, false
	}
	for {
		i := bytes.IndexByte(line[n:], ' ')
		if i < 0 {
			return len(line), true
		}
		next := n + i + 1
		if next == len(line) || line[next] == ' ' {
			return n + i, false
		}
		n = next
	}
}
