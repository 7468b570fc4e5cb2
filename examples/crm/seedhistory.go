package main

import (
	"bytes"
	"context"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/preview"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// seedHistory has letters written and answered in the past, by the same service with another clock.
func (a *app) seedHistory(ctx context.Context) error {
	past := history{ctx: ctx, app: a}
	sent := past.sends(ago(a.now(), 6, 5), "1001", "order-ready", template.Letter{}, invoice("Счёт № 42.pdf", "Invoice 42"), photo("Фасад.png", 1))
	answered := past.receives(ago(a.now(), 6, 2), sent, "Спасибо! Можно забрать в субботу? Вот фото полки, куда она встанет, и замеры.",
		photo("полка.png", 4), photo("замеры.png", 3), invoice("доверенность.pdf", "Letter of attorney"))
	past.replies(ago(a.now(), 5, 23), answered, "<p>Анна, конечно, в субботу мы работаем до 21:00. План и накладная во вложении.</p>",
		photo("план.png", 6), invoice("накладная.pdf", "Waybill 42"))
	past.receives(ago(a.now(), 0, 3), sent, "И ещё вопрос: есть ли к полке крепления? Покупала ли я их, не помню.", photo("стена.png", 2))

	booked := past.sends(ago(a.now(), 3, 4), "1008", "appointment", template.Letter{})
	past.receives(ago(a.now(), 2, 20), booked, "Thank you, Thursday suits me well. My sketch is attached.", photo("sketch.png", 7))
	past.sends(ago(a.now(), 2, 1), "1004", "thanks", template.Letter{})
	past.sends(ago(a.now(), 1, 6), "1006", "order-ready", template.Letter{})
	past.strange(ago(a.now(), 0, 1))
	return past.err
}

// history writes what happened; after an error it does nothing more.
type history struct {
	ctx context.Context
	app *app
	err error
}

// at is the service as it was.
func (h *history) at(now time.Time) *email.Service {
	then, err := h.app.mail.With(func(c *email.Config) {
		c.Now = func() time.Time { return now }
		if h.app.faults.server != nil {
			c.Transport = preview.New(preview.Options{}) // what never happened goes to no server
		}
	})
	if err != nil {
		h.err = err
	}
	return then
}

func (h *history) sends(at time.Time, customer, letter string, l template.Letter, files ...attach.File) email.Message {
	return h.goes(at, email.Draft{ActorID: users[0], CustomerID: customer, From: h.from(customer), TemplateID: letter, Letter: l, Attachments: files})
}

// from is the first sender whom the form would offer.
func (h *history) from(customer string) sender.Choice {
	if h.err != nil {
		return sender.Choice{}
	}
	form, err := h.app.mail.Form(h.ctx, users[0], customer)
	h.err = err
	choice, _ := sender.ParseChoice(first(form.From)) // it is one
	return choice
}

func (h *history) replies(at time.Time, to email.Message, text string, files ...attach.File) {
	if h.err != nil {
		return
	}
	draft, err := h.app.mail.Reply(h.ctx, users[0], to.ID)
	if err != nil {
		h.err = err
		return
	}
	draft.Letter.HTML = text + draft.Letter.HTML
	draft.Attachments = files
	h.goes(at, draft)
}

func (h *history) goes(at time.Time, draft email.Draft) (sent email.Message) {
	if h.err != nil {
		return sent
	}
	then := h.at(at)
	for i := range draft.Attachments {
		draft.Attachments[i].AttachedAt = at
	}
	if sent, h.err = then.Send(h.ctx, draft); h.err == nil {
		_, h.err = then.DispatchDue(h.ctx)
	}
	return sent
}

func (h *history) receives(at time.Time, to email.Message, text string, files ...attach.File) (received email.Message) {
	if h.err != nil {
		return received
	}
	raw, err := answer(to, at, text, files...)
	if err == nil {
		received, err = h.at(at).Receive(h.ctx, email.Inbound{Mailbox: answersMailbox, Raw: bytes.NewReader(raw), ReceivedAt: at})
	}
	h.err = err
	return received
}

// strange is a letter of somebody whom nobody knows.
func (h *history) strange(at time.Time) {
	if h.err != nil {
		return
	}
	raw, err := written(message.Message{
		From: mail.Address{Name: "Игорь Лебедев", Address: "lebedev@mayak.example"}, To: []mail.Address{{Address: answersMailbox}},
		Subject: "Прайс для юрлиц", Date: at, MessageID: "price@mayak.example",
		Text: "Добрый день! Пришлите, пожалуйста, прайс для юридических лиц.",
	})
	if err == nil {
		_, err = h.at(at).Receive(h.ctx, email.Inbound{Mailbox: answersMailbox, Raw: bytes.NewReader(raw), ReceivedAt: at})
	}
	h.err = err
}

// answer is a customer's letter in answer to one of ours, quoting it as mail programs do.
func answer(to email.Message, at time.Time, text string, files ...attach.File) ([]byte, error) {
	quoted := bytes.ReplaceAll([]byte(to.Text), []byte("\n"), []byte("\n> "))
	out := message.Message{
		From: to.To[0], To: []mail.Address{to.From}, Subject: message.ReplySubject(to.Subject), Date: at,
		MessageID: at.UTC().Format("20060102150405.000000") + "@mail.example", InReplyTo: []string{to.MessageID},
		Text: text + "\n\n" + to.CreatedAt.Format("02.01.2006 15:04") + ", " + box(to.From) + ":\n\n> " + string(quoted) + "\n",
	}
	for _, file := range files {
		size, err := length(file)
		if err != nil {
			return nil, err
		}
		out.Attachments = append(out.Attachments, message.Attachment{Name: file.Name, Size: size, Open: file.Open})
	}
	return written(out)
}

// written is a message as it goes over the wire.
func written(m message.Message) ([]byte, error) {
	wire, err := message.Build(m, message.BuildOptions{})
	if err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	_, err = wire.WriterTo(m.Open).WriteTo(&raw)
	return raw.Bytes(), err
}
