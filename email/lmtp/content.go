package lmtp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// content reads a message up to the line with only a dot, and takes off the dots put in front (RFC 5321 §4.5.2). Only CR LF
// ends a line; every other octet comes as it is. An end of input before the dot is io.ErrUnexpectedEOF.
type content struct {
	r      *bufio.Reader
	rest   []byte // of what was read; valid until the next read
	inLine bool
	cr     bool // the line so far ends in CR
	end    error
}

// Read waits until p is full or the message has ended: a file is written in few pieces.
func (c *content) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(c.rest) == 0 {
			if c.end != nil {
				break
			}
			c.fill()
			continue
		}
		copied := copy(p[n:], c.rest)
		c.rest = c.rest[copied:]
		n += copied
	}
	if n == 0 && len(p) > 0 {
		return 0, c.end
	}
	return n, nil
}

// fill reads a line, or as much of it as the buffer holds.
func (c *content) fill() {
	piece, err := c.r.ReadSlice('\n')
	if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
		if c.end = err; err == io.EOF {
			c.end = io.ErrUnexpectedEOF
		}
		return
	}
	ended := bytes.HasSuffix(piece, []byte("\r\n")) || c.cr && len(piece) == 1 && piece[0] == '\n'
	if !c.inLine && piece[0] == '.' {
		if piece = piece[1:]; string(piece) == "\r\n" {
			c.end = io.EOF
			return
		}
	}
	c.rest, c.inLine, c.cr = piece, !ended, piece[len(piece)-1] == '\r'
}
