package emailtest

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// TransportHarness is how TestTransport gets at an implementation. Each function makes a transport and a server that
// behaves in one way; both are closed with t.Cleanup. Accept is needed. Each of the others may be nil, where the
// transport's server cannot be made to do so: its promises are not tested then.
type TransportHarness struct {
	// Accept makes a server that takes everything.
	Accept func(t testing.TB) TransportServer
	// RefuseRecipient makes a server that refuses addr, for now or for good, and takes every other recipient.
	RefuseRecipient func(t testing.TB, addr string, temporary bool) TransportServer
	// RefuseAll makes a server that refuses every message, for now or for good, before it has seen the content.
	RefuseAll func(t testing.TB, temporary bool) TransportServer
	// RefuseContent makes a server that refuses every message, for now or for good, after it has seen the content.
	RefuseContent func(t testing.TB, temporary bool) TransportServer
	// LoseReply makes a server that takes the content and breaks the connection without an answer.
	LoseReply func(t testing.TB) TransportServer
	// Stall makes a server that accepts the connection and says nothing, or stops answering before the content.
	Stall func(t testing.TB) TransportServer
	// StallReply makes a server that takes the content and says nothing after it.
	StallReply func(t testing.TB) TransportServer
}

// TransportServer is a transport and the server at its other end.
type TransportServer struct {
	Transport email.Transport
	// Received returns what the server has taken over, without what it adds itself, such as Received fields.
	Received func() []Received
}

// Received is a message as a server has got it. One that is handed over in several parts, as one for each domain, is
// received several times, each time for other recipients.
type Received struct {
	Envelope email.Envelope
	Raw      []byte
}

// TestTransport holds an implementation of email.Transport to every promise of its contract, each as a subtest with a
// server of its own.
func TestTransport(t *testing.T, h TransportHarness) {
	accept := func(t testing.TB) TransportServer { return h.Accept(t) }
	hold(t, accept, contentPromises, writeErrorPromises)
	if h.Stall != nil {
		hold(t, func(t testing.TB) TransportServer { return h.Stall(t) }, stallPromises)
	}
	if h.StallReply != nil {
		hold(t, func(t testing.TB) TransportServer { return h.StallReply(t) }, stallReplyPromises)
	}
	if h.LoseReply != nil {
		hold(t, func(t testing.TB) TransportServer { return h.LoseReply(t) }, lostReplyPromises)
	}
	harness := func(testing.TB) TransportHarness { return h }
	if h.RefuseRecipient != nil {
		hold(t, harness, refusedRecipientPromises)
	}
	if h.RefuseAll != nil {
		hold(t, harness, refuseAllPromises)
	}
	if h.RefuseContent != nil {
		hold(t, harness, refuseContentPromises)
	}
}

const (
	suiteSoon = 10 * time.Second // longer than anything takes on a slow machine
	suiteFrom = "bounce@shop.example"
	olga      = "olga@customer.example"
	work      = "olga@work.example"
	boss      = "boss@shop.example"
)

func suiteEnvelope() email.Envelope {
	return email.Envelope{ReturnPath: suiteFrom, Recipients: []string{olga, work, boss}}
}

// suiteMail is a message whose lines a careless transport would change.
const suiteMail = suiteHeader + "\r\n" +
	".\r\n..\r\n.a\r\nleading dots\r\n\r\n trailing blanks \t\r\n\r\n"

const suiteHeader = "From: =?UTF-8?Q?=D0=90?= <anna@shop.example>\r\nTo: olga@customer.example,\r\n olga@work.example\r\n" +
	"Subject: suite\r\nDate: Mon, 06 May 2041 12:00:00 +0000\r\nMessage-ID: <suite@shop.example>\r\n" +
	"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n"

// content is a message that counts how often it is asked for. It writes in small pieces.
type content struct {
	mail string
	err  error // returned after at octets
	at   int
	then func() // called once the first piece is written; may be nil

	mu      sync.Mutex
	asked   int
	running int // calls of WriteTo that have not returned
}

func (c *content) WriteTo(w io.Writer) (total int64, err error) {
	c.mu.Lock()
	c.asked++
	c.running++
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.running--
		c.mu.Unlock()
	}()
	rest := c.mail
	if c.err != nil {
		rest = rest[:c.at]
	}
	for len(rest) > 0 {
		piece := rest[:min(len(rest), 4099)]
		n, err := io.WriteString(w, piece)
		total += int64(n)
		if err != nil {
			return total, err
		}
		rest = rest[len(piece):]
		if c.then != nil {
			c.then()
		}
	}
	return total, c.err
}

func (c *content) times() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

func (c *content) isRunning() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running > 0
}

// telling is content that tells what it needs of the server, as that of a Service does.
type telling struct{ *content }

func (c telling) Size() int64    { return int64(len(c.mail)) }
func (c telling) SMTPUTF8() bool { return false }
func (c telling) EightBit() bool { return true }

func (c telling) EnvelopeID() string { return "suite=1 +" }

// deliver gives the fate of each recipient, as the contract reads receipt and error.
func (s TransportServer) deliver(t testing.TB, env email.Envelope, msg *content) (fates string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), suiteSoon)
	defer cancel()
	return s.deliverUntil(ctx, t, env, msg)
}

func (s TransportServer) deliverUntil(ctx context.Context, t testing.TB, env email.Envelope, msg *content) (fates string, err error) {
	t.Helper()
	receipt, err := s.Transport.Deliver(ctx, env, msg)
	if msg.isRunning() {
		t.Error("Deliver returned while the bytes were being written")
	}
	var list []string
	for _, addr := range env.Recipients {
		list = append(list, string(fate(addr, receipt, err, msg.times() > 0)))
	}
	named := map[string]bool{}
	for _, result := range receipt.Results {
		if !slices.Contains(env.Recipients, result.Address) {
			t.Errorf("the receipt names %q, which is no recipient", result.Address)
		}
		if named[result.Address] {
			t.Errorf("the receipt names %q twice", result.Address)
		}
		named[result.Address] = true
	}
	return strings.Join(list, " "), err
}

func fate(addr string, receipt email.Receipt, err error, asked bool) email.RecipientStatus {
	for _, result := range receipt.Results {
		if result.Address == addr && result.Status != email.RecipientPending {
			return result.Status
		}
	}
	var classified *email.TransportError
	switch {
	case err == nil:
		return email.RecipientAccepted
	case errors.As(err, &classified):
		return classified.Status()
	case asked:
		return email.RecipientUncertain
	}
	return email.RecipientDeferred
}

// received compares what the server has got of one message with what was sent.
func (s TransportServer) received(t testing.TB, mail string, want email.Envelope) {
	t.Helper()
	var got []string
	for _, one := range s.Received() {
		equal(t, "bytes that the server got", mail, string(one.Raw))
		equal(t, "return path", want.ReturnPath, one.Envelope.ReturnPath)
		got = append(got, one.Envelope.Recipients...)
	}
	expected := slices.Sorted(slices.Values(want.Recipients))
	slices.Sort(got)
	equal(t, "recipients", strings.Join(expected, " "), strings.Join(got, " "))
}
