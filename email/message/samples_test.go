package message_test

import (
	"net/mail"
	"strings"

	"github.com/crmmail/crmmail/email/message"
)

// sample is a message that stands in testdata as it goes on the wire.
type sample struct {
	name string
	msg  message.Message
}

func samples() []sample {
	with := func(name string, change func(m *message.Message)) sample {
		m := simple()
		change(&m)
		return sample{name, m}
	}
	return []sample{
		with("plain", func(*message.Message) {}),
		with("cyrillic", func(m *message.Message) {
			m.From.Name = "Магазин «Ромашка», отдел доставки"
			m.To = []mail.Address{{Name: "Иван Петров", Address: "ivan@пример.рф"}}
			m.Cc = []mail.Address{{Name: "Smith, John \"Jack\"", Address: "john@example.org"}, {Address: "a b@example.org"}}
			m.ReplyTo = []mail.Address{{Name: "Ответы", Address: "reply+token@shop.example"}}
			m.Subject = "Ваш заказ № 1042 собран и завтра будет передан в службу доставки"
			m.Text = "Здравствуйте!\n\nВаш заказ собран.\n"
			m.HTML = "<p>Здравствуйте!</p>\n<p>Ваш <b>заказ</b> собран.</p>\n"
		}),
		with("accented", func(m *message.Message) {
			m.Subject = "Grüße aus München"
			m.Text = "Wir grüßen Sie herzlich = ganz herzlich. \n" + strings.Repeat("Eine lange Zeile mit Umlauten: äöü. ", 4) + "\nFrom here on\n.\n..\nEnd"
		}),
		with("no-text", func(m *message.Message) {
			m.Text = ""
			m.Attachments = []message.Attachment{file("photo.jpg", "image/jpeg", "\xff\xd8\xff\xe0")}
		}),
		with("everything", func(m *message.Message) {
			m.Sender = &mail.Address{Name: "CRM", Address: "crm@shop.example"}
			m.InReplyTo = []string{"parent@example.org"}
			m.References = []string{"first@example.org", strings.Repeat("long", 30) + "@example.org", "parent@example.org"}
			m.Subject = "Re: " + strings.Repeat("words that make the subject long ", 6) + "end"
			m.HTML = "<p>See <img src=\"cid:logo@shop.example\"></p>\n"
			logo := file("logo.png", "image/png", "\x89PNG\r\n\x1a\n")
			logo.Inline, logo.ContentID = true, "logo@shop.example"
			m.Attachments = []message.Attachment{logo,
				file("Счёт на оплату № 1042 от 4 марта 2026 года, копия для бухгалтерии.pdf", "application/pdf", strings.Repeat("%PDF-1.7\n", 200)),
				file("report \"final\" 100%.txt", "text/plain; charset=koi8-r", "\xc1\xc2\xd7"),
				file("empty.bin", "", ""),
				file("it's.pdf", "application/pdf", "%PDF-"),
				file(strings.Repeat("n", 200)+".doc", "application/msword", "x"),
			}
			m.Fields = []message.Field{
				{Name: "List-Unsubscribe", Body: "<https://shop.example/u/" + strings.Repeat("0123456789", 12) + ">, <mailto:u@shop.example?subject=1>"},
				{Name: "List-Unsubscribe-Post", Body: "List-Unsubscribe=One-Click"},
				{Name: "X-Comment", Body: "Примечание к письму, длиннее одной строки заголовка письма"},
			}
		}),
		with("enclosed", func(m *message.Message) {
			m.Attachments = []message.Attachment{
				file("", "message/rfc822", "Subject: inner\r\nFrom: a@b.example\r\n\r\n--=_m_ Привет\r\n"),
				file("broken.eml", "message/rfc822", "Subject: line feeds alone\n\nbody\n"),
			}
		}),
		with("invitation", func(m *message.Message) {
			m.HTML = "<p>Встреча <img src=\"cid:map\"></p>"
			m.Calendar = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//crmmail//EN\nMETHOD:request\nBEGIN:VEVENT\nUID:1@shop.example\n" +
				"DTSTAMP:20260304T020607Z\nDTSTART:20260305T070000Z\nDTEND:20260305T080000Z\nSUMMARY:Показ кухни\n" +
				"ORGANIZER:mailto:anna@shop.example\nATTENDEE;RSVP=TRUE:mailto:client@example.org\nEND:VEVENT\nEND:VCALENDAR\n"
			place := file("map.png", "image/png", "\x89PNG\r\n\x1a\n")
			place.Inline, place.ContentID = true, "map"
			m.Attachments = []message.Attachment{place}
		}),
		with("smtputf8", func(m *message.Message) {
			m.To = []mail.Address{{Name: "Почта", Address: "почта@пример.рф"}}
		}),
	}
}
