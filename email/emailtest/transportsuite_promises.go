package emailtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

var contentPromises = []promise[TransportServer]{
	{"Deliver hands the bytes over unchanged, to every recipient", func(t *testing.T, s TransportServer) {
		fates, err := s.deliver(t, suiteEnvelope(), &content{mail: suiteMail})
		noError(t, err)
		equal(t, "fates", "accepted accepted accepted", fates)
		s.received(t, suiteMail, suiteEnvelope())
	}},
	{"Deliver hands large messages and 8-bit octets over unchanged", func(t *testing.T, s TransportServer) {
		mail := suiteMail + strings.Repeat(".строка\r\n", 100_000) + strings.Repeat("x", 998) + "\r\n"
		_, err := s.deliver(t, suiteEnvelope(), &content{mail: mail})
		noError(t, err)
		s.received(t, mail, suiteEnvelope())
	}},
	{"Deliver hands over a message that tells its size and what it needs", func(t *testing.T, s TransportServer) {
		ctx, cancel := context.WithTimeout(context.Background(), suiteSoon)
		defer cancel()
		_, err := s.Transport.Deliver(ctx, suiteEnvelope(), telling{&content{mail: suiteMail + "восемь бит\r\n"}})
		noError(t, err)
		s.received(t, suiteMail+"восемь бит\r\n", suiteEnvelope())
	}},
	{"Deliver hands blind copies over by the envelope alone", func(t *testing.T, s TransportServer) {
		_, err := s.deliver(t, suiteEnvelope(), &content{mail: suiteMail})
		noError(t, err)
		for _, one := range s.Received() {
			equal(t, "a blind copy in the bytes", false, strings.Contains(string(one.Raw), boss))
		}
		s.received(t, suiteMail, suiteEnvelope())
	}},
	{"Deliver knows the null return path", func(t *testing.T, s TransportServer) {
		env := email.Envelope{Recipients: []string{olga}}
		_, err := s.deliver(t, env, &content{mail: suiteMail})
		noError(t, err)
		s.received(t, suiteMail, env)
	}},
	{"Deliver does not modify the envelope", func(t *testing.T, s TransportServer) {
		env := suiteEnvelope()
		_, err := s.deliver(t, env, &content{mail: suiteMail})
		noError(t, err)
		same(t, "envelope", suiteEnvelope(), env)
	}},
	{"Deliver works for many messages one after the other", func(t *testing.T, s TransportServer) {
		for i := range 5 {
			_, err := s.deliver(t, suiteEnvelope(), &content{mail: numbered(i)})
			noError(t, err)
		}
		equal(t, "received", 5, distinct(s.Received()))
	}},
	{"Deliver by many at once mixes nothing up", deliverRace},
	{"Deliver after the context's end delivers nothing", func(t *testing.T, s TransportServer) {
		msg := &content{mail: suiteMail}
		if _, err := s.Transport.Deliver(ended(), suiteEnvelope(), msg); err == nil {
			t.Error("there is no error")
		}
		equal(t, "received", 0, len(s.Received()))
		equal(t, "times the bytes were asked for", 0, msg.times())
	}},
	{"Deliver tells the truth where the context ends while the bytes are going out", endsWithin},
	{"Deliver does not return while the bytes are being written", outlastsWriting},
	{"SizeLimit lets pass what the server takes", func(t *testing.T, s TransportServer) {
		_, err := s.deliver(t, suiteEnvelope(), &content{mail: suiteMail})
		noError(t, err)
		limiter, ok := s.Transport.(email.SizeLimiter)
		if !ok {
			return
		}
		limit, err := limiter.SizeLimit(t.Context())
		noError(t, err)
		if limit < 0 || limit > 0 && limit < int64(len(suiteMail)) {
			t.Errorf("the server took %d octets, and the limit is %d", len(suiteMail), limit)
		}
	}},
}

// outlastsWriting ends the context while the message makes its bytes, which takes longer.
func outlastsWriting(t *testing.T, s TransportServer) {
	ctx, cancel := context.WithTimeout(context.Background(), suiteSoon)
	defer cancel()
	s.deliverUntil(ctx, t, suiteEnvelope(), &content{mail: suiteMail, then: func() { // deliverUntil looks whether it has returned
		cancel()
		time.Sleep(200 * time.Millisecond)
	}})
}

// endsWithin wants the truth where the context ends while the bytes are going out, whatever it is.
func endsWithin(t *testing.T, s TransportServer) {
	ctx, cancel := context.WithTimeout(context.Background(), suiteSoon)
	defer cancel()
	env := email.Envelope{ReturnPath: suiteFrom, Recipients: []string{olga}}
	fates, err := s.deliverUntil(ctx, t, env, &content{mail: suiteMail + strings.Repeat("line\r\n", 10_000), then: cancel})
	switch got := len(s.Received()); {
	case fates == string(email.RecipientAccepted) && got == 0:
		t.Error("nothing was delivered, and it says otherwise")
	case fates != string(email.RecipientAccepted) && fates != string(email.RecipientUncertain) && got > 0:
		t.Errorf("the message was delivered, and it says %s (%v)", fates, err)
	}
}

