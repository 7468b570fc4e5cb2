package postfixtest

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/internal/daemontest"
)

// Mail waits until everything that Postfix has accepted is delivered, and returns it, ordered by recipient.
func (s *Server) Mail(t testing.TB) []daemontest.Mail {
	t.Helper()
	for end := time.Now().Add(daemontest.Patience); s.busy(t); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("postfixtest: Postfix does not deliver")
		}
	}
	return daemontest.ReadMail(t, s.delivered(t), "Return-Path", "Delivered-To", "X-Original-To")
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
	return daemontest.Delivered(t, filepath.Join(s.dir, "mail", "box"))
}
