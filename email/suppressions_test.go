package email_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// suppressing makes a world that keeps suppressions.
func suppressing(t *testing.T, change ...func(*email.Config)) (*world, *emailtest.Store) {
	t.Helper()
	kept := emailtest.NewStore()
	return newWorld(t, append([]func(*email.Config){func(c *email.Config) { c.Suppressions = kept }}, change...)...), kept
}

func bulk(d *email.Draft) { d.Purpose = email.Bulk }

// toBoth makes a mailing to both of Ivan's addresses.
func toBoth(d *email.Draft) {
	d.Purpose, d.To = email.Bulk, []string{"ivan@example.org", "ivan@mail.ru"}
}

// reasons are those of all suppressions, newest first, with their addresses.
func (w *world) reasons(t *testing.T) (list []string) {
	t.Helper()
	page, err := w.Suppressions.List(t.Context(), "", 0)
	require.NoError(t, err)
	for _, one := range page.Items {
		list = append(list, string(one.Reason)+" "+one.Address)
	}
	return list
}

// suppress keeps a suppression for any reason, as the library does itself.
func (w *world) suppress(t *testing.T, addr string, reason email.SuppressionReason) {
	t.Helper()
	require.NoError(t, w.config.Suppressions.AddSuppression(t.Context(), email.Suppression{Address: addr, Reason: reason, At: morning}))
}

func TestSuppressedRecipientGetsNoMailing(t *testing.T) {
	w, _ := suppressing(t)
	require.NoError(t, w.Suppressions.Add(t.Context(), "anna", "IVAN@Example.ORG"))
	refusals := w.refusals(t, bulk)
	assert.Equal(t, []string{email.CodeSuppressedManual}, codes(refusals))
	assert.Equal(t, "Адрес исключён из рассылок: ivan@example.org", refusals[0].Text("ru"))
	w.send(t, bulk, func(d *email.Draft) { d.To = []string{"ivan@mail.ru"} })
}

func TestSuppressionIsShownForALetter(t *testing.T) {
	w, _ := suppressing(t)
	require.NoError(t, w.Suppressions.Add(t.Context(), "anna", "ivan@example.org"))
	form, err := w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	require.Len(t, form.Suppressed, 1)
	assert.Equal(t, "The address was excluded from mailings: ivan@example.org", form.Suppressed[0].Text("en"))
	preview, err := w.Preview(t.Context(), draft())
	require.NoError(t, err)
	assert.True(t, preview.SendAllowed())
	require.Len(t, preview.Suppressed, 1)
	assert.Equal(t, "anna", preview.Suppressed[0].ActorID)
	assert.Equal(t, email.StateSent, w.dispatch(t, w.send(t).ID).State)
}

// Somebody who leaves between the queue and the time of the mailing gets nothing.
func TestSuppressionIsAskedAgain(t *testing.T) {
	w, _ := suppressing(t)
	msg := w.send(t, bulk)
	letter := w.send(t)
	require.NoError(t, w.Suppressions.Add(t.Context(), "anna", "ivan@example.org"))
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateFailed, got.State)
	assert.Equal(t, email.CodeSuppressedManual, got.Events[len(got.Events)-1].Detail)
	assert.Equal(t, email.StateSent, w.message(t, letter.ID).State)

	err := w.Resend(t.Context(), "anna", msg.ID)
	var refused *email.RefusedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, email.CodeSuppressedManual, refused.Code)
	require.NoError(t, w.Suppressions.Remove(t.Context(), "anna", "Ivan@example.org", email.SuppressedManual))
	require.NoError(t, w.Resend(t.Context(), "anna", msg.ID))
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

// What the server said counts, whatever becomes of what is learnt from it.
func TestPanicWhileLearningFromAnAnswer(t *testing.T) {
	w, _ := mailings(t, perMinute)
	w.recorder.Refuse("ivan@mail.ru", email.TransportError{Code: 550, Enhanced: "5.1.1"})
	msg := w.send(t, func(d *email.Draft) { d.To = []string{"ivan@example.org", "ivan@mail.ru"} })
	broken, err := w.With(func(c *email.Config) { c.Suppressions = amnesiac{c.Suppressions} })
	require.NoError(t, err)
	w.Service = broken
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

// amnesiac panics where it is to remember.
type amnesiac struct{ email.Suppressions }

func (amnesiac) AddSuppression(context.Context, email.Suppression) error { panic("bug") }

// A mailing to both addresses of a customer goes to the one that it still reaches, unless he has left by the other.
func TestMailingToSeveralAddresses(t *testing.T) {
	for reason, to := range map[email.SuppressionReason][]string{
		email.SuppressedBounce:      {"ivan@mail.ru"},
		email.SuppressedManual:      {"ivan@mail.ru"},
		email.SuppressedUnsubscribe: nil,
		email.SuppressedComplaint:   nil,
	} {
		t.Run(string(reason), func(t *testing.T) { testMailing(t, reason, to) })
		t.Run(string(reason)+" while it waits", func(t *testing.T) { testQueuedMailing(t, reason, to) })
	}
}

func testMailing(t *testing.T, reason email.SuppressionReason, to []string) {
	w, _ := mailings(t)
	w.suppress(t, "ivan@example.org", reason)
	msg, err := w.Send(t.Context(), draft(toBoth))
	if to == nil {
		require.Error(t, err)
		return
	}
	require.NoError(t, err)
	w.dispatch(t, msg.ID)
	require.Len(t, w.recorder.Deliveries(), 1)
	assert.Equal(t, to, w.recorder.Deliveries()[0].Envelope.Recipients)
	assert.NotContains(t, string(w.recorder.Deliveries()[0].Raw), "ivan@example.org")
}

func testQueuedMailing(t *testing.T, reason email.SuppressionReason, to []string) {
	w, _ := mailings(t)
	msg := w.send(t, toBoth)
	w.suppress(t, "ivan@example.org", reason)
	got := w.dispatch(t, msg.ID)
	if to == nil {
		assert.Equal(t, email.StateFailed, got.State)
		assert.Empty(t, w.recorder.Deliveries())
		return
	}
	require.Len(t, w.recorder.Deliveries(), 1)
	assert.Equal(t, to, w.recorder.Deliveries()[0].Envelope.Recipients)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, []email.RecipientStatus{email.RecipientRefused, email.RecipientAccepted},
		[]email.RecipientStatus{got.Recipients[0].Status, got.Recipients[1].Status})
	assert.Equal(t, "suppressed."+string(reason), got.Recipients[0].Text)
}

