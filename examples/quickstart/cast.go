package main

import (
	"context"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// The people of the story, by their ids.
const (
	irina = "irina" // confirmed and allowed; Anna's manager
	boris = "boris" // has never confirmed his address
	anna  = "anna"  // the customer
)

const orderReady = "order-ready"

// seed fills an empty database with a manager, a colleague, a store, a further address, two customers and a template.
func seed(ctx context.Context, store *sqlstore.Store, o options) error {
	confirmed := time.Now().Add(-24 * time.Hour)
	identities := []struct {
		kind     sender.Kind
		identity sender.Identity
	}{
		{sender.User, sender.Identity{ID: irina, Mailbox: mail.Address{Name: "Ирина Кузнецова", Address: o.from}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.User, sender.Identity{ID: boris, Mailbox: mail.Address{Name: "Борис Орлов", Address: "boris@shop.example"}}},
		{sender.Store, sender.Identity{ID: "lesnaya", Mailbox: mail.Address{Name: "Уют на Лесной", Address: "lesnaya@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Additional, sender.Identity{ID: "promo", Mailbox: mail.Address{Name: "Уют", Address: "promo@shop.example"}}},
	}
	for _, i := range identities {
		if err := store.SaveIdentity(ctx, i.kind, i.identity); err != nil {
			return err
		}
	}
	customers := []email.Customer{
		{ID: anna, ExternalID: "A-1042", FirstName: "Анна", LastName: "Петрова", Emails: []string{o.to},
			Phones: []string{"+7 900 123-45-67"}, ManagerID: irina, StoreID: "lesnaya", CreatedAt: confirmed},
		{ID: "fyodor", FirstName: "Фёдор", LastName: "Соколов", Phones: []string{"8 (900) 765-43-21"}, CreatedAt: confirmed},
	}
	for _, customer := range customers {
		if err := store.SaveCustomer(ctx, customer); err != nil {
			return err
		}
	}
	return store.SaveTemplate(ctx, template.Template{
		ID: orderReady, Name: "Заказ готов", Event: template.EventCustomer, UpdatedAt: confirmed,
		Letter: template.Letter{
			Subject:   "Заказ № {{ number }} готов",
			Preheader: "{{ customer.firstName }}, заберите его до пятницы",
			HTML: `<html lang="ru"><head><title>Заказ № {{ number }}</title></head><body style="font-family:Arial">
<h1>{{ customer.firstName }}, заказ № {{ number }} готов!</h1>
<p>Он ждёт вас в магазине «{{ store.name }}» до {{ until|date('d.m.Y') }}.</p>
<ul>
{% for item in items %}<li>{{ item.name }}: {{ item.price|number_format(2, ',', ' ') }} ₽</li>
{% endfor %}</ul>
<p>{{ manager.name }}, <a href="https://shop.example/route">как пройти</a></p>
</body></html>`,
		},
	})
}

// orderVars are what the letter says of the order.
func orderVars() template.Vars {
	return template.Vars{
		"number": 1042,
		"until":  time.Now().AddDate(0, 0, 4),
		"items": []any{
			map[string]any{"name": "Торшер «Луна» & абажур", "price": 12490.5},
			map[string]any{"name": "Плед 140×200", "price": 3990},
		},
	}
}