func numbered(i int) string {
	return suiteHeader + fmt.Sprintf("X-Number: %d\r\n\r\nbody %d\r\n", i, i)
}

func distinct(list []Received) int {
	seen := map[string]bool{}
	for _, one := range list {
		seen[string(one.Raw)] = true
	}
	return len(seen)
}

func deliverRace(t *testing.T, s TransportServer) {
	var sent []string
	for i := range 12 {
		sent = append(sent, numbered(i))
	}
	race(len(sent), func(i int) {
		env := email.Envelope{ReturnPath: suiteFrom, Recipients: []string{recipient(i)}}
		ctx, cancel := context.WithTimeout(context.Background(), suiteSoon)
		defer cancel()
		if _, err := s.Transport.Deliver(ctx, env, &content{mail: sent[i]}); err != nil {
			t.Errorf("message %d: %v", i, err)
		}
	})
	list := s.Received()
	equal(t, "received", len(sent), len(list))
	for _, one := range list {
		i := slices.IndexFunc(sent, func(mail string) bool { return mail == string(one.Raw) })
		same(t, "recipients", []string{recipient(i)}, one.Envelope.Recipients)
	}
}

func recipient(i int) string { return fmt.Sprintf("r%d@customer.example", i) }

// writeErrorPromises are about content that cannot be read to its end.
var writeErrorPromises = []promise[TransportServer]{
	{"Deliver of content that fails at once delivers nothing and returns that error", writeFails(0)},
	{"Deliver of content that fails in the middle delivers nothing and returns that error", writeFails(len(suiteMail) - 20)},
	{"Deliver of content that fails after its last octet delivers nothing and returns that error", writeFails(len(suiteMail))},
	{"Deliver of large content that fails in the middle delivers nothing and returns that error", func(t *testing.T, s TransportServer) {
		mail := suiteMail + strings.Repeat("line\r\n", 100_000)
		s.fails(t, &content{mail: mail, err: errBroken, at: len(mail) - 2})
	}},
}

func writeFails(at int) func(*testing.T, TransportServer) {
	return func(t *testing.T, s TransportServer) { s.fails(t, &content{mail: suiteMail, err: errBroken, at: at}) }
}

// fails wants nothing delivered of msg, and the transport to be good for the next message.
func (s TransportServer) fails(t testing.TB, msg *content) {
	t.Helper()
	_, err := s.deliver(t, suiteEnvelope(), msg)
	isError(t, err, errBroken)
	_, err = s.deliver(t, suiteEnvelope(), &content{mail: numbered(1)})
	noError(t, err)
	s.received(t, numbered(1), suiteEnvelope())
}

var stallPromises = []promise[TransportServer]{
	{"Deliver to a server that says nothing returns soon after the context ends", func(t *testing.T, s TransportServer) {
		msg := &content{mail: suiteMail}
		if _, err := s.giveUp(t, msg); err == nil {
			t.Error("there is no error")
		}
		equal(t, "received", 0, len(s.Received()))
		equal(t, "times the bytes were asked for", 0, msg.times())
	}},
}

var stallReplyPromises = []promise[TransportServer]{
	{"Deliver is uncertain where the context ends before the content is answered, and returns soon", func(t *testing.T, s TransportServer) {
		fates, err := s.giveUp(t, &content{mail: suiteMail})
		if err == nil {
			t.Error("there is no error")
		}
		equal(t, "fates", "uncertain uncertain uncertain", fates)
	}},
}

// giveUp ends the context of a delivery that is under way.
func (s TransportServer) giveUp(t testing.TB, msg *content) (fates string, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	time.AfterFunc(100*time.Millisecond, cancel)
	done := make(chan struct{})
	go func() {
		defer close(done)
		fates, err = s.deliverUntil(ctx, t, suiteEnvelope(), msg)
	}()
	select {
	case <-done:
		return fates, err
	case <-time.After(suiteSoon / 4):
		t.Fatal("it does not return")
		return "", nil
	}
}

var lostReplyPromises = []promise[TransportServer]{
	{"Deliver is uncertain where the content went out and no answer came", func(t *testing.T, s TransportServer) {
		msg := &content{mail: suiteMail}
		fates, err := s.deliver(t, suiteEnvelope(), msg)
		if err == nil {
			t.Error("there is no error")
		}
		equal(t, "fates", "uncertain uncertain uncertain", fates)
		equal(t, "times the bytes were asked for", 1, msg.times())
	}},
}
