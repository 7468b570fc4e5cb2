package email

import (
	"context"
	"net/mail"
	"strings"
	"time"
	"unicode"
)

// Customer is the person a CRM writes to. The host's own record stays the truth; this is what the library needs of it.
type Customer struct {
	ID         string // the host's id; opaque, never empty
	ExternalID string // id in another system, searchable; may be empty
	FirstName  string
	LastName   string
	Patronymic string
	Emails     []string // addr-specs; the first is the primary one
	Phones     []string // as entered; searched in any notation
	Handles    []Handle // usernames in messengers
	ManagerID  string   // the CRM user assigned to the customer; empty: none
	StoreID    string   // the store where the customer is registered; empty: none
	CreatedAt  time.Time

	// Fields are further variables for templates, reachable as customer.NAME. Plain data only (see template.Vars);
	// a field never hides one of the names listed at Vars.
	Fields map[string]any
}

// Handle is a username in a messenger.
type Handle struct {
	Network  string // "telegram", "whatsapp", …
	Username string // with or without the leading @
}

// Name is the customer's name as shown to people, first name first; the primary address where there is no name.
func (c Customer) Name() string {
	name := oneLine(c.FirstName + " " + c.Patronymic + " " + c.LastName)
	if name == "" && len(c.Emails) > 0 {
		return c.Emails[0]
	}
	return name
}

// Mailboxes are the customer's addresses with his name, the primary one first; blank entries are none.
func (c Customer) Mailboxes() []mail.Address {
	name := oneLine(c.FirstName + " " + c.LastName)
	var boxes []mail.Address
	for _, addr := range filled(c.Emails) {
		boxes = append(boxes, mail.Address{Name: name, Address: addr})
	}
	return boxes
}

// Vars is the variable customer of a template: id, externalId, firstName, lastName, patronymic, name, email, phone,
// emails, phones and every name of Fields that is none of these.
func (c Customer) Vars() map[string]any {
	vars := make(map[string]any, len(c.Fields)+10)
	for name, value := range c.Fields {
		vars[name] = value
	}
	vars["id"] = c.ID
	vars["externalId"] = c.ExternalID
	vars["firstName"] = c.FirstName
	vars["lastName"] = c.LastName
	vars["patronymic"] = c.Patronymic
	vars["name"] = c.Name()
	vars["email"] = first(c.Emails)
	vars["phone"] = first(c.Phones)
	vars["emails"] = c.Emails
	vars["phones"] = c.Phones
	return vars
}

// oneLine makes a name fit for a header field: white space and controls are single spaces.
func oneLine(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToValidUTF8(name, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// Customers is where a host keeps its customers. Implementations are safe for concurrent use.
type Customers interface {
	// Customer returns one customer; an unknown id is ErrNotFound.
	Customer(ctx context.Context, id string) (Customer, error)
	// SearchCustomers returns at most q.Limit customers that match q, best first: exact matches of an external id, an
	// e-mail or a handle, then the newest. Query.Match says whether and by what a customer matches; Query.Rank makes the
	// whole answer out of candidates.
	SearchCustomers(ctx context.Context, q Query) ([]Match, error)
}

// CustomerCreator is an optional ability of Customers: hosts that let the library create customers have it.
type CustomerCreator interface {
	// CreateCustomer keeps a new customer and returns it as kept. An empty ID is filled in; a used one is ErrDuplicate.
	CreateCustomer(ctx context.Context, c Customer) (Customer, error)
}

// CustomerEraser is an optional ability of Customers: hosts that let the library erase customers have it.
type CustomerEraser interface {
	// DeleteCustomer removes a customer; an unknown id is no error.
	DeleteCustomer(ctx context.Context, id string) error
}
