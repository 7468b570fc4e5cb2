package email_test

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// audience is n customers by their ids, whom the host's store need not know.
func audience(n int) []email.Customer {
	list := make([]email.Customer, n)
	for i := range list {
		id := fmt.Sprintf("c%05d", i)
		list[i] = email.Customer{ID: id, FirstName: "Имя" + id, Emails: []string{id + "@example.org"}, ManagerID: "anna"}
	}
	return list
}

// those yields customers in the order of their ids.
func those(list []email.Customer) func(context.Context, string) iter.Seq2[email.Customer, error] {
	return func(_ context.Context, after string) iter.Seq2[email.Customer, error] {
		return func(yield func(email.Customer, error) bool) {
			for _, customer := range list {
				if customer.ID > after && !yield(customer, nil) {
					return
				}
			}
		}
	}
}

// news is a campaign from the manager.
func news(customers []email.Customer, change ...func(*email.Campaign)) email.Campaign {
	c := email.Campaign{
		ID: "spring",
		Draft: email.Draft{ActorID: "boris", From: sender.Choice{Kind: sender.Manager}, Letter: template.Letter{
			Subject: "Весна, {{ customer.firstName }}", HTML: "<p>Скидка {{ percent }} %</p>"}, Vars: template.Vars{"percent": 10}},
		Audience: those(customers),
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// mailings makes a world with everything that campaigns may use.
func mailings(t *testing.T, change ...func(*email.Config)) (*world, *emailtest.Store) {
	t.Helper()
	kept := emailtest.NewStore()
	return newWorld(t, append([]func(*email.Config){func(c *email.Config) { c.Suppressions, c.Campaigns = kept, kept }}, change...)...), kept
}

// received are how often each customer got the letter.
func (w *world) received(t *testing.T) map[string]int {
	t.Helper()
	for {
		n, err := w.DispatchDue(t.Context())
		require.NoError(t, err)
		if n == 0 {
			break
		}
	}
	got := map[string]int{}
	for _, d := range w.recorder.Deliveries() {
		for _, addr := range d.Envelope.Recipients {
			got[addr]++
		}
	}
	return got
}

func TestCampaign(t *testing.T) {
	w, _ := mailings(t)
	customers := audience(250)
	customers[3].Emails, customers[4].Emails = nil, []string{"nobody"}
	require.NoError(t, w.Suppressions.Add(t.Context(), "anna", "C00005@example.org"))
	var told []string
	report, err := w.Campaigns.Send(t.Context(), news(customers, func(c *email.Campaign) {
		c.Draft.Letter.Text = "{% if customer.id == 'c00006' %}{% cancel \"не надо\" %}{% endif %}{% if customer.id == 'c00007' %}{{ 1 / 0 }}{% endif %}Скидка"
		c.Draft.Letter.HTML = ""
		c.Draft.Vars = nil
		c.Refused = func(id string, why email.Refusals) { told = append(told, id+" "+why[0].Code) }
	}))
	require.NoError(t, err)
	assert.Equal(t, 245, report.Queued)
	assert.Equal(t, map[string]int{email.CodeCustomerNoEmail: 1, email.CodeRecipientInvalid: 1, email.CodeSuppressedManual: 1,
		email.CodeTemplateCanceled: 1, email.CodeTemplateInvalid: 1}, report.Refused)
	assert.Equal(t, []string{"c00003 customer.no-email", "c00004 recipient.invalid", "c00005 suppressed.manual",
		"c00006 template.canceled", "c00007 template.invalid"}, told)
	require.Len(t, report.Listed, 5)
	assert.Equal(t, "c00006", report.Listed[3].CustomerID)
	assert.Equal(t, "Шаблон отменил отправку письма: не надо", report.Listed[3].Refusals.Text("ru"))
	assert.True(t, report.Done)

	got := w.received(t)
	assert.Len(t, got, 245)
	delivery := w.recorder.Deliveries()[0]
	assert.Equal(t, "Весна, Имяc00000", delivery.Parsed.Subject)
	assert.Equal(t, "anna@shop.example", delivery.Envelope.ReturnPath)

	progress, err := w.Campaigns.Progress(t.Context(), "spring")
	require.NoError(t, err)
	assert.Equal(t, report.CampaignProgress, progress)
	again, err := w.Campaigns.Send(t.Context(), news(customers, func(c *email.Campaign) {
		c.Draft.Letter.Text = "{% if customer.id == 'c00006' %}{% cancel \"не надо\" %}{% endif %}{% if customer.id == 'c00007' %}{{ 1 / 0 }}{% endif %}Скидка"
		c.Draft.Letter.HTML, c.Draft.Vars = "", nil
	}))
	require.NoError(t, err, "what is done stays done")
	assert.Equal(t, progress, again.CampaignProgress)
	assert.Len(t, w.received(t), 245)
}

// What speaks against the letter itself comes back before anything is queued.
func TestCampaignIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*email.Campaign)
		code   string
	}{
		"active content":   {func(c *email.Campaign) { c.Draft.Letter.HTML = "<iframe src=x></iframe>" }, email.CodeContentBlocked},
		"syntax":           {func(c *email.Campaign) { c.Draft.Letter.HTML = "{{ customer" }, email.CodeTemplateInvalid},
		"unknown function": {func(c *email.Campaign) { c.Draft.Letter.HTML = "{{ evil() }}" }, email.CodeTemplateInvalid},
		"unknown template": {func(c *email.Campaign) { c.Draft.TemplateID = "none" }, email.CodeTemplateUnknown},
		"another event":    {func(c *email.Campaign) { c.Draft.TemplateID = "order" }, email.CodeTemplateWrongEvent},
		"unknown sender": {func(c *email.Campaign) { c.Draft.From = sender.Choice{Kind: sender.Additional, ID: "none"} },
			"sender.unknown"},
		"no sender":         {func(c *email.Campaign) { c.Draft.From = sender.Choice{} }, sender.CodeNotChosen},
		"no kind of sender": {func(c *email.Campaign) { c.Draft.From.Kind = "director" }, sender.CodeUnknown},
		"a file": {func(c *email.Campaign) {
			c.Draft.Attachments = []attach.File{attach.Bytes("a.exe", []byte("MZ"), morning)}
		},
			email.CodeAttachmentsBlocked},
	} {
		t.Run(name, func(t *testing.T) {
			w, kept := mailings(t)
			_, err := w.Campaigns.Send(t.Context(), news(audience(3), c.change))
			var refusals email.Refusals
			require.ErrorAs(t, err, &refusals)
			assert.True(t, refusals.Has(c.code), "%v", err)
			assert.Empty(t, w.all(t))
			_, err = kept.Campaign(t.Context(), "spring")
			assert.ErrorIs(t, err, email.ErrNotFound)
		})
	}
	for name, change := range map[string]func(*email.Campaign){
		"no id":       func(c *email.Campaign) { c.ID = "" },
		"no audience": func(c *email.Campaign) { c.Audience = nil },
		"blind copy":  func(c *email.Campaign) { c.Draft.Bcc = []string{"boss@shop.example"} },
		"one letter":  func(c *email.Campaign) { c.Draft.CustomerID = "ivan" },
	} {
		w, _ := mailings(t)
		_, err := w.Campaigns.Send(t.Context(), news(audience(3), change))
		require.Error(t, err, name)
	}
}

