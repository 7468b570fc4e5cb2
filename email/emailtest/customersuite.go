package emailtest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// CustomersHarness is how TestCustomers gets at an implementation.
type CustomersHarness struct {
	// Open makes a storage that holds just these customers and returns two handles on it, as StoreHarness.Open does.
	// Their ids are small decimal numbers, so that a host with numeric keys can keep them. Phone numbers are searched
	// by email.RussianPhone, the default.
	// An implementation that is no email.CustomerCreator is not asked to create any, nor one that is no email.CustomerEraser
	// to delete any.
	Open func(t testing.TB, customers []email.Customer) (one, other email.Customers)
	// NoFields is set where the implementation keeps no Customer.Fields.
	NoFields bool
}

// TestCustomers holds an implementation of email.Customers to every promise of its contract, each as a subtest with a
// storage of its own.
func TestCustomers(t *testing.T, h CustomersHarness) {
	open := func(t testing.TB) customerFixture {
		customers := suiteCustomers()
		if h.NoFields {
			for i := range customers {
				customers[i].Fields = nil
			}
		}
		one, other := h.Open(t, customers)
		return customerFixture{one, other, customers}
	}
	hold(t, open, customerPromises, searchPromises)
	one, _ := h.Open(t, nil)
	if is[email.CustomerCreator](one) {
		hold(t, open, creatorPromises)
	}
	if is[email.CustomerEraser](one) {
		hold(t, open, deletePromises)
	}
}

type customerFixture struct {
	one, other email.Customers
	kept       []email.Customer
}

// suiteCustomers are in the order of their creation.
func suiteCustomers() []email.Customer {
	list := []email.Customer{
		{ID: "101", ExternalID: "CRM-77", FirstName: "Алёна", LastName: "Семёнова", Patronymic: "Петровна",
			Emails: []string{"alena@mail.example", "a.semenova@work.example"}, Phones: []string{"+7 (912) 345-67-89"},
			Handles: []email.Handle{{Network: "telegram", Username: "@alena_s"}}, ManagerID: "7", StoreID: "3",
			Fields: map[string]any{"vip": true, "city": "Тверь"}},
		{ID: "102", FirstName: "Олег", LastName: "Семенов", Emails: []string{"oleg@mail.example"}, Phones: []string{"8 800 100-20-30"}},
		{ID: "103", FirstName: "100%", LastName: "Скидка", Emails: []string{"under_score@mail.example"}},
		{ID: "104", FirstName: "100 процентов", Emails: []string{"underscore@mail.example"}, ExternalID: `back\slash`},
		{ID: "105", FirstName: "John", LastName: "O'Neil", Emails: []string{"john@mail.example"}, ExternalID: "CRM-7",
			Handles: []email.Handle{{Network: "whatsapp", Username: "john.oneil"}}},
		{ID: "106"},
	}
	for i := range list {
		list[i].CreatedAt = suiteTime.Add(time.Duration(i) * time.Hour)
	}
	return list
}

var customerPromises = []promise[customerFixture]{
	{"Customer returns the whole customer", func(t *testing.T, f customerFixture) {
		for _, want := range f.kept {
			got, err := f.other.Customer(context.Background(), want.ID)
			noError(t, err)
			same(t, "customer "+want.ID, want, got)
		}
	}},
	{"Customer with an unknown id is ErrNotFound", func(t *testing.T, f customerFixture) {
		for _, id := range []string{"999", "", "nobody", "101 OR 1=1"} {
			_, err := f.one.Customer(context.Background(), id)
			isError(t, err, email.ErrNotFound)
		}
	}},
	{"Customer gives results that are the caller's", func(t *testing.T, f customerFixture) {
		mine, err := f.one.Customer(context.Background(), "101")
		noError(t, err)
		same(t, "customer", f.kept[0], mine)
		mine.Emails[0], mine.Handles[0].Username = "evil@evil.example", "evil"
		if mine.Fields != nil {
			mine.Fields["vip"] = "evil"
		}
		again, err := f.one.Customer(context.Background(), "101")
		noError(t, err)
		same(t, "customer", f.kept[0], again)
	}},
	{"Customer and SearchCustomers end with the context", func(t *testing.T, f customerFixture) {
		_, err := f.one.Customer(ended(), "101")
		isError(t, err, context.Canceled)
		_, err = f.one.SearchCustomers(ended(), email.ParseQuery("john", 10))
		isError(t, err, context.Canceled)
	}},
}

