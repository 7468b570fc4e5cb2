package email_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

func TestCreateCustomer(t *testing.T) {
	w := newWorld(t)
	_, err := w.Customers.Create(t.Context(), email.Customer{ID: "ivan", FirstName: "Иван"})
	require.ErrorIs(t, err, email.ErrDuplicate)
	_, err = w.Customers.Create(t.Context(), email.Customer{})
	require.Error(t, err, "a customer without anything to know him by")
	without := newWorld(t, func(c *email.Config) { c.Customers = customersOnly{c.Customers} })
	_, err = without.Customers.Create(t.Context(), email.Customer{FirstName: "Иван"})
	require.ErrorIs(t, err, email.ErrUnsupported)
}

// customersOnly hides that customers can be created.
type customersOnly struct{ email.Customers }
