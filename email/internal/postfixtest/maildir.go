package postfixtest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/internal/daemontest"
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
	for end := time.Now().Add(daemontest.Patience); s.busy(t); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("postfixtest: Postfix does not deliver")
		}
	}
	var all []Mail
	for _, name := range s.delivered(t) {
		raw, err := os.ReadFile(name)
		daemontest.Must(t, err)
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
		daemontest.Must(t, os.Remove(name))
	}
}

// busy tells that there is mail on its way: Postfix puts it into one of these before it answers, and takes it out after it
// is delivered.
func (s *Server) busy(t testing.TB) bool {
	t.Helper()
	for _, queue := range []string{"incoming", "active"} {
		entries, err := os.ReadDir(filepath.Join(s.dir, "queue", queue))
		daemontest.Must(t, err)
		if len(entries) > 0 {
			return true
		}
	}
	return false
}

func (s *Server) delivered(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(s.dir, "mail", "box", "new", "*"))
	daemontest.Must(t, err)
	return names
}

// parse takes off what Postfix puts in front.
func parse(raw []byte) Mail {
	text := strings.ReplaceAll(string(raw), "\n", "\r\n")
	trace, mail := daemontest.CutTrace(text, "Return-Path", "X-Original-To", "Delivered-To")
	return Mail{strings.Trim(trace["Return-Path"], "<>"), trace["Delivered-To"], []byte(mail)}
}
