package message_test

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/mail"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWireSurvivesJSON(t *testing.T) {
	m := simple()
	m.Attachments = []message.Attachment{file("a.bin", "", strings.Repeat("x", 100_000))}
	wire, err := message.Build(m, message.BuildOptions{})
	require.NoError(t, err)
	kept, err := json.Marshal(wire)
	require.NoError(t, err)
	var again message.Wire
	require.NoError(t, json.Unmarshal(kept, &again))
	require.Equal(t, *wire, again)
	require.Contains(t, string(kept), `{"key":"attachment-1","size":100000,"encoding":"base64"}`,
		"a large file is a reference, under names that no release may change")
}

func TestContentOfAnotherLength(t *testing.T) {
	for _, size := range []int64{10, 100_000} {
		for _, delta := range []int64{-1, 1} {
			m := simple()
			a := file("a.bin", "", strings.Repeat("x", int(size)))
			a.Size += delta
			m.Attachments = []message.Attachment{a}
			wire, err := message.Build(m, message.BuildOptions{})
			if err == nil {
				_, err = wire.WriterTo(m.Open).WriteTo(io.Discard)
			}
			var wrong *message.SizeError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, size+delta, wrong.Want)
			assert.Equal(t, size, wrong.Got)
			assert.NotEqual(t, wrong.Text("ru"), wrong.Text("en"))
		}
	}
}

func TestContentThatCannotBeRead(t *testing.T) {
	m := simple()
	m.Attachments = []message.Attachment{{Size: 100_000, Key: "k", Open: func() (io.ReadCloser, error) { return nil, fs.ErrPermission }}}
	wire, err := message.Build(m, message.BuildOptions{})
	require.NoError(t, err, "a large file is not opened to build")
	_, err = wire.WriterTo(m.Open).WriteTo(io.Discard)
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = message.Build(m, message.BuildOptions{InlineLimit: 1 << 20})
	require.ErrorIs(t, err, fs.ErrPermission)
	_, err = m.Open("another")
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestKeys(t *testing.T) {
	content := func(text string) func() (io.ReadCloser, error) {
		return func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	}
	m := simple()
	m.Attachments = []message.Attachment{{Key: "k", Open: content("first")}, {Open: content("second")}, {}, {Key: "k", Open: content("fourth")}, {Key: "7", Open: content("fifth")}}
	for key, want := range map[string]string{"k": "first", "attachment-2": "second", "7": "fifth"} {
		r, err := m.Open(key)
		require.NoError(t, err, key)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		assert.Equal(t, want, string(got), key)
	}
	for _, key := range []string{"", "2", "attachment-", "attachment-0", "attachment-1", "attachment-3", "attachment-4", "attachment-6", "attachment-02", "attachment--2"} {
		_, err := m.Open(key)
		require.ErrorIs(t, err, fs.ErrNotExist, key)
	}
}

func TestUnknownEncoding(t *testing.T) {
	wire := message.Wire{Segments: []message.Segment{{Key: "k", Size: 1, Encoding: "later"}}}
	_, err := wire.WriterTo(nil).WriteTo(io.Discard)
	require.ErrorContains(t, err, "later")
}

func TestBccOnlyInEnvelopeAndArchive(t *testing.T) {
	m := simple()
	m.Bcc = []mail.Address{{Name: "Hidden", Address: "hidden@secret.example"}}
	env, err := m.Envelope()
	require.NoError(t, err)
	require.Equal(t, []string{"client@example.org", "hidden@secret.example"}, env.Recipients)
	out := write(t, m, message.BuildOptions{})
	require.NotContains(t, strings.ToLower(out), "hidden")
	require.NotContains(t, strings.ToLower(out), "bcc")

	wire, err := message.Build(m, message.BuildOptions{Rand: zeros{}})
	require.NoError(t, err)
	archived, err := message.Archive(wire, m.Bcc, m.Open)
	require.NoError(t, err)
	var b strings.Builder
	_, err = archived.WriteTo(&b)
	require.NoError(t, err)
	require.Equal(t, "Bcc: Hidden <hidden@secret.example>\r\n"+out, b.String())

	m.To = nil
	require.Contains(t, write(t, m, message.BuildOptions{}), "\r\nTo: undisclosed-recipients:;\r\n")
}

// stamp signs by counting the octets it is shown.
type stamp struct{ body string }

func (s stamp) Sign(msg io.WriterTo) (message.Field, error) {
	n, err := msg.WriteTo(io.Discard)
	if n == 0 {
		return message.Field{}, errors.New("nothing to sign")
	}
	return message.Field{Name: "DKIM-Signature", Body: s.body}, err
}

func TestSigners(t *testing.T) {
	plain := write(t, simple(), message.BuildOptions{})
	signed := write(t, simple(), message.BuildOptions{Signers: []message.Signer{stamp{"a=1;\r\n\tb=2"}, stamp{"a=3"}}})
	require.Equal(t, "DKIM-Signature: a=1;\r\n\tb=2\r\nDKIM-Signature: a=3\r\n"+plain, signed)

	for _, body := range []string{"a\r\nBcc: x", "a\nb", "a\r\n \r\n b", strings.Repeat("x", 1000), "a\x00"} {
		_, err := message.Build(simple(), message.BuildOptions{Signers: []message.Signer{stamp{body}}})
		var wrong *message.FieldError
		require.ErrorAs(t, err, &wrong, "%q", body)
	}
}
