package emailtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
)

func TestEnvSendsTheTemplate(t *testing.T) {
	env := emailtest.New(t)
	draft := emailtest.Draft()
	draft.Letter.Subject, draft.Letter.Text, draft.TemplateID = "", "", emailtest.TemplateID
	draft.Bcc = []string{"archive@shop.example"}
	sent := env.Send(t, draft)
	assert.Equal(t, email.StateSent, sent.State)
	assert.Equal(t, env.Clock.Now(), sent.SentAt)
	env.Recorder.RequireSent(t,
		emailtest.From(emailtest.ManagerEmail),
		emailtest.To(emailtest.CustomerEmail),
		emailtest.Bcc("archive@shop.example"),
		emailtest.Subject("Здравствуйте, Ольга"),
		emailtest.TextContains("Рады видеть вас, Ольга."),
		emailtest.HTMLContains("Новости для вас, Ольга"),
		emailtest.NoAttachments())
}

func TestEnvHoldsTheCast(t *testing.T) {
	env := emailtest.New(t)
	for _, test := range []struct {
		name   string
		change func(*email.Draft)
		code   string
	}{
		{"the newcomer", func(d *email.Draft) { d.ActorID = emailtest.NewcomerID }, sender.CodeTransactionalDisabled},
		{"the forbidden", func(d *email.Draft) { d.ActorID = emailtest.ForbiddenID }, sender.CodeTransactionalDisabled},
		{"without address", func(d *email.Draft) { d.CustomerID = emailtest.SilentID }, email.CodeCustomerNoEmail},
		{"without manager", func(d *email.Draft) { d.CustomerID = emailtest.OrphanID }, sender.CodeNoManager},
		{"unconfirmed sender", func(d *email.Draft) {
			d.From = sender.Choice{Kind: sender.Additional, ID: emailtest.UnconfirmedID}
		}, sender.CodeUnconfirmed},
		{"another event", func(d *email.Draft) { d.TemplateID = emailtest.OrderTemplateID }, email.CodeTemplateWrongEvent},
	} {
		t.Run(test.name, func(t *testing.T) {
			draft := emailtest.Draft()
			test.change(&draft)
			_, err := env.Service.Send(context.Background(), draft)
			var refusals email.Refusals
			require.ErrorAs(t, err, &refusals)
			assert.True(t, refusals.Has(test.code), "%v", err)
		})
	}
	for _, choice := range []sender.Choice{{Kind: sender.Manager}, {Kind: sender.Store}, {Kind: sender.Additional, ID: emailtest.AdditionalID}} {
		draft := emailtest.Draft()
		draft.From = choice
		env.Send(t, draft)
	}
	env.Recorder.RequireCount(t, 3)
	env.Recorder.RequireSent(t, emailtest.From(emailtest.StoreEmail))
	env.Recorder.RequireSent(t, emailtest.From(emailtest.AdditionalEmail))
}

func TestEnvIsTheSameInEveryRun(t *testing.T) {
	run := func() string {
		env := emailtest.New(t)
		env.Send(t, emailtest.Draft())
		return string(env.Recorder.RequireSent(t).Raw)
	}
	assert.Equal(t, run(), run())
}

func TestEnvTriesThreeTimes(t *testing.T) {
	env := emailtest.New(t)
	for n := range 3 {
		env.Recorder.Inject(n+1, emailtest.FailConnect(errors.New("no route to host")))
	}
	m := env.Send(t, emailtest.Draft())
	assert.Equal(t, email.StateQueued, m.State)
	assert.Zero(t, env.Dispatch(t), "not before the minute is over")
	env.Clock.Advance(time.Minute)
	env.Dispatch(t)
	env.Clock.Advance(time.Minute)
	env.Dispatch(t)
	assert.Equal(t, email.StateFailed, env.Message(t, m.ID).State)
	env.Recorder.RequireNotSent(t)
}

func TestEnvTakesOptions(t *testing.T) {
	own := emailtest.NewTenantStore("acme")
	env := emailtest.New(t, func(c *email.Config) {
		c.Tenant, c.Store, c.Blobs = "acme", own, own
	})
	m := env.Send(t, emailtest.Draft())
	_, err := own.Message(context.Background(), m.ID)
	require.NoError(t, err)
	_, err = env.Store.Message(context.Background(), m.ID)
	require.ErrorIs(t, err, email.ErrNotFound)
	assert.Equal(t, "acme", env.Store.Tenant())

	assert.Contains(t, failure(t, func(t testing.TB) {
		emailtest.New(t, func(c *email.Config) { c.Transport = nil })
	}), "Config.Transport is missing")
}

func TestEnvKnowsTheSizeLimit(t *testing.T) {
	env := emailtest.New(t)
	queued, err := env.Service.Send(context.Background(), emailtest.Draft())
	require.NoError(t, err)
	env.Recorder.LimitSize(100)
	_, err = env.Service.Send(context.Background(), emailtest.Draft())
	var refusals email.Refusals
	require.ErrorAs(t, err, &refusals)
	env.Dispatch(t) // what was queued before the limit
	assert.Equal(t, email.StateFailed, env.Message(t, queued.ID).State)
	env.Recorder.RequireNotSent(t)
	env.Recorder.LimitSize(0)
	env.Send(t, emailtest.Draft())
	env.Recorder.RequireSent(t)
}

func TestEnvCanHaveTwoProcesses(t *testing.T) {
	env := emailtest.New(t)
	other, err := email.New(env.Config)
	require.NoError(t, err)
	_, err = env.Service.Send(context.Background(), emailtest.Draft())
	require.NoError(t, err)
	n, err := other.DispatchDue(context.Background())
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Zero(t, env.Dispatch(t))
	env.Recorder.RequireSent(t)
}

func TestEnvEndsTheTestWhereItCannotGoOn(t *testing.T) {
	env := emailtest.New(t)
	assert.Contains(t, failure(t, func(t testing.TB) { env.Send(t, email.Draft{}) }), "emailtest: send: ")
	assert.Contains(t, failure(t, func(t testing.TB) { env.Message(t, "nobody") }), "not found")
}

func TestEnvConfirmsAnAddress(t *testing.T) {
	env := emailtest.New(t)
	ref := sender.Ref{Kind: sender.User, ID: emailtest.NewcomerID}
	require.NoError(t, env.Service.Senders.RequestConfirmation(context.Background(), ref, "en"))
	letter := env.Recorder.RequireSent(t, emailtest.To(emailtest.NewcomerEmail))
	_, token, found := strings.Cut(letter.Parsed.Text, "confirm?token=")
	require.True(t, found)
	confirmed, err := env.Service.Senders.Confirm(context.Background(), strings.Fields(token)[0])
	require.NoError(t, err)
	assert.Equal(t, ref, confirmed)
	require.NoError(t, env.Service.Senders.Allow(context.Background(), ref, true))
	draft := emailtest.Draft()
	draft.ActorID = emailtest.NewcomerID
	assert.Equal(t, email.StateSent, env.Send(t, draft).State)
}
