package sqlstore_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// A campaign that is broken off again and again, each time in another process, reaches everybody exactly once, with the
// numbers right at the end.
func TestCampaignIsTakenUpAgain(t *testing.T) {
	onEach(t, func(t *testing.T) {
		const n = 350
		path := newFile(t)
		seed(t, storeOn(t, openDB(t, path), sqlstore.Options{}))
		recorder := emailtest.NewRecorder()
		var report email.CampaignReport
		for _, breakOff := range []int{30, 101, 150, 0} {
			store := storeOn(t, openDB(t, path), sqlstore.Options{})
			service := serviceOn(t, store, recorder)
			service, err := service.With(func(c *email.Config) { c.Campaigns, c.Suppressions = store, store })
			require.NoError(t, err)
			if breakOff == 30 {
				require.NoError(t, service.Suppressions.Add(context.Background(), "7", "R0005@mail.example"))
			}
			ctx, stop := context.WithCancel(context.Background())
			report, err = service.Campaigns.Send(ctx, spring(n, breakOff, stop))
			if breakOff > 0 {
				require.ErrorIs(t, err, context.Canceled)
			} else {
				require.NoError(t, err)
			}
			stop()
		}
		assert.Equal(t, n-1, report.Queued)
		assert.Equal(t, map[string]int{email.CodeSuppressedManual: 1}, report.Refused)
		assert.True(t, report.Done)

		service := serviceOn(t, storeOn(t, openDB(t, path), sqlstore.Options{}), recorder)
		sent, err := service.DispatchDue(context.Background())
		require.NoError(t, err)
		assert.Equal(t, n-1, sent)
		got := map[string]int{}
		for _, d := range recorder.Deliveries() {
			got[d.Envelope.Recipients[0]]++
		}
		assert.Len(t, got, n-1)
		assert.Len(t, recorder.Deliveries(), n-1)
	})
}

// spring is a campaign to n customers; the context ends when so many were asked for, unless that is 0.
func spring(n, breakOff int, stop func()) email.Campaign {
	return email.Campaign{
		ID: "spring",
		Draft: email.Draft{ActorID: "7", From: sender.Choice{Kind: sender.Manager},
			Letter: template.Letter{Subject: "Весна", Text: "Здравствуйте, {{ customer.firstName }}!"}},
		Audience: func(_ context.Context, after string) iter.Seq2[email.Customer, error] {
			return func(yield func(email.Customer, error) bool) {
				asked := 0
				for i := range n {
					id := fmt.Sprintf("r%04d", i)
					if id <= after {
						continue
					}
					if asked++; asked == breakOff {
						stop()
					}
					if !yield(email.Customer{ID: id, FirstName: "Ольга", Emails: []string{id + "@mail.example"}, ManagerID: "7"}, nil) {
						return
					}
				}
			}
		},
	}
}

// What one tenant keeps about mass mailings is nothing to another.
func TestBulkByTenant(t *testing.T) {
	onEach(t, func(t *testing.T) {
		ctx := context.Background()
		db := openDB(t, newFile(t))
		one, other := storeOn(t, db, sqlstore.Options{Tenant: "a"}), storeOn(t, db, sqlstore.Options{Tenant: "b"})
		require.NoError(t, one.AddSuppression(ctx, email.Suppression{Address: "olga@mail.example", Reason: email.SuppressedManual, At: noon}))
		require.NoError(t, one.SaveCampaign(ctx, email.CampaignProgress{ID: "spring", StartedAt: noon, UpdatedAt: noon}))
		turn := email.TurnRequest{Domain: "mail.example", Now: noon, Every: time.Hour, Burst: 1}
		_, err := one.TakeTurn(ctx, turn)
		require.NoError(t, err)

		list, err := other.Suppressed(ctx, []string{"olga@mail.example"})
		require.NoError(t, err)
		assert.Empty(t, list)
		list, err = other.ListSuppressions(ctx, email.SuppressionQuery{Limit: 10})
		require.NoError(t, err)
		assert.Empty(t, list)
		require.NoError(t, other.RemoveSuppression(ctx, "olga@mail.example", email.SuppressedManual))
		_, err = other.Campaign(ctx, "spring")
		require.ErrorIs(t, err, email.ErrNotFound)
		require.NoError(t, other.SaveCampaign(ctx, email.CampaignProgress{ID: "spring", StartedAt: noon, UpdatedAt: noon}))
		again, err := other.TakeTurn(ctx, turn)
		require.NoError(t, err)
		assert.Zero(t, again)
		list, err = one.Suppressed(ctx, []string{"olga@mail.example"})
		require.NoError(t, err)
		assert.Len(t, list, 1)
	})
}
