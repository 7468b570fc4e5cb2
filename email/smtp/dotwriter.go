package smtp

import (
	"bufio"
	"bytes"
)

// dotWriter writes the content of a message as DATA wants it: every line ends in CRLF whatever it ended in, and a line
// that begins with a dot gets another (RFC 5321 §4.5.2). Lines may be cut anywhere between writes.
type dotWriter struct {
	w       *bufio.Writer
	inLine  bool  // something of the current line is written
	afterCR bool  // the last octet was a CR, whose line end is written: a LF now belongs to it
	err     error // the first error of w: the connection's, not the message's
}

var crlf = []byte("\r\n")

// Write never keeps p.
func (d *dotWriter) Write(p []byte) (int, error) {
	rest := p
	if d.afterCR && len(rest) > 0 {
		d.afterCR = false
		if rest[0] == '\n' {
			rest = rest[1:]
		}
	}
	for len(rest) > 0 && d.err == nil {
		rest = rest[d.clean(rest):]
		if len(rest) > 0 {
			rest = rest[d.mend(rest):]
		}
	}
	if d.err != nil {
		return 0, d.err
	}
	return len(p), nil
}

// clean writes the longest beginning of p that needs no change and says how long it is.
func (d *dotWriter) clean(p []byte) int {
	n := 0
	for n < len(p) {
		if !d.inLine && p[n] == '.' {
			break
		}
		end := bytes.IndexByte(p[n:], '\n')
		line := p[n:]
		if end >= 0 {
			line = p[n : n+end]
		}
		cr := bytes.IndexByte(line, '\r')
		if end < 0 && cr < 0 {
			d.inLine = true
			n = len(p)
			break
		}
		if end < 0 || cr < 0 || cr != len(line)-1 { // a CR without LF, or a LF without CR
			if cr < 0 {
				cr = len(line)
			}
			d.inLine = d.inLine || cr > 0
			n += cr
			break
		}
		d.inLine = false
		n += end + 1
	}
	d.put(p[:n])
	return n
}

// mend writes the octet in front of p that cannot stay as it is and says how many octets of p it took.
func (d *dotWriter) mend(p []byte) int {
	switch p[0] {
	case '.':
		d.put([]byte(".."))
		d.inLine = true
	case '\r':
		d.put(crlf)
		d.inLine = false
		if len(p) > 1 && p[1] == '\n' {
			return 2
		}
		d.afterCR = len(p) == 1
	case '\n':
		d.put(crlf)
		d.inLine = false
	}
	return 1
}

func (d *dotWriter) put(p []byte) {
	if d.err == nil && len(p) > 0 {
		_, d.err = d.w.Write(p)
	}
}

// end writes the line end that may be missing, and the final dot, into the buffer.
func (d *dotWriter) end() {
	if d.inLine {
		d.put(crlf)
	}
	d.put([]byte(".\r\n"))
}