var creatorPromises = []promise[customerFixture]{
	{"CreateCustomer keeps a customer under the id it comes with", func(t *testing.T, f customerFixture) {
		want := f.kept[0]
		want.ID, want.LastName = "201", "Новая"
		kept, err := f.one.(email.CustomerCreator).CreateCustomer(context.Background(), want)
		noError(t, err)
		same(t, "returned customer", want, kept)
		got, err := f.other.Customer(context.Background(), "201")
		noError(t, err)
		same(t, "customer", want, got)
		equal(t, "found", "201", f.search(t, "новая"))
	}},
	{"CreateCustomer fills in an empty id", func(t *testing.T, f customerFixture) {
		ids := map[string]bool{"": true}
		for i := range 3 {
			kept, err := f.one.(email.CustomerCreator).CreateCustomer(context.Background(),
				email.Customer{FirstName: fmt.Sprint("Новый", i), CreatedAt: suiteTime})
			noError(t, err)
			equal(t, fmt.Sprintf("id %q is used", kept.ID), false, ids[kept.ID])
			ids[kept.ID] = true
			got, err := f.other.Customer(context.Background(), kept.ID)
			noError(t, err)
			same(t, "customer", kept, got)
		}
	}},
	{"CreateCustomer under a used id is ErrDuplicate and changes nothing", func(t *testing.T, f customerFixture) {
		_, err := f.one.(email.CustomerCreator).CreateCustomer(context.Background(), email.Customer{ID: "101", FirstName: "Другая"})
		isError(t, err, email.ErrDuplicate)
		got, err := f.other.Customer(context.Background(), "101")
		noError(t, err)
		same(t, "customer", f.kept[0], got)
	}},
	{"CreateCustomer after the context's end keeps nothing", func(t *testing.T, f customerFixture) {
		_, err := f.one.(email.CustomerCreator).CreateCustomer(ended(), email.Customer{ID: "201"})
		isError(t, err, context.Canceled)
		_, err = f.other.Customer(context.Background(), "201")
		isError(t, err, email.ErrNotFound)
	}},
}

var deletePromises = []promise[customerFixture]{
	{"DeleteCustomer removes the customer and no other", func(t *testing.T, f customerFixture) {
		f.delete(t, "101")
		_, err := f.other.Customer(context.Background(), "101")
		isError(t, err, email.ErrNotFound)
		for text, want := range map[string]string{"crm-77": "", "алёна": "", "3456789": "", "mail.example": "105 104 103 102"} {
			equal(t, text, want, f.search(t, text))
		}
		for _, want := range f.kept[1:] {
			got, err := f.other.Customer(context.Background(), want.ID)
			noError(t, err)
			same(t, "customer "+want.ID, want, got)
		}
	}},
	{"DeleteCustomer of an unknown customer is no error", func(t *testing.T, f customerFixture) {
		for _, id := range []string{"101", "101", "999", "", "nobody"} {
			f.delete(t, id)
		}
		equal(t, "the others", "105 104 103 102", f.search(t, "mail.example"))
	}},
	{"DeleteCustomer after the context's end changes nothing", func(t *testing.T, f customerFixture) {
		isError(t, f.one.(email.CustomerEraser).DeleteCustomer(ended(), "101"), context.Canceled)
		got, err := f.other.Customer(context.Background(), "101")
		noError(t, err)
		same(t, "customer", f.kept[0], got)
	}},
}

func (f customerFixture) delete(t testing.TB, id string) {
	t.Helper()
	noError(t, f.one.(email.CustomerEraser).DeleteCustomer(context.Background(), id))
}

// search gives the ids of what is found, best first.
func (f customerFixture) search(t testing.TB, text string) string {
	t.Helper()
	matches, err := f.other.SearchCustomers(context.Background(), email.ParseQuery(text, 20))
	noError(t, err)
	return matchIDs(matches)
}

func matchIDs(matches []email.Match) string {
	var ids []string
	for _, m := range matches {
		ids = append(ids, m.Customer.ID)
	}
	return strings.Join(ids, " ")
}
