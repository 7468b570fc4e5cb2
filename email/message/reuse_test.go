package message_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/message"
)

// TestNothingOfAnotherMessage: messages are built and read in memory that others used before, by many at a time.
func TestNothingOfAnotherMessage(t *testing.T) {
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for n := range 200 {
				mark := fmt.Sprintf("%d-%d ", i, n)
				m := simple()
				m.Subject, m.Text, m.HTML = "Заказ "+mark, strings.Repeat("т "+mark, 1+n*7), strings.Repeat("<p>х "+mark, 1+n*3)
				m.Attachments = []message.Attachment{file("a.bin", "", strings.Repeat(mark, 1+n*13)), file("b.bin", "", strings.Repeat(mark, n%5))}
				wire, err := message.Build(m, message.BuildOptions{})
				if !assert.NoError(t, err) {
					return
				}
				var raw strings.Builder
				_, err = wire.WriterTo(m.Open).WriteTo(&raw)
				assert.NoError(t, err)
				p, err := message.Parse(strings.NewReader(raw.String()), message.ParseOptions{})
				if !assert.NoError(t, err) {
					return
				}
				assert.Equal(t, strings.TrimSpace(m.Subject), p.Subject)
				assert.Equal(t, m.Text, p.Text)
				assert.Equal(t, m.HTML, p.HTML)
				assert.Equal(t, strings.Repeat(mark, 1+n*13), string(p.Attachments[0].Content))
				assert.Equal(t, strings.Repeat(mark, n%5), string(p.Attachments[1].Content))
			}
		})
	}
	all.Wait()
}

// TestContentEndsWithParse: who keeps the reader of an attachment gets nothing out of it any more, whatever is read meanwhile.
func TestContentEndsWithParse(t *testing.T) {
	m := simple()
	m.Attachments = []message.Attachment{file("a.bin", "", strings.Repeat("secret", 50_000))}
	raw := write(t, m, message.BuildOptions{})
	refused := errors.New("refused")
	for _, want := range []error{nil, refused} {
		var kept io.Reader
		_, err := message.Parse(strings.NewReader(raw), message.ParseOptions{Attachment: func(_ message.ParsedAttachment, content io.Reader) error {
			kept = content
			_, err := io.ReadFull(content, make([]byte, 10))
			return errors.Join(err, want)
		}})
		require.ErrorIs(t, err, want)
		_, err = message.Parse(strings.NewReader(raw), message.ParseOptions{})
		require.NoError(t, err)
		rest, err := io.ReadAll(kept)
		require.NoError(t, err)
		require.Empty(t, rest)
	}
}

// TestParsedKeepsNoReader: who keeps the result does not keep what it was read from.
func TestParsedKeepsNoReader(t *testing.T) {
	r := strings.NewReader("Subject: x\n\n" + strings.Repeat("text\n", 10))
	reader := weak.Make(r)
	p, err := message.Parse(r, message.ParseOptions{})
	require.NoError(t, err)
	runtime.GC()
	assert.Nil(t, reader.Value())
	runtime.KeepAlive(p)
}

// TestWireKeepsNoMessage: who keeps the wire form does not keep what it was built from.
func TestWireKeepsNoMessage(t *testing.T) {
	content := strings.NewReader(strings.Repeat("x", 100))
	opened := weak.Make(content)
	m := simple()
	m.Attachments = []message.Attachment{{Size: 100, Open: func() (io.ReadCloser, error) { return io.NopCloser(content), nil }}}
	wire, err := message.Build(m, message.BuildOptions{})
	require.NoError(t, err)
	runtime.GC()
	assert.Nil(t, opened.Value())
	runtime.KeepAlive(wire)
}
