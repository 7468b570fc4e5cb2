package postfixtest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// Mail is a message as Postfix delivered it to one recipient.
type Mail struct {
	ReturnPath string
	Recipient  string
	Raw        []byte // what was sent, with CRLF, without the fields that Postfix put in front
}

// Mail waits until n messages, one for each recipient, are delivered and returns all there are, ordered by recipient.
func (s *Server) Mail(t testing.TB, n int) []Mail {
	t.Helper()
	var names []string
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		var err error
		names, err = filepath.Glob(filepath.Join(s.dir, "mail", "box", "new", "*"))
		must(t, ignoreGone(err))
		if len(names) >= n {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("Postfix delivered %d messages of %d", len(names), n)
		}
	}
	var all []Mail
	for _, name := range names {
		raw, err := os.ReadFile(name)
		must(t, err)
		all = append(all, parse(raw))
	}
	slices.SortStableFunc(all, func(a, b Mail) int { return strings.Compare(a.Recipient, b.Recipient) })
	return all
}

// parse takes off the trace: Return-Path, X-Original-To, Delivered-To and one Received.
func parse(raw []byte) Mail {
	var m Mail
	rest := bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
	for {
		field, after := cutField(rest)
		name, body, _ := strings.Cut(field, ":")
		body = strings.TrimSpace(body)
		switch name {
		case "Return-Path":
			m.ReturnPath = strings.Trim(body, "<>")
		case "Delivered-To":
			m.Recipient = body
		case "X-Original-To", "Received":
		default:
			m.Raw = rest
			return m
		}
		rest = after
		if name == "Received" {
			m.Raw = rest
			return m
		}
	}
}

// cutField splits the first header field, folded lines included, from the rest.
func cutField(raw []byte) (field string, rest []byte) {
	for i := 0; ; {
		end := bytes.Index(raw[i:], []byte("\r\n"))
		if end < 0 {
			return string(raw), nil
		}
		i += end + 2
		if i >= len(raw) || raw[i] != ' ' && raw[i] != '\t' {
			return string(raw[:i]), raw[i:]
		}
	}
}
