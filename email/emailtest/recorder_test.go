package emailtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// failure runs f with a testing.TB of its own and returns what it fails with.
func failure(t *testing.T, f func(t testing.TB)) string {
	recording := &recordingTB{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(recording)
	}()
	<-done
	return recording.message
}

// recordingTB takes the place of a test that may fail.
type recordingTB struct {
	testing.TB
	message string
}

func (t *recordingTB) Helper() {}

func (t *recordingTB) Fatalf(format string, args ...any) {
	t.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

const letter = "From: =?UTF-8?Q?=D0=90=D0=BD=D0=BD=D0=B0?= <anna@shop.example>\r\n" +
	"To: olga@customer.example, =?UTF-8?Q?=D0=9E?= <olga@work.example>\r\nCc: cc@shop.example\r\n" +
	"Subject: =?UTF-8?Q?=D0=97=D0=B0=D0=BA=D0=B0=D0=B7?= 7\r\nX-Campaign: spring\r\nMIME-Version: 1.0\r\n" +
	"Content-Type: multipart/mixed; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nline one\r\nline two\r\n" +
	"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>html</p>\r\n" +
	"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=bill.pdf\r\n\r\n%PDF\r\n--b--\r\n"

const plainLetter = "From: boris@shop.example\r\nTo: pyotr@customer.example\r\nSubject: Hi\r\n\r\nbody\r\n"

func deliver(t testing.TB, r *emailtest.Recorder, raw string, to ...string) {
	t.Helper()
	_, err := r.Deliver(context.Background(), email.Envelope{ReturnPath: "bounce@shop.example", Recipients: to}, bytes.NewBufferString(raw))
	require.NoError(t, err)
}

func TestMatchers(t *testing.T) {
	r := emailtest.NewRecorder()
	deliver(t, r, letter, "olga@customer.example", "olga@work.example", "cc@shop.example", "boss@shop.example")
	deliver(t, r, plainLetter, "pyotr@customer.example")
	for _, test := range []struct {
		matches, misses emailtest.Matcher
	}{
		{emailtest.From("anna@SHOP.example"), emailtest.From("olga@customer.example")},
		{emailtest.To("olga@work.example"), emailtest.To("boss@shop.example")},
		{emailtest.Cc("cc@shop.example"), emailtest.Cc("olga@work.example")},
		{emailtest.Recipient("boss@shop.example"), emailtest.Recipient("anna@shop.example")},
		{emailtest.Bcc("boss@shop.example"), emailtest.Bcc("cc@shop.example")},
		{emailtest.Subject("Заказ 7"), emailtest.Subject("Заказ")},
		{emailtest.TextContains("one\nline"), emailtest.TextContains("html")},
		{emailtest.HTMLContains("<p>html"), emailtest.HTMLContains("line")},
		{emailtest.BodyContains("line two"), emailtest.BodyContains("PDF")},
		{emailtest.Attachment("bill.pdf"), emailtest.Attachment("bill")},
		{emailtest.Field("x-campaign", "spring"), emailtest.Field("X-Campaign", "autumn")},
		{
			emailtest.Matching("large", func(d emailtest.Delivery) bool { return len(d.Raw) > 200 }),
			emailtest.Matching("huge", func(d emailtest.Delivery) bool { return len(d.Raw) > 2000 }),
		},
	} {
		t.Run(test.matches.String(), func(t *testing.T) {
			assert.Equal(t, letter, string(r.RequireSent(t, test.matches).Raw))
			r.RequireNotSent(t, test.misses)
			assert.Contains(t, failure(t, func(t testing.TB) { r.RequireSent(t, test.misses) }), test.misses.String()+": got ")
			assert.NotEmpty(t, failure(t, func(t testing.TB) { r.RequireNotSent(t, test.matches) }))
		})
	}
	assert.Equal(t, plainLetter, string(r.RequireSent(t, emailtest.NoAttachments()).Raw))
	r.RequireCount(t, 2, emailtest.ReturnPath("bounce@shop.example"))
	r.RequireNotSent(t, emailtest.ReturnPath(""))
}

func TestFailuresShowNearMisses(t *testing.T) {
	r := emailtest.NewRecorder()
	nothing := failure(t, func(t testing.TB) { r.RequireSent(t, emailtest.Subject("Hi")) })
	assert.Equal(t, "emailtest: want 1 deliveries of Subject(\"Hi\"), got 0 (after 0 attempts)\nNothing was delivered.", nothing)

	deliver(t, r, letter, "olga@customer.example")
	deliver(t, r, plainLetter, "pyotr@customer.example")
	miss := failure(t, func(t testing.TB) {
		r.RequireSent(t, emailtest.To("pyotr@customer.example"), emailtest.Subject("Hello"), emailtest.NoAttachments())
	})
	assert.Equal(t, `emailtest: want 1 deliveries of To("pyotr@customer.example"), Subject("Hello"), NoAttachments(), got 0 (after 2 attempts)
Delivery 2 of 2, "Hi" to pyotr@customer.example
    Subject("Hello"): got "Hi"
Delivery 1 of 2, "Заказ 7" to olga@customer.example
    To("pyotr@customer.example"): got olga@customer.example, olga@work.example
    Subject("Hello"): got "Заказ 7"
    NoAttachments(): got ["bill.pdf"]
`, miss)

	deliver(t, r, plainLetter, "pyotr@customer.example")
	twice := failure(t, func(t testing.TB) { r.RequireSent(t, emailtest.Subject("Hi")) })
	assert.Contains(t, twice, `want 1 deliveries of Subject("Hi"), got 2 (after 3 attempts)`)
	assert.Contains(t, twice, `Delivery 2 of 3, "Hi" to pyotr@customer.example, matches.`)
	assert.Contains(t, failure(t, func(t testing.TB) { r.RequireNotSent(t) }), "want 0 deliveries of anything, got 3")
}

func TestFaultsHitTheNthDelivery(t *testing.T) {
	errDown := errors.New("down")
	r := emailtest.NewRecorder()
	deliver(t, r, plainLetter, "a@b.example") // counted from the next one, whatever went before
	r.Inject(2, emailtest.FailConnect(errDown))
	r.Inject(3, emailtest.FailContent(errDown))
	r.Inject(4, emailtest.LoseReply())
	r.Inject(5, emailtest.Stall())
	r.Inject(7, emailtest.StallReply())
	var asked int
	attempt := func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
		defer cancel()
		_, err := r.Deliver(ctx, email.Envelope{Recipients: []string{"a@b.example"}}, writerTo(func(w io.Writer) (int64, error) {
			asked++
			n, err := io.WriteString(w, plainLetter)
			return int64(n), err
		}))
		return err
	}
	require.NoError(t, attempt())
	require.ErrorIs(t, attempt(), errDown)
	assert.Equal(t, 1, asked)
	require.ErrorIs(t, attempt(), errDown)
	assert.Equal(t, 2, asked)
	assert.Len(t, r.Deliveries(), 2)
	var lost *email.TransportError
	require.ErrorAs(t, attempt(), &lost)
	assert.True(t, lost.Uncertain)
	assert.Len(t, r.Deliveries(), 3, "the message is there; only the reply is lost")
	require.ErrorIs(t, attempt(), context.DeadlineExceeded)
	assert.Equal(t, 3, asked)
	require.NoError(t, attempt())
	require.ErrorAs(t, attempt(), &lost)
	assert.True(t, lost.Uncertain)
	require.ErrorIs(t, lost, context.DeadlineExceeded)
	assert.Equal(t, 8, r.Attempts())

	r.Inject(1, emailtest.FailConnect(errDown))
	r.Refuse("a@b.example", email.TransportError{Code: 550})
	r.LimitSize(1)
	r.Reset()
	require.NoError(t, attempt())
	assert.Equal(t, 1, r.Attempts())
	r.RequireSent(t)
}

