package sqlstore_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"math/rand/v2"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Several services on one file, each with a pool of its own as in a process of its own, send and deliver at once: every
// message goes out exactly once, with its attachment whole.
func TestServicesOnOneFile(t *testing.T) { onEach(t, testServicesOnOneFile) }

func testServicesOnOneFile(t *testing.T) {
	const services, each = 3, 8
	path := newFile(t)
	seed(t, storeOn(t, openDB(t, path), sqlstore.Options{}))
	recorder := emailtest.NewRecorder()
	photo := noise(t)
	ctx, stop := context.WithCancel(context.Background())
	var sending, running sync.WaitGroup
	for s := range services {
		service := serviceOn(t, storeOn(t, openDB(t, path), sqlstore.Options{}), recorder)
		running.Go(func() { assert.NoError(t, service.Run(ctx)) })
		sending.Go(func() {
			for n := range each {
				_, err := service.Send(ctx, email.Draft{
					ActorID: "7", CustomerID: "101", From: sender.Choice{Kind: sender.Manager},
					Letter:         template.Letter{Subject: fmt.Sprint("Письмо ", s, n), Text: "Здравствуйте, {{ customer.firstName }}!"},
					Attachments:    []attach.File{attach.Bytes("фото.png", photo, noon)},
					IdempotencyKey: fmt.Sprint(s, "/", n),
				})
				assert.NoError(t, err)
			}
		})
	}
	sending.Wait()
	assert.Eventually(t, func() bool { return len(recorder.Deliveries()) >= services*each }, 2*time.Minute, 5*time.Millisecond)
	stop()
	running.Wait()

	seen := map[string]bool{}
	for _, d := range recorder.Deliveries() {
		parsed, err := mail.ReadMessage(bytes.NewReader(d.Raw))
		require.NoError(t, err)
		seen[parsed.Header.Get("Message-ID")] = true
		assert.Greater(t, len(d.Raw), len(photo)*4/3)
	}
	assert.Len(t, seen, services*each)
	assert.Len(t, recorder.Deliveries(), services*each)
	page, err := storeOn(t, openDB(t, path), sqlstore.Options{}).Messages(context.Background(), email.MessageQuery{CustomerID: "101", Limit: 100})
	require.NoError(t, err)
	assert.Len(t, page, services*each)
	for _, m := range page {
		assert.Equal(t, email.StateSent, m.State)
		assert.Equal(t, 1, m.Attempts)
	}
	assertRows(t, path, map[string]int{"crmmail_blob": 1, "crmmail_blob_upload": 0})
}

func seed(t *testing.T, store *sqlstore.Store) {
	ctx := context.Background()
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "101", FirstName: "Ольга", Emails: []string{"olga@mail.example"}, ManagerID: "7"}))
	require.NoError(t, store.SaveIdentity(ctx, sender.User, sender.Identity{ID: "7",
		Mailbox: mail.Address{Name: "Анна", Address: "anna@shop.example"}, ConfirmedAt: noon, Allowed: true}))
}

func serviceOn(t *testing.T, store *sqlstore.Store, transport email.Transport) *email.Service {
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Tokens: store, Transport: transport,
		Dispatch: email.Dispatch{Poll: 20 * time.Millisecond},
	})
	require.NoError(t, err)
	return service
}

// noise is a picture that does not compress, so that it takes several rows.
func noise(t *testing.T) []byte {
	picture := image.NewNRGBA(image.Rect(0, 0, 300, 300))
	source := rand.New(rand.NewPCG(1, 2))
	for i := range picture.Pix {
		picture.Pix[i] = byte(source.Uint32())
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture))
	return b.Bytes()
}
