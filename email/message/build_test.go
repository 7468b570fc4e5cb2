package message_test

import (
	"bytes"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/require"
)

// zeros is a source of randomness that makes output comparable.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func file(name, mediaType, content string) message.Attachment {
	return message.Attachment{Name: name, MediaType: mediaType, Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func simple() message.Message {
	return message.Message{
		From:      mail.Address{Name: "Anna", Address: "anna@shop.example"},
		To:        []mail.Address{{Address: "client@example.org"}},
		Subject:   "Hello",
		Date:      time.Date(2026, 3, 4, 5, 6, 7, 0, time.FixedZone("", 3*3600)),
		MessageID: "1@shop.example",
		Text:      "Good day.\n",
	}
}

// write builds m and returns its octets, having checked them against the forecast.
func write(t testing.TB, m message.Message, opts message.BuildOptions) string {
	t.Helper()
	if opts.Rand == nil {
		opts.Rand = zeros{}
	}
	wire, err := message.Build(m, opts)
	require.NoError(t, err)
	var out bytes.Buffer
	n, err := wire.WriterTo(m.Open).WriteTo(&out)
	require.NoError(t, err)
	require.Equal(t, int64(out.Len()), n)
	require.Equal(t, int64(out.Len()), wire.Size(), "the forecast of the size")
	return out.String()
}

func TestSimpleMessage(t *testing.T) {
	require.Equal(t, strings.ReplaceAll(`Date: Wed, 04 Mar 2026 05:06:07 +0300
From: Anna <anna@shop.example>
To: <client@example.org>
Message-ID: <1@shop.example>
Subject: Hello
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit

Good day.
`, "\n", "\r\n"), write(t, simple(), message.BuildOptions{}))
}