// Who has left by one of his addresses gets no mailing to another, and a campaign neither, whose address is the first: it may
// have been added since.
func TestWhoHasLeftByAnotherAddress(t *testing.T) {
	w, _ := mailings(t)
	w.suppress(t, "ivan@mail.ru", email.SuppressedUnsubscribe)
	_, err := w.Send(t.Context(), draft(bulk, func(d *email.Draft) { d.To = []string{"ivan@example.org"} }))
	var refusals email.Refusals
	require.ErrorAs(t, err, &refusals)
	assert.Equal(t, []string{"suppressed.unsubscribe", "ivan@mail.ru"}, []string{refusals[0].Code, refusals[0].Detail})

	report, err := w.Campaigns.Send(t.Context(), news([]email.Customer{
		{ID: "left", Emails: []string{"new@example.org", "ivan@mail.ru"}, ManagerID: "anna"},
		{ID: "stays", Emails: []string{"stays@example.org", "gone@example.org"}, ManagerID: "anna"},
	}))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"suppressed.unsubscribe": 1}, report.Refused)
	assert.Equal(t, 1, report.Queued)
	assert.Equal(t, email.StateSent, w.dispatch(t, w.send(t, func(d *email.Draft) { d.To = []string{"ivan@mail.ru"} }).ID).State, "a letter goes all the same")
}

func TestSuppressionsPage(t *testing.T) {
	w, _ := suppressing(t)
	for i := range 5 {
		w.clock.Advance(time.Second)
		require.NoError(t, w.Suppressions.Add(t.Context(), "anna", fmt.Sprintf("c%d@example.org", i)))
	}
	var got []string
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := w.Suppressions.List(t.Context(), cursor, 2)
		require.NoError(t, err)
		for _, one := range page.Items {
			got = append(got, one.Address)
		}
		cursor = page.Next
	}
	assert.Equal(t, []string{"c4@example.org", "c3@example.org", "c2@example.org", "c1@example.org", "c0@example.org"}, got)
	_, err := w.Suppressions.List(t.Context(), "nonsense", 2)
	require.ErrorIs(t, err, email.ErrBadCursor)
}

func TestSuppressionsAreOptional(t *testing.T) {
	w := newWorld(t)
	require.ErrorIs(t, w.Suppressions.Add(t.Context(), "anna", "ivan@example.org"), email.ErrUnsupported)
	require.ErrorIs(t, w.Suppressions.Remove(t.Context(), "anna", "ivan@example.org", email.SuppressedManual), email.ErrUnsupported)
	_, err := w.Suppressions.List(t.Context(), "", 0)
	require.ErrorIs(t, err, email.ErrUnsupported)
	list, err := w.Suppressions.Of(t.Context(), "ivan@example.org")
	require.NoError(t, err)
	assert.Empty(t, list)
	w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 550, Enhanced: "5.1.1"})
	assert.Equal(t, email.StateFailed, w.dispatch(t, w.send(t).ID).State)
}

func TestSuppressRefusesNoAddress(t *testing.T) {
	w, _ := suppressing(t)
	var refused *email.RefusedError
	require.ErrorAs(t, w.Suppressions.Add(t.Context(), "anna", "nobody"), &refused)
	assert.Equal(t, email.CodeRecipientInvalid, refused.Code)
}

func TestAddressKey(t *testing.T) {
	for addr, want := range map[string]string{
		"Ivan@Example.ORG":           "ivan@example.org",
		" <ivan@example.org> ":       "ivan@example.org",
		"Иван@ПОЧТА.рф":              "иван@xn--80a1acny.xn--p1ai",
		"иван@xn--80a1acny.xn--p1ai": "иван@xn--80a1acny.xn--p1ai",
		"nobody":                     "nobody",
		"":                           "",
	} {
		assert.Equal(t, want, email.AddressKey(addr))
	}
}
