package emailtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// SuppressionsHarness is how TestSuppressions gets at an implementation.
type SuppressionsHarness struct {
	// Open makes an empty storage and returns two handles on it, as StoreHarness.Open does.
	Open func(t testing.TB) (one, other email.Suppressions)
}

// TestSuppressions holds an implementation of email.Suppressions to every promise of its contract, each as a subtest
// with a storage of its own. Where it is an email.SuppressionLister, the promises of that are asked for, too.
func TestSuppressions(t *testing.T, h SuppressionsHarness) {
	open := func(t testing.TB) suppressionFixture {
		one, other := h.Open(t)
		return suppressionFixture{one, other}
	}
	hold(t, open, suppressionPromises)
	if one, _ := h.Open(t); is[email.SuppressionLister](one) {
		hold(t, open, suppressionListPromises)
	}
}

type suppressionFixture struct{ one, other email.Suppressions }

func (f suppressionFixture) add(t testing.TB, list ...email.Suppression) {
	t.Helper()
	for _, one := range list {
		noError(t, f.one.AddSuppression(context.Background(), one))
	}
}

// suppressed are those of some addresses, sorted.
func (f suppressionFixture) suppressed(t testing.TB, addrs ...string) []email.Suppression {
	t.Helper()
	list, err := f.other.Suppressed(context.Background(), addrs)
	noError(t, err)
	slices.SortFunc(list, func(a, b email.Suppression) int {
		return cmp.Or(strings.Compare(a.Address, b.Address), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

func aSuppression(addr string, reason email.SuppressionReason) email.Suppression {
	return email.Suppression{Address: addr, Reason: reason, At: suiteTime, MessageID: "m-" + addr, ActorID: "7"}
}

var suppressionPromises = []promise[suppressionFixture]{
	{"Suppressed returns suppressions as they were added, of the asked addresses alone", func(t *testing.T, f suppressionFixture) {
		olga, ivan := aSuppression("olga@customer.example", email.SuppressedBounce), aSuppression("иван@xn--80a1acny.example", email.SuppressedManual)
		f.add(t, olga, ivan, aSuppression("anna@customer.example", email.SuppressedUnsubscribe))
		same(t, "suppressed", []email.Suppression{olga, ivan},
			f.suppressed(t, "nobody@customer.example", ivan.Address, olga.Address, "olga@customer.exampl_", "%"))
		same(t, "of nobody", []email.Suppression(nil), f.suppressed(t))
	}},
	{"Suppressed of many addresses at once", func(t *testing.T, f suppressionFixture) {
		addrs := make([]string, 1500)
		for i := range addrs {
			addrs[i] = fmt.Sprintf("c%d@customer.example", i)
		}
		f.add(t, aSuppression(addrs[0], email.SuppressedBounce), aSuppression(addrs[len(addrs)-1], email.SuppressedBounce))
		equal(t, "suppressed", 2, len(f.suppressed(t, addrs...)))
	}},
	{"AddSuppression again for the same reason keeps the first", func(t *testing.T, f suppressionFixture) {
		first := aSuppression("olga@customer.example", email.SuppressedBounce)
		later := first
		later.At, later.MessageID, later.ActorID = suiteTime.Add(time.Hour), "other", "8"
		f.add(t, first, later)
		same(t, "suppressed", []email.Suppression{first}, f.suppressed(t, first.Address))
	}},
	{"AddSuppression for several reasons keeps each", func(t *testing.T, f suppressionFixture) {
		bounce := aSuppression("olga@customer.example", email.SuppressedBounce)
		unsubscribe := aSuppression("olga@customer.example", email.SuppressedUnsubscribe)
		f.add(t, unsubscribe, bounce)
		same(t, "suppressed", []email.Suppression{bounce, unsubscribe}, f.suppressed(t, "olga@customer.example"))
	}},
	{"AddSuppression by many at once keeps one", func(t *testing.T, f suppressionFixture) {
		race(8, func(i int) {
			store := []email.Suppressions{f.one, f.other}[i%2]
			if err := store.AddSuppression(context.Background(), aSuppression("olga@customer.example", email.SuppressedBounce)); err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
		equal(t, "suppressed", 1, len(f.suppressed(t, "olga@customer.example")))
	}},
	{"RemoveSuppression lifts one reason of one address", func(t *testing.T, f suppressionFixture) {
		kept := aSuppression("olga@customer.example", email.SuppressedUnsubscribe)
		other := aSuppression("anna@customer.example", email.SuppressedBounce)
		f.add(t, kept, other, aSuppression("olga@customer.example", email.SuppressedBounce))
		noError(t, f.other.RemoveSuppression(context.Background(), "olga@customer.example", email.SuppressedBounce))
		same(t, "suppressed", []email.Suppression{other, kept}, f.suppressed(t, kept.Address, other.Address))
		noError(t, f.one.RemoveSuppression(context.Background(), "nobody@customer.example", email.SuppressedBounce))
	}},
	{"Suppressions after the context's end", func(t *testing.T, f suppressionFixture) {
		kept := aSuppression("olga@customer.example", email.SuppressedUnsubscribe)
		f.add(t, kept)
		isError(t, f.one.AddSuppression(ended(), aSuppression("anna@customer.example", email.SuppressedBounce)), context.Canceled)
		isError(t, f.one.RemoveSuppression(ended(), kept.Address, kept.Reason), context.Canceled)
		_, err := f.one.Suppressed(ended(), []string{kept.Address})
		isError(t, err, context.Canceled)
		same(t, "suppressed", []email.Suppression{kept}, f.suppressed(t, kept.Address, "anna@customer.example"))
	}},
}

var suppressionListPromises = []promise[suppressionFixture]{
	{"ListSuppressions pages through all, newest first", func(t *testing.T, f suppressionFixture) {
		var want []email.Suppression
		for i := range 7 {
			one := aSuppression(fmt.Sprintf("c%d@customer.example", i), email.SuppressedBounce)
			one.At = suiteTime.Add(time.Duration(i/2) * time.Minute)
			want = append(want, one)
		}
		twice := want[4]
		twice.Reason = email.SuppressedUnsubscribe
		want = append(want, twice)
		f.add(t, want...)
		slices.SortFunc(want, newestSuppression)
		lister := f.other.(email.SuppressionLister)
		var got []email.Suppression
		for q := (email.SuppressionQuery{Limit: 1}); ; q.Before = &got[len(got)-1] {
			page, err := lister.ListSuppressions(context.Background(), q)
			noError(t, err)
			if len(page) == 0 {
				break
			}
			equal(t, "entries", 1, len(page))
			got = append(got, page...)
		}
		same(t, "listed", want, got)
		_, err := lister.ListSuppressions(ended(), email.SuppressionQuery{Limit: 1})
		isError(t, err, context.Canceled)
	}},
}
