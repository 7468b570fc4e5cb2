package sqlstore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// What another release has queued, which builds messages in another way, goes out as that release meant it, at every
// attempt: header fields, boundaries and line lengths are not made anew.
func TestWireOfAnotherRelease(t *testing.T) { onEach(t, testWireOfAnotherRelease) }

func testWireOfAnotherRelease(t *testing.T) {
	const (
		head = "subject: Заказ\r\nX-Mailer: crmmail 0.0.1\r\nFROM:   anna@shop.example\r\nDate: Thu, 01 Jan 1998 00:00:00 GMT\r\n" +
			"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary=\"=_Next.Part \"\r\n\r\n--=_Next.Part \r\n\r\n.dot\r\n" +
			"--=_Next.Part \r\nContent-Transfer-Encoding: base64\r\n\r\n"
		tail = "--=_Next.Part --\r\nepilogue without an end"
	)
	ctx := context.Background()
	path := newFile(t)
	db := openDB(t, path)
	store := storeOn(t, db, sqlstore.Options{})
	seed(t, store)
	content := strings.Repeat("вложение", 5000)
	blob, err := store.PutBlob(ctx, strings.NewReader(content))
	require.NoError(t, err)
	q := aQueued(1, "101")
	q.Message.ActorID = "7"
	enqueue(t, store, q)
	encode := base64.StdEncoding.EncodeToString
	kept := fmt.Sprintf(`{"segments":[{"bytes":%q},{"key":%q,"size":%d,"encoding":"base64"},{"bytes":%q}],"eight_bit":true}`,
		encode([]byte(head)), blob.ID, len(content), encode([]byte(tail)))
	_, err = db.Exec(`UPDATE crmmail_wire SET wire = $1`, []byte(kept))
	require.NoError(t, err)

	clock := later
	attempts := &refuser{left: 1}
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Transport: attempts,
		Now: func() time.Time { return clock },
	})
	require.NoError(t, err)
	for range 2 {
		_, err = service.DispatchDue(ctx)
		require.NoError(t, err)
		clock = clock.Add(time.Hour)
	}
	require.Len(t, attempts.contents, 2)
	want := head + wrapped(encode([]byte(content))) + tail
	for i, got := range attempts.contents {
		assert.Equal(t, want, got, "attempt %d", i+1)
	}
	m, err := store.Message(ctx, q.Message.ID)
	require.NoError(t, err)
	assert.Equal(t, email.StateSent, m.State)
}

// wrapped is a text in lines of 76 characters.
func wrapped(text string) string {
	var b strings.Builder
	for len(text) > 76 {
		b.WriteString(text[:76] + "\r\n")
		text = text[76:]
	}
	return b.String() + text + "\r\n"
}

// refuser keeps what it gets and refuses the first ones for now.
type refuser struct {
	left     int
	contents []string
}

func (r *refuser) Deliver(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return email.Receipt{}, err
	}
	r.contents = append(r.contents, b.String())
	if r.left--; r.left >= 0 {
		return email.Receipt{}, &email.TransportError{Code: 451, Temporary: true}
	}
	return email.Receipt{}, nil
}