func TestCampaignIsPinned(t *testing.T) {
	w, _ := mailings(t)
	ctx, stop := context.WithCancel(t.Context())
	customers := audience(300)
	broken := news(customers, func(c *email.Campaign) { c.Audience = cancelAfter(150, stop, customers) })
	_, err := w.Campaigns.Send(ctx, broken)
	require.ErrorIs(t, err, context.Canceled)
	for name, change := range map[string]func(*email.Campaign){
		"letter": func(c *email.Campaign) { c.Draft.Letter.Subject = "Лето" },
		"sender": func(c *email.Campaign) { c.Draft.From = sender.Choice{Kind: sender.Store} },
		"data":   func(c *email.Campaign) { c.Draft.Vars = template.Vars{"percent": 90} },
		"file": func(c *email.Campaign) {
			c.Draft.Attachments = []attach.File{attach.Bytes("a.png", bigPNG(t), morning)}
		},
	} {
		_, err := w.Campaigns.Send(t.Context(), news(customers, change))
		var refused *email.RefusedError
		require.ErrorAs(t, err, &refused, name)
		assert.Equal(t, email.CodeCampaignChanged, refused.Code, name)
	}
	report, err := w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	assert.Equal(t, 300, report.Queued)
}

// Who leaves between the crash and the next Send has his letter in the queue already: he is counted as queued, and gets
// nothing all the same.
func TestCampaignCountsWhoLeftMeanwhile(t *testing.T) {
	w, kept := mailings(t)
	faulty := &faultyStore{hostStore: w.store, BatchOutbox: w.store.(email.BatchOutbox), Campaigns: kept, at: 4} // the first batch is queued, not counted
	service, err := w.With(func(c *email.Config) { c.Store, c.Campaigns = faulty, faulty })
	require.NoError(t, err)
	_, err = service.Campaigns.Send(t.Context(), news(audience(5)))
	require.ErrorIs(t, err, errFault)
	require.NoError(t, w.Suppressions.Add(t.Context(), "anna", "c00002@example.org"))
	report, err := w.Campaigns.Send(t.Context(), news(audience(5)))
	require.NoError(t, err)
	assert.Equal(t, 5, report.Queued)
	assert.Empty(t, report.Refused)
	assert.Len(t, w.received(t), 4)
}

