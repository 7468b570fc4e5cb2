package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/preview"
)

// TestRun starts the program as the command does, and stops it.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() { done <- run(ctx, w, options{addr: "127.0.0.1:0", language: "en"}) }()
	line := make([]byte, 100)
	n, err := r.Read(line)
	require.NoError(t, err)
	answer, err := http.Get(strings.TrimSpace(string(line[:n])))
	require.NoError(t, err)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	assert.Contains(t, string(body), `<html lang="en">`)
	changes, err := http.Get(strings.TrimSpace(string(line[:n])) + "/_mail/changes") // stays open
	require.NoError(t, err)
	defer changes.Body.Close()
	stop()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		require.Fail(t, "it does not stop")
	}
	require.Error(t, run(t.Context(), io.Discard, options{addr: "127.0.0.1:0", clock: "noon"}))
}

// TestDatabaseStays: with a file of one's own nothing is forgotten, and nothing is seeded twice.
func TestDatabaseStays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crm.db")
	same := func(o *options) { o.db, o.clock, o.ids = file, "2026-03-02T09:00:00Z", "seq" }
	t.Run("first", func(t *testing.T) {
		w := newWorld(t, same)
		assert.True(t, strings.HasPrefix(w.messages("1001", "inbound")[0], "m0"), "ids that stay the same")
		assert.Contains(t, w.get("/customers/1001").raw, `datetime="2026-03-02T06:0`, "three hours before the clock began")
		w.as("anna", "ru")
		require.NoError(t, w.policy.write(`{"formats": ["pdf"]}`))
	})
	t.Run("again", func(t *testing.T) {
		w := newWorld(t, func(o *options) { o.db = file })
		assert.Len(t, w.get("/customers/1001").all("message"), 4)
		assert.Equal(t, ".pdf", attribute(w.get("/customers/1001/compose").one("picker"), "accept"))
	})
}

// TestHalfASeed: a program that ends while it fills its database leaves none, and begins anew.
func TestHalfASeed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crm.db")
	ctx, stop := context.WithCancel(t.Context())
	a := &app{newID: (&stopper{stop: stop}).next, now: time.Now, policy: policyFile(file + ".policy.json"), secret: make([]byte, 16), mailbox: preview.New(preview.Options{})}
	a.faults = &faults{next: a.mailbox}
	require.NoError(t, a.policy.make())
	require.ErrorIs(t, a.make(ctx, file), context.Canceled)
	assert.NoFileExists(t, file)
	assert.FileExists(t, file+".new", "it had begun")
	whole, err := newApp(t.Context(), options{db: file}, "")
	require.NoError(t, err)
	page, err := whole.mail.History.Messages(t.Context(), "1001", "", 10)
	require.NoError(t, err)
	assert.Len(t, page.Items, 4)
	require.NoError(t, whole.close())
	assert.NoFileExists(t, file+".new")
}

// TestLeftoverLog: who deletes the database of a program that was killed begins anew, whatever its log still holds.
func TestLeftoverLog(t *testing.T) {
	file := filepath.Join(t.TempDir(), "crm.db")
	killed, err := newApp(t.Context(), options{db: file}, "")
	require.NoError(t, err)
	require.NoError(t, killed.mail.Suppressions.Add(t.Context(), "anna", "left@example.org"))
	left, err := os.ReadFile(file + "-wal")
	require.NoError(t, err)
	require.NotEmpty(t, left)
	require.NoError(t, killed.close())
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.WriteFile(file+"-wal", left, 0o600))

	anew, err := newApp(t.Context(), options{db: file}, "")
	require.NoError(t, err)
	page, err := anew.mail.History.Messages(t.Context(), "1001", "", 10)
	require.NoError(t, err)
	require.Len(t, page.Items, 4)
	suppressed, err := anew.mail.Suppressions.Of(t.Context(), "left@example.org")
	require.NoError(t, err)
	require.Empty(t, suppressed)
	require.NoError(t, anew.close())
}

// stopper makes ids, and ends a program when there are a few.
type stopper struct {
	stop context.CancelFunc
	made int
}

func (s *stopper) next() string {
	if s.made++; s.made == 6 {
		s.stop()
	}
	return fmt.Sprintf("m%06d", s.made)
}

// TestServerToo: with -smtp each message goes to that server too, whose limit the forecast knows.
func TestServerToo(t *testing.T) {
	received := make(chan []byte, 100)
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return session{received}, nil }))
	server.MaxMessageBytes = 100 << 10
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	w := newWorld(t, func(o *options) { o.smtp, o.db = listener.Addr().String(), filepath.Join(t.TempDir(), "crm.db") })
	letter := w.letter("1004", "subject", "Too")
	w.post("/customers/1004/compose", letter)
	w.deliver()
	require.Len(t, received, 1, "nothing that was only made up")
	last := <-received
	assert.True(t, bytes.Contains(last, []byte("Subject: Too")))
	assert.Equal(t, string(last), string(w.mailbox.Mails()[0].Raw), "the same octets")

	letter = w.letter("1004", "do", "attach")
	page := w.upload("/customers/1004/compose", letter, "files", padded("a.pdf", 90<<10))
	assert.Equal(t, []string{"message.too-large"}, page.attributes("total-hint", "data-code"))
}

type session struct{ received chan<- []byte }

func (session) Mail(string, *gosmtp.MailOptions) error { return nil }
func (session) Rcpt(string, *gosmtp.RcptOptions) error { return nil }
func (session) Reset()                                 {}
func (session) Logout() error                          { return nil }

func (s session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	s.received <- raw
	return err
}
