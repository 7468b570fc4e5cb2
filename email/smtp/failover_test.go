package smtp_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/smtp"
)

// TestFailoverConformance holds a Failover whose first server is down to every promise, and one whose first server
// answers as the promise wants.
func TestFailoverConformance(t *testing.T) {
	for name, over := range map[string]func(testing.TB, email.Transport) email.Transport{
		"the first is down": func(t testing.TB, second email.Transport) email.Transport {
			return smtp.Failover(transport(t, "127.0.0.1:1"), second)
		},
		"the first works": func(t testing.TB, first email.Transport) email.Transport {
			return smtp.Failover(first, transport(t, "127.0.0.1:1"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			wrap := func(t testing.TB, s emailtest.TransportServer) emailtest.TransportServer {
				s.Transport = over(t, s.Transport)
				return s
			}
			emailtest.TestTransport(t, emailtest.TransportHarness{
				Accept: func(t testing.TB) emailtest.TransportServer { return wrap(t, accepting(t)) },
				RefuseRecipient: func(t testing.TB, addr string, temporary bool) emailtest.TransportServer {
					return wrap(t, refusingRecipient(t, addr, temporary))
				},
				RefuseAll: func(t testing.TB, temporary bool) emailtest.TransportServer {
					return wrap(t, refusingAll(t, temporary))
				},
				RefuseContent: func(t testing.TB, temporary bool) emailtest.TransportServer {
					return wrap(t, refusingContent(t, temporary))
				},
				LoseReply:  func(t testing.TB) emailtest.TransportServer { return wrap(t, losingReply(t)) },
				Stall:      func(t testing.TB) emailtest.TransportServer { return wrap(t, stalling(t)) },
				StallReply: func(t testing.TB) emailtest.TransportServer { return wrap(t, stallingReply(t)) },
			})
		})
	}
}

// said is a transport that answers always the same, and counts how often it is asked.
type said struct {
	receipt email.Receipt
	err     error
	reads   bool // it asks for the bytes
	asked   int
	env     email.Envelope
}

func (s *said) Deliver(_ context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	s.asked++
	s.env = env
	if s.reads {
		if _, err := msg.WriteTo(io.Discard); err != nil {
			return email.Receipt{}, err
		}
	}
	return s.receipt, s.err
}

var (
	down  = &email.TransportError{Temporary: true, Err: io.ErrUnexpectedEOF}
	busy  = &email.TransportError{Code: 451, Temporary: true}
	never = &email.TransportError{Code: 554, Enhanced: "5.7.1"}
	lost  = &email.TransportError{Uncertain: true}
)

func results(fates ...email.RecipientStatus) email.Receipt {
	var r email.Receipt
	for i, fate := range fates {
		r.Results = append(r.Results, email.Recipient{Address: two.Recipients[i], Status: fate})
	}
	return r
}

var two = to("anna@example.test", "olga@example.test")

// TestFailover: what one transport says decides whether the next is asked, and for whom.
func TestFailover(t *testing.T) {
	const accepted, refusedNow, later, unsure = email.RecipientAccepted, email.RecipientRefused, email.RecipientDeferred, email.RecipientUncertain
	gone := errors.New("gone")
	for name, test := range map[string]struct {
		first said
		next  []string // whom the next is asked for; nil: it is not asked
	}{
		"accepted":                   {said{reads: true}, nil},
		"down":                       {said{err: down}, two.Recipients},
		"busy":                       {said{err: busy}, two.Recipients},
		"refused after the content":  {said{err: busy, reads: true}, two.Recipients},
		"another error, not asked":   {said{err: gone}, two.Recipients},
		"another error, asked":       {said{err: gone, reads: true}, nil},
		"refused for good":           {said{err: never}, nil},
		"uncertain":                  {said{err: lost, reads: true}, nil},
		"one accepted":               {said{receipt: results(accepted, later), reads: true}, nil},
		"one uncertain":              {said{receipt: results(unsure, later), err: busy, reads: true}, nil},
		"all deferred":               {said{receipt: results(later, later)}, two.Recipients},
		"one refused, one deferred":  {said{receipt: results(refusedNow, later)}, two.Recipients[1:]},
		"one refused, the rest down": {said{receipt: results(refusedNow), err: down}, two.Recipients[1:]},
		"one deferred, the rest no":  {said{receipt: results(later), err: never}, two.Recipients[:1]},
		"all refused":                {said{receipt: results(refusedNow, refusedNow)}, nil},
		"one named, no error":        {said{receipt: results(later), reads: true}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, second := range []said{{}, {err: busy}, {err: gone}} {
				first := test.first
				receipt, err := smtp.Failover(&first, &second).Deliver(t.Context(), two, small())
				if test.next == nil {
					assert.Zero(t, second.asked)
					assert.Equal(t, test.first.err, err)
					assert.Equal(t, test.first.receipt.Results, receipt.Results)
					continue
				}
				require.Equal(t, 1, second.asked)
				assert.Equal(t, test.next, second.env.Recipients)
				for _, r := range receipt.Results {
					assert.Equal(t, email.RecipientRefused, r.Status)
					assert.NotContains(t, test.next, r.Address)
				}
				assert.Len(t, receipt.Results, len(two.Recipients)-len(test.next))
				if second.err == nil {
					require.NoError(t, err)
					continue
				}
				e := refused(t, err)
				assert.True(t, e.Temporary)
				assert.Equal(t, second.err == busy, e.Code == busy.Code, "the last one's")
				assert.Equal(t, first.err == gone || second.err == gone, errors.Is(err, gone))
				if first.err == down {
					assert.ErrorIs(t, err, io.ErrUnexpectedEOF, "and the first one's")
				}
			}
		})
	}
}

