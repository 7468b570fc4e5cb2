package emlfile_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/emlfile"
)

func TestConformance(t *testing.T) {
	emailtest.TestTransport(t, emailtest.TransportHarness{
		Accept: func(t testing.TB) emailtest.TransportServer {
			dir := t.TempDir()
			transport, err := emlfile.New(dir)
			require.NoError(t, err)
			return emailtest.TransportServer{Transport: transport, Received: func() []emailtest.Received { return read(t, dir) }}
		},
	})
}

// read is what lies in the folder, each message with its envelope, and nothing else.
func read(t testing.TB, dir string) (list []emailtest.Received) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for i := 0; i < len(entries); i += 2 {
		require.Less(t, i+1, len(entries), "each message has its envelope")
		name, ok := strings.CutSuffix(entries[i].Name(), ".eml")
		require.True(t, ok, entries[i].Name())
		require.Equal(t, name+".json", entries[i+1].Name())
		raw, err := os.ReadFile(filepath.Join(dir, name+".eml"))
		require.NoError(t, err)
		sidecar, err := os.ReadFile(filepath.Join(dir, name+".json"))
		require.NoError(t, err)
		var env emlfile.Envelope
		require.NoError(t, json.Unmarshal(sidecar, &env))
		require.WithinDuration(t, time.Now(), env.At, time.Minute)
		list = append(list, emailtest.Received{Raw: raw,
			Envelope: email.Envelope{ReturnPath: env.ReturnPath, Recipients: env.Recipients}})
	}
	return list
}

const mail = "From: anna@shop.example\r\nSubject: Hello\r\n\r\nHello\r\n"

var env = email.Envelope{ReturnPath: "anna@shop.example", Recipients: []string{"ivan@example.org", "boss@shop.example"}}

func TestFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "outbox")
	transport, err := emlfile.New(dir)
	require.NoError(t, err)
	receipt, err := transport.Deliver(t.Context(), env, strings.NewReader(mail))
	require.NoError(t, err)
	require.Len(t, receipt.Results, 2)
	assert.Regexp(t, `^\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}\.eml$`, receipt.ProviderID)
	info, err := os.Stat(filepath.Join(dir, receipt.ProviderID))
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	assert.Equal(t, []emailtest.Received{{Envelope: env, Raw: []byte(mail)}}, read(t, dir))
}

func TestEnvelopeFirst(t *testing.T) {
	dir := t.TempDir()
	transport, err := emlfile.New(dir)
	require.NoError(t, err)
	_, err = transport.Deliver(t.Context(), email.Envelope{Recipients: []string{"a@b.example\r\nBcc: c"}}, strings.NewReader(mail))
	var refused *email.TransportError
	require.ErrorAs(t, err, &refused)
	assert.False(t, refused.Temporary)
	assert.Empty(t, read(t, dir))
}

func TestFolderGone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	transport, err := emlfile.New(dir)
	require.NoError(t, err)
	require.NoError(t, os.Remove(dir))
	_, err = transport.Deliver(t.Context(), env, strings.NewReader(mail))
	var refused *email.TransportError
	require.ErrorAs(t, err, &refused)
	assert.True(t, refused.Temporary)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// TestEndsWithin: neither a context that ends nor a panic leaves anything behind.
func TestEndsWithin(t *testing.T) {
	dir := t.TempDir()
	transport, err := emlfile.New(dir)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = transport.Deliver(ctx, env, writing(func(w io.Writer) error {
		_, first := io.WriteString(w, mail)
		cancel()
		_, second := io.WriteString(w, mail)
		return errors.Join(first, second)
	}))
	require.ErrorIs(t, err, context.Canceled)
	var refused *email.TransportError
	require.ErrorAs(t, err, &refused)
	assert.True(t, refused.Temporary)
	assert.Panics(t, func() {
		transport.Deliver(t.Context(), env, writing(func(io.Writer) error { panic("host") }))
	})
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	assert.Empty(t, names)
}

type writing func(io.Writer) error

func (f writing) WriteTo(w io.Writer) (int64, error) { return 0, f(w) }

func TestNewRefuses(t *testing.T) {
	_, err := emlfile.New("")
	require.Error(t, err)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err = emlfile.New(file)
	require.Error(t, err)
}
