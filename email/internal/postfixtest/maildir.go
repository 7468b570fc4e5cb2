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

// Mail waits until everything that Postfix has accepted is delivered, and returns it, ordered by recipient.
func (s *Server) Mail(t testing.TB) []Mail {
	t.Helper()
	for end := time.Now().Add(patience); s.busy(t); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("postfixtest: Postfix does not deliver")
		}
	}
	var all []Mail
	for _, name := range s.delivered(t) {
		raw, err := os.ReadFile(name)
		must(t, err)
		all = append(all, parse(raw))
	}
	slices.SortStableFunc(all, func(a, b Mail) int { return strings.Compare(a.Recipient, b.Recipient) })
	return all
}

// Clear throws away what was delivered.
func (s *Server) Clear(t testing.TB) {
	t.Helper()
	s.Mail(t)
	for _, name := range s.delivered(t) {
		must(t, os.Remove(name))
	}
}

// busy tells that there is mail on its way: Postfix puts it into one of these before it answers, and takes it out after it
// is delivered.
func (s *Server) busy(t testing.TB) bool {
	t.Helper()
	for _, queue := range []string{"incoming", "active"} {
		entries, err := os.ReadDir(filepath.Join(s.dir, "queue", queue))
		must(t, err)
		if len(entries) > 0 {
			return true
		}
	}
	return false
}

func (s *Server) delivered(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "mail", "box", "new", "*"))
	must(t, err)
	return names
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