// TestFailoverContent: content that cannot be read is tried with nobody else.
func TestFailoverContent(t *testing.T) {
	first, second := said{reads: true}, said{}
	broken := errors.New("the file is gone")
	_, err := smtp.Failover(&first, &second).Deliver(t.Context(), two, &letter{text: "x", fail: broken})
	require.ErrorIs(t, err, broken)
	assert.Zero(t, second.asked)
}

// TestFailoverRests: who failed is asked last for a minute.
func TestFailoverRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := said{err: down}, said{}
		over := smtp.Failover(&first, &second)
		for range 5 {
			_, err := over.Deliver(t.Context(), two, small())
			require.NoError(t, err)
			time.Sleep(10 * time.Second)
		}
		assert.Equal(t, 1, first.asked)
		second.err = down
		_, err := over.Deliver(t.Context(), two, small())
		require.Error(t, err)
		assert.Equal(t, 2, first.asked, "rather than nobody")
		time.Sleep(time.Minute)
		first.err = nil
		_, err = over.Deliver(t.Context(), two, small())
		require.NoError(t, err)
		assert.Equal(t, 3, first.asked)

		first.err, second.err = busy, nil
		for range 2 {
			_, err = over.Deliver(t.Context(), two, small())
			require.NoError(t, err)
		}
		assert.Equal(t, 5, first.asked, "it answers, and so it works")
	})
}

// TestFailoverEnds: nobody is asked once the context has ended.
func TestFailoverEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	second := said{}
	first := email.TransportFunc(func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) {
		cancel()
		return email.Receipt{}, down
	})
	_, err := smtp.Failover(first, &second).Deliver(ctx, two, small())
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Zero(t, second.asked)
	_, err = smtp.Failover().Deliver(t.Context(), two, small())
	assert.False(t, refused(t, err).Temporary)
}

// limited is a transport with a limit.
type limited struct {
	said
	limit int64
	fails error
}

func (l *limited) SizeLimit(context.Context) (int64, error) { return l.limit, l.fails }

func TestFailoverSizeLimit(t *testing.T) {
	gone := errors.New("gone")
	for name, test := range map[string]struct {
		transports []email.Transport
		limit      int64
		err        error
	}{
		"the smallest":    {[]email.Transport{&limited{limit: 30}, &limited{limit: 10}, &limited{limit: 20}}, 10, nil},
		"one knows":       {[]email.Transport{&limited{fails: gone}, &said{}, &limited{limit: 20}, &limited{}}, 20, nil},
		"one has none":    {[]email.Transport{&limited{fails: gone}, &limited{}}, 0, nil},
		"no limit":        {[]email.Transport{&said{}, &limited{}}, 0, nil},
		"nobody answered": {[]email.Transport{&limited{fails: gone}}, 0, gone},
	} {
		t.Run(name, func(t *testing.T) {
			limit, err := smtp.Failover(test.transports...).(email.SizeLimiter).SizeLimit(t.Context())
			require.ErrorIs(t, err, test.err)
			assert.Equal(t, test.limit, limit)
		})
	}
}

// TestFailoverTells: what a message tells of itself comes through, and what it does not tell does not.
func TestFailoverTells(t *testing.T) {
	for name, test := range map[string]struct {
		msg  io.WriterTo
		mail string
	}{
		"nothing":    {small(), "MAIL FROM:<crm@example.test> BODY=8BITMIME"},
		"all":        {everything{named("m1")}, "MAIL FROM:<crm@example.test> SIZE=14 SMTPUTF8 RET=HDRS ENVID=m1"},
		"eight bits": {telling{eight: true}, "MAIL FROM:<crm@example.test> BODY=8BITMIME"},
	} {
		t.Run(name, func(t *testing.T) {
			heard := make(chan string, 1)
			tr := transport(t, serve(t, func(p *peer) {
				p.hello("SIZE", "8BITMIME", "SMTPUTF8", "DSN")
				line, _ := p.r.ReadString('\n')
				heard <- line
			}), func(c *smtp.Config) {
				if name == "all" {
					c.DSN = &smtp.DSN{}
				}
			})
			smtp.Failover(tr).Deliver(t.Context(), one, test.msg)
			assert.Equal(t, test.mail+"\r\n", <-heard)
		})
	}
}

type everything struct{ named }

func (everything) Size() int64    { return 14 }
func (everything) SMTPUTF8() bool { return true }
func (everything) EightBit() bool { return false }
