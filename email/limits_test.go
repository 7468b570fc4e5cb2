package email_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
)

// Whatever a host names may be as long as it is said, and no longer, in each place.
func TestIDsAreBounded(t *testing.T) {
	long := strings.Repeat("ж", email.MaxID/2) + "-"
	for name, use := range map[string]func(w *world, id string) error{
		"idempotency key": func(w *world, id string) error {
			d := draft()
			d.IdempotencyKey = id
			_, err := w.Send(t.Context(), d)
			return err
		},
		"new customer": func(w *world, id string) error {
			_, err := w.Customers.Create(t.Context(), email.Customer{ID: id, FirstName: "Иван"})
			return err
		},
		"tenant": func(w *world, id string) error {
			_, err := w.With(func(c *email.Config) { c.Tenant, c.Store, c.Blobs, c.Customers = id, nil, nil, nil })
			if err != nil && !strings.Contains(err.Error(), "MaxID") {
				return nil
			}
			return err
		},
		"rule's event": func(w *world, id string) error {
			_, err := w.Rules.Save(t.Context(), "anna", email.Rule{Event: template.Event(id), TemplateID: "order", From: draft().From})
			return err
		},
		"firing key": func(w *world, id string) error {
			_, err := w.Rules.Fire(t.Context(), email.Firing{Event: template.EventCustomer, CustomerID: "ivan", Key: id})
			return err
		},
		"new id": func(w *world, id string) error {
			config := w.config
			config.NewID = func() string { return id }
			_, err := email.New(config)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, use(w, long))
			require.Error(t, use(w, long+"x"))
		})
	}
}

// A host may have such customers: a mailing passes over them, and what they write waits in the inbox.
func TestCustomersWithLongIDs(t *testing.T) {
	w, _ := mailings(t)
	customers := audience(3)
	customers[1].ID = strings.Repeat("7", email.MaxID+1)
	report, err := w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	assert.Equal(t, 2, report.Queued)
	assert.Equal(t, map[string]int{email.CodeIDTooLong: 1}, report.Refused)

	known, err := w.config.Customers.Customer(context.Background(), "ivan")
	require.NoError(t, err)
	known.ID = strings.Repeat("7", email.MaxID+1)
	within, err := w.With(func(c *email.Config) { c.Customers = oneCustomer{known} })
	require.NoError(t, err)
	w.Service = within
	received := w.receive(t, rawMail(t))
	assert.Empty(t, received.CustomerID)
	assert.Empty(t, received.ConversationID)
}

// oneCustomer is all that a host knows.
type oneCustomer struct{ known email.Customer }

func (c oneCustomer) Customer(context.Context, string) (email.Customer, error) { return c.known, nil }

func (c oneCustomer) SearchCustomers(_ context.Context, q email.Query) ([]email.Match, error) {
	return q.Rank([]email.Customer{c.known}, nil), nil
}
