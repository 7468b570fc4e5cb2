package email_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/email"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bigPNG is too large to be kept within the wire form, and does not compress.
func bigPNG(t *testing.T) []byte {
	t.Helper()
	picture := image.NewGray(image.Rect(0, 0, 400, 400))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range picture.Pix {
		picture.Pix[i] = byte(random.Uint32())
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, picture))
	return out.Bytes()
}

// run starts Run and returns a function that ends it and waits.
func run(t *testing.T, service *email.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		assert.NoError(t, <-done)
	})
}

func TestRunSendsAtOnce(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Dispatch.Poll = time.Hour })
	stop := run(t, w.Service)
	defer stop()
	for i := range 20 {
		w.send(t, func(d *email.Draft) { d.IdempotencyKey = fmt.Sprint("key ", i) })
	}
	assert.Eventually(t, func() bool { return len(w.recorder.Deliveries()) == 20 }, 10*time.Second, 5*time.Millisecond,
		"Send wakes the Run of its own process")
}

func TestTwoRunsSendEachMessageOnce(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Dispatch.Poll = 5 * time.Millisecond })
	for _, service := range []*email.Service{w.Service, w.service(t)} {
		defer run(t, service)()
	}
	const n = 100
	for range n {
		w.send(t)
	}
	assert.Eventually(t, func() bool { return len(w.recorder.Deliveries()) >= n }, 20*time.Second, 5*time.Millisecond)
	seen := map[string]int{}
	for _, delivery := range w.recorder.Deliveries() {
		seen[delivery.Parsed.MessageID]++
	}
	assert.Len(t, seen, n)
	for id, count := range seen {
		assert.Equal(t, 1, count, id)
	}
}

func TestRunFinishesWhatIsUnderWay(t *testing.T) {
	asked, goOn := make(chan struct{}), make(chan struct{})
	w := newWorld(t, func(c *email.Config) {
		c.Transport = email.TransportFunc(func(ctx context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			_, err := msg.WriteTo(io.Discard)
			close(asked)
			<-goOn
			return email.Receipt{}, err
		})
	})
	stop := run(t, w.Service)
	msg := w.send(t)
	<-asked
	stopped := make(chan struct{})
	go func() { stop(); close(stopped) }()
	select {
	case <-stopped:
		t.Fatal("Run left a delivery behind")
	case <-time.After(20 * time.Millisecond):
	}
	close(goOn)
	<-stopped
	assert.Equal(t, email.StateSent, w.message(t, msg.ID).State)
}

func TestRunReleasesWhatDoesNotFinish(t *testing.T) {
	began := make(chan struct{})
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Grace = 10 * time.Millisecond
		c.Transport = email.TransportFunc(func(ctx context.Context, _ email.Envelope, _ io.WriterTo) (email.Receipt, error) {
			close(began)
			<-ctx.Done()
			return email.Receipt{}, ctx.Err()
		})
	})
	stop := run(t, w.Service)
	msg := w.send(t)
	<-began
	stop()
	got := w.message(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State)

	w.config.Transport = w.recorder
	w.Service = w.service(t)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State, "released: another worker takes it at once")
}

// A delivery that lasts longer than a lease keeps it by renewing it.
func TestLeaseIsKept(t *testing.T) {
	other := make(chan int, 1)
	w := newWorld(t, func(c *email.Config) {
		c.Now = time.Now
		c.Dispatch.Lease = 300 * time.Millisecond
	})
	w.config.Transport = email.TransportFunc(func(ctx context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		time.Sleep(700 * time.Millisecond)
		claimed, err := w.store.Claim(ctx, email.Claim{Owner: "other", Now: time.Now(), Lease: time.Minute, Limit: 1})
		require.NoError(t, err)
		other <- len(claimed.Jobs)
		_, err = msg.WriteTo(io.Discard)
		return email.Receipt{}, err
	})
	w.Service = w.service(t)
	got := w.dispatch(t, w.send(t).ID)
	assert.Zero(t, <-other)
	assert.Equal(t, email.StateSent, got.State)
}
