package email_test

import (
	"context"
	"errors"
	"io"
	"iter"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
)

// cancelAfter ends the context when so many customers were asked for, and yields the others all the same.
func cancelAfter(n int, stop func(), list []email.Customer) func(context.Context, string) iter.Seq2[email.Customer, error] {
	return func(ctx context.Context, after string) iter.Seq2[email.Customer, error] {
		return func(yield func(email.Customer, error) bool) {
			i := 0
			for customer, err := range those(list)(ctx, after) {
				if i++; i == n {
					stop()
				}
				if !yield(customer, err) {
					return
				}
			}
		}
	}
}

// faults makes the nth call of any method of a store fail, before or after it was done.
type faultyStore struct {
	hostStore
	email.BatchOutbox
	email.Campaigns
	calls, at int
	after     bool
}

var errFault = errors.New("the disk is gone")

func (f *faultyStore) fault(do func() error) error {
	if f.calls++; f.calls != f.at && f.calls != f.at+1 { // twice, since a lost answer is asked for again
		return do()
	}
	if f.after {
		_ = do()
	}
	return errFault
}

func (f *faultyStore) EnqueueAll(ctx context.Context, list []email.Queued) (ids []string, err error) {
	return ids, f.fault(func() error { ids, err = f.BatchOutbox.EnqueueAll(ctx, list); return err })
}

func (f *faultyStore) Campaign(ctx context.Context, id string) (p email.CampaignProgress, err error) {
	return p, f.fault(func() error { p, err = f.Campaigns.Campaign(ctx, id); return err })
}

func (f *faultyStore) SaveCampaign(ctx context.Context, p email.CampaignProgress) error {
	return f.fault(func() error { return f.Campaigns.SaveCampaign(ctx, p) })
}

func (f *faultyStore) Messages(ctx context.Context, q email.MessageQuery) (list []email.Message, err error) {
	return list, f.fault(func() error { list, err = f.hostStore.Messages(ctx, q); return err })
}

func (f *faultyStore) PutBlob(ctx context.Context, r io.Reader) (b email.Blob, err error) {
	return b, f.fault(func() error { b, err = f.hostStore.PutBlob(ctx, r); return err })
}

// Whatever fails at whatever call, before or after it was done: another Send ends with everybody reached exactly once, and
// with the right numbers.
func TestCampaignGoesOnAfterAnyFault(t *testing.T) {
	customers := audience(230)
	customers[17].Emails = nil
	campaign := news(customers, func(c *email.Campaign) {
		c.Draft.Attachments = []attach.File{attach.Bytes("a.pdf", []byte("%PDF-1.4\n%%EOF\n"), morning)}
	})
	for _, after := range []bool{false, true} {
		for at := 1; ; at++ {
			w, kept := mailings(t)
			faulty := &faultyStore{hostStore: w.store, BatchOutbox: w.store.(email.BatchOutbox), Campaigns: kept, at: at, after: after}
			service, err := w.With(func(c *email.Config) { c.Store, c.Blobs, c.Campaigns = faulty, faulty, faulty })
			require.NoError(t, err)
			_, err = service.Campaigns.Send(t.Context(), campaign)
			if err == nil {
				require.Greater(t, at, 7, "every step was hit")
				break
			}
			require.ErrorIs(t, err, errFault)
			w.exactlyOnce(t, campaign, 229)
		}
	}
}

func TestCampaignGoesOnAfterItsContextEnded(t *testing.T) {
	customers := audience(230)
	customers[17].Emails = nil
	for _, n := range []int{1, 50, 100, 101, 200, 230} {
		w, _ := mailings(t)
		ctx, stop := context.WithCancel(t.Context())
		_, err := w.Campaigns.Send(ctx, news(customers, func(c *email.Campaign) { c.Audience = cancelAfter(n, stop, customers) }))
		require.ErrorIs(t, err, context.Canceled)
		w.exactlyOnce(t, news(customers), 229)
	}
}

// exactlyOnce sends a campaign to its end.
func (w *world) exactlyOnce(t *testing.T, campaign email.Campaign, want int) {
	t.Helper()
	report, err := w.Campaigns.Send(t.Context(), campaign)
	require.NoError(t, err)
	assert.True(t, report.Done)
	assert.Equal(t, want, report.Queued)
	assert.Equal(t, map[string]int{email.CodeCustomerNoEmail: 1}, report.Refused)
	got := w.received(t)
	require.Len(t, got, want)
	for addr, n := range got {
		require.Equal(t, 1, n, addr)
	}
}