func TestRefusedRecipientIsAcceptedAgain(t *testing.T) {
	r := emailtest.NewRecorder()
	r.Refuse("a@b.example", email.TransportError{Code: 450, Enhanced: "4.2.2", Text: "full", Temporary: true})
	env := email.Envelope{Recipients: []string{"a@b.example", "c@d.example"}}
	receipt, err := r.Deliver(context.Background(), env, strings.NewReader(plainLetter))
	require.NoError(t, err)
	assert.Equal(t, []email.Recipient{{Address: "a@b.example", Status: email.RecipientDeferred, Code: 450, Enhanced: "4.2.2", Text: "full"}}, receipt.Results)
	r.RequireNotSent(t, emailtest.Recipient("a@b.example"))
	r.Accept("a@b.example")
	receipt, err = r.Deliver(context.Background(), env, strings.NewReader(plainLetter))
	require.NoError(t, err)
	assert.Empty(t, receipt.Results)
	r.RequireSent(t, emailtest.Recipient("a@b.example"))
}

func TestDeliveriesAreTheCallers(t *testing.T) {
	r := emailtest.NewRecorder()
	deliver(t, r, plainLetter, "a@b.example")
	mine := r.Deliveries()[0]
	mine.Raw[0], mine.Envelope.Recipients[0], mine.Parsed.Subject = '!', "x@y.example", "changed"
	r.RequireSent(t, emailtest.Recipient("a@b.example"), emailtest.Subject("Hi"), emailtest.From("boris@shop.example"))
	deliver(t, r, "", "a@b.example")
	assert.NotNil(t, r.Deliveries()[1].Parsed, "nothing to parse")
}

type writerTo func(io.Writer) (int64, error)

func (f writerTo) WriteTo(w io.Writer) (int64, error) { return f(w) }
