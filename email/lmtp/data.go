package lmtp

import (
	"errors"
	"io"
)

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
