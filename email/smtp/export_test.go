package smtp

import (
	"bufio"
	"bytes"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// Reply is a reply as the tests see it.
type Reply struct {
	Code       int
	Enhanced   string
	Text       string
	ProviderID string
	Lines      int
}

// ReadReply reads one reply of what a server wrote, and says how much it left unread.
func ReadReply(said string) (Reply, int, error) {
	src := strings.NewReader(said)
	r := bufio.NewReaderSize(src, maxReplyLine)
	answer, err := readReply(r)
	if err != nil {
		return Reply{}, 0, err
	}
	return Reply{answer.code, answer.enhanced(), answer.text(), answer.providerID(), len(answer.lines)},
		src.Len() + r.Buffered(), nil
}

// MaxText and the others are bounds that the tests hold the package to.
const (
	MaxText       = maxText
	MaxReplyText  = maxReplyText
	MaxReplyLines = maxReplyLines
	MaxFlight     = maxFlight
)

// ErrReply is what stands behind the error of a reply outside the grammar.
var ErrReply = errReply

// Refusal classifies a reply to a command.
func Refusal(command, said string) *email.TransportError {
	answer, err := readReply(bufio.NewReaderSize(strings.NewReader(said), maxReplyLine))
	if err != nil {
		return nil
	}
	return refusal(stage(command), answer)
}

// Dotted writes parts as the content of DATA.
func Dotted(parts ...[]byte) []byte {
	var out bytes.Buffer
	w := bufio.NewWriterSize(&out, 16)
	d := dotWriter{w: w}
	for _, p := range parts {
		if n, err := d.Write(p); n != len(p) || err != nil {
			return nil
		}
	}
	d.end()
	w.Flush()
	return out.Bytes()
}

// SCRAM is the client's answers to a server's two messages, and whether it believes the server then.
func SCRAM(nonce, first, final string) (answer string, err error) {
	s := newSCRAM("user", "password")
	s.nonce = nonce
	s.Start()
	proof, err := s.Next([]byte(first))
	if err != nil {
		return "", err
	}
	if _, err := s.Next([]byte(final)); err != nil {
		return string(proof), err
	}
	return string(proof), s.Done()
}

// Xtext is RFC 3461 §4.
var Xtext = xtext
