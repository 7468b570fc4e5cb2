package emailtest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// CampaignsHarness is how TestCampaigns gets at an implementation.
type CampaignsHarness struct {
	// Open makes an empty storage and returns two handles on it, as StoreHarness.Open does.
	Open func(t testing.TB) (one, other email.Campaigns)
}

// TestCampaigns holds an implementation of email.Campaigns to every promise of its contract, each as a subtest with a
// storage of its own.
func TestCampaigns(t *testing.T, h CampaignsHarness) {
	hold(t, func(t testing.TB) campaignFixture {
		one, other := h.Open(t)
		return campaignFixture{one, other}
	}, campaignPromises)
}

type campaignFixture struct{ one, other email.Campaigns }

func (f campaignFixture) campaign(t testing.TB, id string) email.CampaignProgress {
	t.Helper()
	p, err := f.other.Campaign(context.Background(), id)
	noError(t, err)
	return p
}

func aCampaign(id string) email.CampaignProgress {
	return email.CampaignProgress{
		ID: id, ContentHash: "hash", After: "клиент-7", Queued: 1 << 33, Refused: map[string]int{"customer.no-email": 3, "suppressed.bounce": 1},
		StartedAt: suiteTime, UpdatedAt: suiteTime.Add(time.Hour),
	}
}

var campaignPromises = []promise[campaignFixture]{
	{"SaveCampaign keeps everything as the next version", func(t *testing.T, f campaignFixture) {
		want := aCampaign("a")
		noError(t, f.one.SaveCampaign(context.Background(), want))
		want.Version = 1
		same(t, "campaign", want, f.campaign(t, "a"))
		want.After, want.Queued, want.Done, want.Refused = "клиент-8", 5, true, nil
		noError(t, f.other.SaveCampaign(context.Background(), want))
		got := f.campaign(t, "a")
		equal(t, "refused", 0, len(got.Refused))
		want.Version, got.Refused = 2, nil
		same(t, "campaign", want, got)
	}},
	{"SaveCampaign keeps what it was given when the caller changes it afterwards", func(t *testing.T, f campaignFixture) {
		p := aCampaign("a")
		noError(t, f.one.SaveCampaign(context.Background(), p))
		p.Refused["customer.no-email"] = 99
		f.campaign(t, "a").Refused["customer.no-email"] = 98
		equal(t, "refused", 3, f.campaign(t, "a").Refused["customer.no-email"])
	}},
	{"Campaign of an unknown id is ErrNotFound", func(t *testing.T, f campaignFixture) {
		noError(t, f.one.SaveCampaign(context.Background(), aCampaign("a")))
		for _, id := range []string{"b", "", "A", "%"} {
			_, err := f.one.Campaign(context.Background(), id)
			isError(t, err, email.ErrNotFound)
		}
	}},
	{"SaveCampaign of another version is ErrConflict and changes nothing", func(t *testing.T, f campaignFixture) {
		p := aCampaign("a")
		p.Version = 1
		isError(t, f.one.SaveCampaign(context.Background(), p), email.ErrConflict)
		p.Version = 0
		noError(t, f.one.SaveCampaign(context.Background(), p))
		for _, version := range []int{0, 2, -1} {
			p.Version, p.Queued = version, 0
			isError(t, f.other.SaveCampaign(context.Background(), p), email.ErrConflict)
		}
		equal(t, "queued", 1<<33, f.campaign(t, "a").Queued)
		_, err := f.one.Campaign(context.Background(), "b")
		isError(t, err, email.ErrNotFound)
	}},
	{"SaveCampaign by many at once lets one through", func(t *testing.T, f campaignFixture) {
		for version := range 3 {
			var saved atomic.Int32
			race(8, func(i int) {
				p := aCampaign("a")
				p.Version = version
				switch err := []email.Campaigns{f.one, f.other}[i%2].SaveCampaign(context.Background(), p); {
				case err == nil:
					saved.Add(1)
				case !errors.Is(err, email.ErrConflict):
					t.Errorf("caller %d: %v", i, err)
				}
			})
			equal(t, "saved", 1, saved.Load())
		}
		equal(t, "version", 3, f.campaign(t, "a").Version)
	}},
	{"Campaigns after the context's end", func(t *testing.T, f campaignFixture) {
		isError(t, f.one.SaveCampaign(ended(), aCampaign("a")), context.Canceled)
		_, err := f.one.Campaign(context.Background(), "a")
		isError(t, err, email.ErrNotFound)
		noError(t, f.one.SaveCampaign(context.Background(), aCampaign("a")))
		_, err = f.one.Campaign(ended(), "a")
		isError(t, err, context.Canceled)
	}},
}