func TestCampaignWithoutItsStores(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Store = storeOnly{c.Store} })
	customers := audience(120)
	_, err := w.Campaigns.Send(t.Context(), news(customers[:70]))
	require.NoError(t, err)
	report, err := w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	assert.Equal(t, 120, report.Queued)
	got := w.received(t)
	assert.Len(t, got, 120)
	for addr, n := range got {
		assert.Equal(t, 1, n, addr)
	}
	_, err = w.Campaigns.Progress(t.Context(), "spring")
	require.ErrorIs(t, err, email.ErrUnsupported)
}

// storeOnly hides what else a store can do.
type storeOnly struct{ email.Store }

// Two that send one campaign at once reach everybody once; one of them is told of the other, or finds nothing to do.
func TestCampaignBySeveralAtOnce(t *testing.T) {
	w, _ := mailings(t)
	errs := make(chan error, 4)
	for range cap(errs) {
		go func() {
			_, err := w.Campaigns.Send(t.Context(), news(audience(500)))
			errs <- err
		}()
	}
	done := 0
	for range cap(errs) {
		if err := <-errs; err == nil {
			done++
		} else {
			require.ErrorIs(t, err, email.ErrConflict)
		}
	}
	assert.Positive(t, done)
	got := w.received(t)
	assert.Len(t, got, 500)
	assert.Len(t, w.recorder.Deliveries(), 500)
}

func TestCampaignAudienceFails(t *testing.T) {
	w, _ := mailings(t)
	customers := audience(150)
	report, err := w.Campaigns.Send(t.Context(), news(customers, func(c *email.Campaign) {
		c.Audience = func(context.Context, string) iter.Seq2[email.Customer, error] {
			return func(yield func(email.Customer, error) bool) {
				for _, customer := range customers[:120] {
					yield(customer, nil)
				}
				yield(email.Customer{}, errFault)
			}
		}
	}))
	require.ErrorIs(t, err, errFault)
	assert.Equal(t, 120, report.Queued, "those before it are queued")
	report, err = w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	assert.Equal(t, 150, report.Queued)
	assert.Len(t, w.received(t), 150)
}

// An erased customer holds up nobody.
func TestCampaignPassesOverTheErased(t *testing.T) {
	w, _ := mailings(t)
	customers := audience(5)
	eraser := w.store.(email.Eraser)
	_, err := eraser.EraseCustomer(t.Context(), "c00002")
	require.NoError(t, err)
	report, err := w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{email.CodeCustomerUnknown: 1}, report.Refused)
	got := slices.Collect(func(yield func(string) bool) {
		for addr := range w.received(t) {
			yield(addr)
		}
	})
	assert.Len(t, got, 4)
	assert.NotContains(t, got, "c00002@example.org")
}

// A letter that nobody can have is found out before anybody is counted; one that only some cannot have goes to the others.
func TestCampaignOfALetterThatNobodyCanHave(t *testing.T) {
	for text, code := range map[string]string{
		"{{ 1/0 }}": email.CodeTemplateInvalid,
		"{% for i in 1..100000000 %}x{% endfor %}": email.CodeTemplateInvalid,
		"": email.CodeContentEmpty,
		`{{ 1/(customer.id == "c00001" ? 0 : 1) }}`:                                 "",
		`{% if customer.id != "c00001" %}{% cancel "не ему" %}{% endif %}{{ 1/0 }}`: "",
	} {
		w, _ := mailings(t)
		campaign := news(audience(3))
		campaign.Draft.TemplateID, campaign.Draft.Letter = "", template.Letter{Subject: "Новости", Text: text}
		campaign.Refused = func(string, email.Refusals) { assert.Empty(t, code, "nobody is told of: %s", text) }
		report, err := w.Campaigns.Send(t.Context(), campaign)
		if code == "" {
			require.NoError(t, err, text)
			assert.True(t, report.Done)
			continue
		}
		var refusals email.Refusals
		require.ErrorAs(t, err, &refusals, text)
		assert.Equal(t, code, refusals[0].Code)
		assert.False(t, report.Done)
		assert.Empty(t, report.Refused)
		campaign.Draft.Letter.Text = "Здравствуйте"
		campaign.Refused = nil
		campaign.ID = "mended"
		report, err = w.Campaigns.Send(t.Context(), campaign)
		require.NoError(t, err)
		assert.Equal(t, 3, report.Queued)
	}
}
