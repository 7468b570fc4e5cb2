package lmtp

import (
	"fmt"
	"runtime/debug"
	"strings"
)

const maxLogged = 300 // octets of an error

// redact is the text of an error without addresses and ids, for a log.
func redact(err error) string {
	words := strings.Fields(err.Error())
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = "…"
		}
	}
	text := strings.Join(words, " ")
	if len(text) > maxLogged {
		text = strings.ToValidUTF8(text[:maxLogged], "") + "…"
	}
	return text
}

// logPanic says where the host's code panicked; the value may say anything, and only its type is told.
func (s *session) logPanic(p any) {
	s.config.Logger.ErrorContext(s.ctx, "lmtp panic", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
}
