package main

import (
	"context"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func (a *app) seedLetters(ctx context.Context) error {
	for _, one := range []template.Template{
		{ID: "order-ready", Name: "Заказ готов", Event: template.EventCustomer, Letter: template.Letter{
			Subject:   "{{ customer.firstName }}, ваш заказ готов",
			Preheader: "Заберите его до пятницы, мы работаем до 21:00",
			HTML: frame("ru", "Ваш заказ готов", `<h1 style="font-size:22px;margin:0 0 12px">{{ customer.firstName }}, заказ ждёт вас</h1>
<p>Он собран и проверен. Приходите в магазин «{{ store.name|default('Уют') }}» с 9:00 до 21:00.</p>
<p><a href="https://shop.example/route" style="color:#0b57d0">Как пройти</a></p>
<p>{{ manager.name|default('Ваш магазин') }}</p>`),
		}},
		{ID: "thanks", Name: "Спасибо за покупку", Event: template.EventCustomer, Letter: template.Letter{
			Subject:   "Спасибо, {{ customer.firstName }}!",
			Preheader: "Расскажите, всё ли понравилось",
			HTML: frame("ru", "Спасибо за покупку", `<p>{{ customer.firstName }}, спасибо за покупку!</p>
<p>Если что-то не так, ответьте на это письмо: его прочитает {{ manager.name|default('наш менеджер') }}.</p>`),
		}},
		{ID: "map", Name: "Как нас найти (с ошибками)", Event: template.EventCustomer, Letter: template.Letter{
			Subject:   "Как нас найти",
			Preheader: "Пять минут пешком от метро",
			HTML: frame("ru", "Как нас найти", `<p>{{ customer.firstName }}, мы рядом с метро.</p>
<p><a href="https://bit.ly/3xAmpLe">Маршрут</a></p>
<iframe src="https://maps.example/embed"></iframe>`),
		}},
		{ID: "appointment", Name: "Your appointment", Event: template.EventCustomer, Letter: template.Letter{
			Subject:   "{{ customer.firstName }}, your appointment is confirmed",
			Preheader: "Reply to this e-mail if the time does not suit you",
			HTML: frame("en", "Your appointment", `<p>Dear {{ customer.firstName }},</p>
<p>we look forward to seeing you. Reply to this e-mail if the time does not suit you.</p>
<p>{{ manager.name|default('Cosy') }}</p>`),
		}},
		{ID: "shipped", Name: "Заказ отправлен", Event: template.EventOrder, Letter: template.Letter{
			Subject:   "Заказ № {{ order.number }} отправлен",
			Preheader: "{{ order.delivery }}",
			HTML: frame("ru", "Заказ отправлен", `<p>{{ customer.firstName }}, заказ № {{ order.number }} на сумму {{ order.total|number_format(2, ',', ' ') }} ₽ в пути.</p>
<ul>{% for item in order.items %}<li>{{ item.name }} × {{ item.quantity }}</li>{% endfor %}</ul>
<p><a href="https://bit.ly/3xAmpLe">Где посылка?</a></p>`),
		}},
		{ID: "survey", Name: "Опрос после заказа", Event: template.EventOrder, Letter: template.Letter{
			Subject: "Как прошла доставка заказа № {{ order.number }}?",
			HTML: frame("ru", "Опрос", `<p>{{ customer.firstname }}, оцените доставку:</p>
<iframe src="https://forms.example/survey"></iframe>
<script>track("{{ order.number }}")</script>`),
		}},
	} {
		one.UpdatedAt = ago(a.now(), 30, 0)
		if err := a.store.SaveTemplate(ctx, one); err != nil {
			return err
		}
	}
	return nil
}

// frame is a whole document around a letter's content.
func frame(language, title, content string) string {
	return `<!doctype html>
<html lang="` + language + `"><head><meta charset="utf-8"><title>` + title + `</title></head>
<body style="font-family:Arial,sans-serif;font-size:15px;line-height:22px;color:#222">
` + content + `
</body></html>`
}

func (a *app) seedRules(ctx context.Context) error {
	for _, rule := range []email.Rule{
		{ID: "shipped", Name: "Заказ отправлен", Event: template.EventOrder, TemplateID: "shipped", From: sender.Choice{Kind: sender.Store}},
		{ID: "survey", Name: "Опрос после доставки", Event: template.EventOrder, TemplateID: "survey", From: sender.Choice{Kind: sender.Store}},
		{ID: "thanks", Name: "Спасибо за покупку", Event: template.EventCustomer, TemplateID: "thanks", From: sender.Choice{Kind: sender.Manager}},
	} {
		if err := a.saveRule(ctx, rule); err != nil {
			return err
		}
	}
	_, err := a.mail.Rules.Activate(ctx, users[0], "thanks", nil)
	return err
}

// saveRule keeps a rule under an id of its own, which a person's rules get from the library.
func (a *app) saveRule(ctx context.Context, rule email.Rule) error {
	now := ago(a.now(), 20, 0)
	rule.CreatedAt, rule.UpdatedAt = now, now
	_, err := a.store.SaveRule(ctx, rule, email.RuleEvent{At: now, Kind: email.RuleCreated, ActorID: users[0]})
	return err
}

// eventVars are an order for the button that lets an event happen; a CRM has a real one.
func eventVars(event template.Event, now time.Time) template.Vars {
	if event != template.EventOrder {
		return nil
	}
	return template.Vars{"order": map[string]any{
		"number": "1042", "createdAt": now.AddDate(0, 0, -2), "status": "shipped", "total": 16480.5, "discount": 0,
		"delivery": "Курьер привезёт завтра с 10 до 14", "comment": "", "customFields": map[string]any{},
		"items": []any{
			map[string]any{"name": "Торшер «Луна»", "url": "https://shop.example/moon", "quantity": 1, "price": 12490.5, "discount": 0},
			map[string]any{"name": "Плед 140×200", "url": "https://shop.example/plaid", "quantity": 1, "price": 3990, "discount": 0},
		},
	}}
}
