package emailtest

import (
	"context"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// The cast that New puts on the stage. All of it can be changed: the Store's Save methods replace what they are given.
const (
	// ManagerID is Anna, a user who may send; she is assigned to Customer CustomerID.
	ManagerID    = "anna"
	ManagerEmail = "anna@shop.example"
	// NewcomerID is Boris, a user whose address is neither confirmed nor allowed as a sender address.
	NewcomerID    = "boris"
	NewcomerEmail = "boris@shop.example"
	// ForbiddenID is Vera, a user whose address is confirmed and not allowed as a sender address.
	ForbiddenID    = "vera"
	ForbiddenEmail = "vera@shop.example"

	// StoreID is where the customers are registered; its address is confirmed and allowed.
	StoreID    = "tver"
	StoreEmail = "tver@shop.example"
	// AdditionalID is an address from the settings, confirmed and allowed.
	AdditionalID    = "sale"
	AdditionalEmail = "sale@shop.example"
	// UnconfirmedID is an address from the settings that nobody has confirmed.
	UnconfirmedID    = "info"
	UnconfirmedEmail = "info@shop.example"

	// CustomerID is Olga, with a manager, a store, two addresses, a phone number, an external id and a handle.
	CustomerID          = "olga"
	CustomerEmail       = "olga@customer.example"
	CustomerSecondEmail = "olga@work.example"
	// OrphanID is Pyotr, who has neither manager nor store.
	OrphanID    = "pyotr"
	OrphanEmail = "pyotr@customer.example"
	// SilentID is Roman, who has no address.
	SilentID = "roman"

	// TemplateID is a template for the event Customer, with all four parts, which greets the customer by first name.
	TemplateID = "greeting"
	// OrderTemplateID is a template for the event Order, which must not be offered on a customer's page.
	OrderTemplateID = "order-paid"
)

// Draft is a draft that can be sent: from the manager, by the manager, to the customer's primary address.
func Draft() email.Draft {
	return email.Draft{
		ActorID:    ManagerID,
		CustomerID: CustomerID,
		From:       sender.Choice{Kind: sender.Manager},
		Letter:     template.Letter{Subject: "Ваш заказ", Text: "Здравствуйте, {{ customer.firstName }}!"},
	}
}

// saveCast keeps the cast, whose addresses were confirmed, and who were created, a day before now.
func (s *Store) saveCast(ctx context.Context, now time.Time) error {
	before := now.AddDate(0, 0, -1)
	for _, group := range []struct {
		kind       sender.Kind
		identities []sender.Identity
	}{
		{sender.User, castUsers(before)},
		{sender.Store, castStores(before)},
		{sender.Additional, castAdditional(before)},
	} {
		for _, identity := range group.identities {
			if err := s.SaveIdentity(ctx, group.kind, identity); err != nil {
				return err
			}
		}
	}
	for _, customer := range castCustomers(before) {
		if err := s.SaveCustomer(ctx, customer); err != nil {
			return err
		}
	}
	for _, one := range castTemplates(before) {
		if err := s.SaveTemplate(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

func castUsers(confirmed time.Time) []sender.Identity {
	return []sender.Identity{
		{ID: ManagerID, Mailbox: mail.Address{Name: "Анна Орлова", Address: ManagerEmail}, ConfirmedAt: confirmed, Allowed: true},
		{ID: NewcomerID, Mailbox: mail.Address{Name: "Борис Новиков", Address: NewcomerEmail}},
		{ID: ForbiddenID, Mailbox: mail.Address{Name: "Вера Осипова", Address: ForbiddenEmail}, ConfirmedAt: confirmed},
	}
}

func castStores(confirmed time.Time) []sender.Identity {
	return []sender.Identity{
		{ID: StoreID, Mailbox: mail.Address{Name: "Магазин в Твери", Address: StoreEmail}, ConfirmedAt: confirmed, Allowed: true},
	}
}

func castAdditional(confirmed time.Time) []sender.Identity {
	return []sender.Identity{
		{ID: AdditionalID, Mailbox: mail.Address{Name: "Скидки", Address: AdditionalEmail}, ConfirmedAt: confirmed, Allowed: true},
		{ID: UnconfirmedID, Mailbox: mail.Address{Name: "Справочная", Address: UnconfirmedEmail}},
	}
}

func castCustomers(created time.Time) []email.Customer {
	return []email.Customer{
		{ID: CustomerID, ExternalID: "A-1001", FirstName: "Ольга", LastName: "Королёва",
			Emails: []string{CustomerEmail, CustomerSecondEmail}, Phones: []string{"+7 (900) 123-45-67"},
			Handles:   []email.Handle{{Network: "telegram", Username: "@olga_k"}},
			ManagerID: ManagerID, StoreID: StoreID, CreatedAt: created},
		{ID: OrphanID, FirstName: "Пётр", LastName: "Лисов", Emails: []string{OrphanEmail}, CreatedAt: created},
		{ID: SilentID, FirstName: "Роман", LastName: "Тихий", Phones: []string{"8 800 555-00-11"},
			ManagerID: ManagerID, StoreID: StoreID, CreatedAt: created},
	}
}

func castTemplates(updated time.Time) []template.Template {
	return []template.Template{
		{ID: TemplateID, Name: "Приветствие", Event: template.EventCustomer, UpdatedAt: updated, Letter: template.Letter{
			Subject:   "Здравствуйте, {{ customer.firstName }}",
			Preheader: "Новости для вас, {{ customer.firstName }}",
			HTML:      "<p>Рады видеть вас, {{ customer.firstName }}.</p>",
			Text:      "Рады видеть вас, {{ customer.firstName }}.",
		}},
		{ID: OrderTemplateID, Name: "Заказ оплачен", Event: template.EventOrder, UpdatedAt: updated, Letter: template.Letter{
			Subject: "Заказ {{ order.number }} оплачен",
			Text:    "Спасибо, {{ customer.firstName }}!",
		}},
	}
}
