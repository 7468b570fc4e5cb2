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

// data is RFC 5321 §4.1.1.4 and RFC 2033 §4.2.
func (s *session) data(rest string) {
	if len(s.recipients) == 0 || rest != "" {
		s.wrong("503 5.5.1", "Not now")
		return
	}
	s.reply("354", "Go ahead")
	if s.w.Flush() != nil {
		s.done = true
		return
	}
	s.wire.allow(s.config.DataTimeout)
	store := &spool{dir: s.config.TempDir, max: s.config.MaxSize}
	defer store.Close()
	body := &content{r: s.r}
	_, refusal := io.Copy(store, body)
	io.Copy(io.Discard, body) // a client hears of a refusal when it has sent everything
	switch {
	case body.end == io.EOF:
		s.end(store, refusal)
	case errors.Is(body.end, errStopping):
		s.bye("421 4.3.2", "Service is shutting down")
	case isTimeout(body.end):
		s.bye("421 4.4.2", "Timeout")
	default:
		s.done = true
	}
}

// end answers the message: in LMTP for each recipient, in SMTP once.
func (s *session) end(store *spool, refusal error) {
	envelope := s.transaction
	s.transaction, s.idle = transaction{}, 0
	failed := map[string]bool{}
	code, text := "451 4.3.0", "Try again later"
	switch {
	case errors.Is(refusal, errTooBig):
		code, text = "552 5.3.4", "Message too big"
	case refusal != nil:
		s.config.Logger.ErrorContext(s.ctx, "lmtp cannot keep a message", "error", redact(refusal))
		code, text = "452 4.3.1", "No room"
	default:
		failed = s.file(envelope, store)
	}
	if s.config.SMTP {
		s.verdict(refusal != nil || len(failed) > 0, code, text)
		return
	}
	for _, r := range envelope.recipients {
		s.verdict(refusal != nil || failed[r.mailbox], code, text)
	}
}

func (s *session) verdict(refused bool, code, text string) {
	if !refused {
		code, text = "250 2.0.0", "Filed"
	}
	s.reply(code, "%s", text)
}
