package main

import (
	"context"
	"net/http"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
)

// users are the CRM's users, by their ids. Anna is confirmed and allowed, Boris unconfirmed, Vera confirmed and not allowed.
var users = []string{"anna", "boris", "vera"}

// seed fills an empty database with a shop: users, managers, stores, customers, templates, rules, and what was written.
func (a *app) seed(ctx context.Context) error {
	for _, fill := range []func(context.Context) error{a.seedSenders, a.seedCustomers, a.seedLetters, a.seedRules, a.seedHistory} {
		if err := fill(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) seedSenders(ctx context.Context) error {
	confirmed := ago(a.now(), 90, 0)
	for _, one := range []struct {
		kind     sender.Kind
		identity sender.Identity
	}{
		{sender.User, sender.Identity{ID: "anna", Mailbox: mail.Address{Name: "Анна Смирнова", Address: "a.smirnova@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.User, sender.Identity{ID: "boris", Mailbox: mail.Address{Name: "Борис Орлов", Address: "b.orlov@shop.example"}}},
		{sender.User, sender.Identity{ID: "vera", Mailbox: mail.Address{Name: "Вера Ильина", Address: "v.ilina@shop.example"}, ConfirmedAt: confirmed}},
		{sender.User, sender.Identity{ID: "irina", Mailbox: mail.Address{Name: "Ирина Кузнецова", Address: "i.kuznecova@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.User, sender.Identity{ID: "james", Mailbox: mail.Address{Name: "James Carter", Address: "j.carter@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Store, sender.Identity{ID: "lesnaya", Mailbox: mail.Address{Name: "Уют на Лесной", Address: "les@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Store, sender.Identity{ID: "online", Mailbox: mail.Address{Name: "Cosy Online", Address: "online@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Additional, sender.Identity{ID: "hello", Mailbox: mail.Address{Name: "Уют", Address: "hello@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Additional, sender.Identity{ID: "promo", Mailbox: mail.Address{Name: "Уют: акции", Address: "promo@shop.example"}}},
		{sender.Additional, sender.Identity{ID: "partner", Mailbox: mail.Address{Name: "Мастерская", Address: "orders@partner.example"}, ConfirmedAt: confirmed}},
	} {
		if err := a.store.SaveIdentity(ctx, one.kind, one.identity); err != nil {
			return err
		}
	}
	return nil
}

func (a *app) seedCustomers(ctx context.Context) error {
	telegram := func(name string) []email.Handle { return []email.Handle{{Network: "telegram", Username: name}} }
	customers := []email.Customer{
		{ID: "1001", ExternalID: "A-1042", FirstName: "Анна", LastName: "Петрова", Emails: []string{"anna@example.ru", "anna.petrova@mail.ru"},
			Phones: []string{"+7 900 123-45-67"}, Handles: telegram("@anna_p"), ManagerID: "irina", StoreID: "lesnaya"},
		{ID: "1002", ExternalID: "A-1043", FirstName: "Фёдор", LastName: "Соколов", Phones: []string{"8 (900) 765-43-21"}, Handles: telegram("@fsokolov"),
			ManagerID: "irina", StoreID: "lesnaya"},
		{ID: "1003", ExternalID: "B-2001", FirstName: "Мария", LastName: "Ким", Emails: []string{"m.kim@mail.ru"}, Phones: []string{"+7 921 555-01-01"}, StoreID: "lesnaya"},
		{ID: "1004", ExternalID: "B-2002", FirstName: "Пётр", LastName: "Захаров", Patronymic: "Ильич", Emails: []string{"petr.zaharov@example.ru"},
			Phones: []string{"+7 495 111-22-33"}, ManagerID: "irina"},
		{ID: "1005", ExternalID: "B-2003", FirstName: "Светлана", LastName: "Ёлкина", Emails: []string{"yolkina@example.ru"}, Handles: telegram("@svetlana_e"), ManagerID: "boris", StoreID: "lesnaya"},
		{ID: "1006", ExternalID: "B-2004", FirstName: "Тимур", LastName: "Ахметов", Emails: []string{"timur@bk.ru"}, Phones: []string{"+7 843 200-10-10"}, ManagerID: "irina", StoreID: "lesnaya"},
		{ID: "1007", ExternalID: "B-2005", FirstName: "Ольга", LastName: "Белова", Emails: []string{"olga.belova@example.ru"}, ManagerID: "irina", StoreID: "lesnaya"},
		{ID: "1008", ExternalID: "C-77", FirstName: "Emily", LastName: "Clarke", Emails: []string{"emily.clarke@example.com"}, Phones: []string{"+44 20 7946 0018"},
			ManagerID: "james", StoreID: "online"},
		{ID: "1009", ExternalID: "C-78", FirstName: "Daniel", LastName: "O'Neill", Emails: []string{"dan@example.org"}, Handles: telegram("@dan_on"), ManagerID: "james", StoreID: "online"},
		{ID: "1010", ExternalID: "C-79", FirstName: "Priya", LastName: "Raman", Emails: []string{"priya@example.net"}, Phones: []string{"+91 22 5550 0199"}, StoreID: "online"},
		{ID: "1011", ExternalID: "C-80", FirstName: "Lukas", LastName: "Weiß", Emails: []string{"lukas@example.de"}, ManagerID: "james", StoreID: "online"},
		{ID: "1012", ExternalID: "D-1", FirstName: "ООО «Маяк»", Emails: []string{"info@mayak.example"}, Phones: []string{"+7 812 300-00-00"}, ManagerID: "irina", StoreID: "lesnaya"},
	}
	for i, one := range customers {
		one.CreatedAt = ago(a.now(), 60-i, i)
		if err := a.store.SaveCustomer(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// customerIDs and storeIDs are whom the seed knows, in order: the demo has no list of customers but these.
var (
	customerIDs = []string{"1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009", "1010", "1011", "1012"}
	storeIDs    = []string{"lesnaya", "online"}
)

// everybody is whom the demo's own pages offer to pick: the customers whom the seed knows.
func (a *app) everybody(r *http.Request) (list []email.Customer) {
	for _, id := range customerIDs {
		if one, err := a.store.Customer(r.Context(), id); err == nil {
			list = append(list, one)
		}
	}
	return list
}

// ago is a time of the demo's past.
func ago(now time.Time, days, hours int) time.Time {
	return now.AddDate(0, 0, -days).Add(-time.Duration(hours) * time.Hour)
}
