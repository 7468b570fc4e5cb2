package preview

import (
	"net/textproto"
	"strings"
)

// texts is the one table of what people read.
var texts = map[string]struct{ ru, en string }{
	"title":       {"Локальный почтовый ящик", "Local mailbox"},
	"empty":       {"Писем пока нет. Всё, что отправит сервис, появится здесь.", "No mail yet. Whatever the service sends appears here."},
	"clear":       {"Очистить", "Clear"},
	"home":        {"Назад", "Back"},
	"back":        {"Все письма", "All mail"},
	"from":        {"От кого", "From"},
	"to":          {"Кому", "To"},
	"cc":          {"Копия", "Cc"},
	"sent":        {"Отправлено", "Sent"},
	"subject":     {"Тема", "Subject"},
	"no-subject":  {"(без темы)", "(no subject)"},
	"envelope":    {"Конверт", "Envelope"},
	"return-path": {"Обратный путь", "Return path"},
	"null-path":   {"пустой: на такое письмо не отвечают отчётами", "null: nothing is reported back"},
	"recipients":  {"Получатели", "Recipients"},
	"blind":       {"скрытая копия", "blind copy"},
	"unsubscribe": {"Отписка", "Unsubscribe"},
	"one-click":   {"одним нажатием", "one click"},
	"inbox":       {"В списке писем", "In the list of mails"},
	"no-preview":  {"не показывает прехедер", "shows no preheader"},
	"body":        {"Письмо", "Message"},
	"desktop":     {"Компьютер", "Desktop"},
	"phone":       {"Телефон", "Phone"},
	"text":        {"Текст", "Text"},
	"files":       {"Вложения", "Attachments"},
	"inline":      {"в письме", "inline"},
	"findings":    {"Проверки", "Checks"},
	"clean":       {"Замечаний нет.", "Nothing to object to."},
	"header":      {"Заголовок", "Header"},
	"source":      {"Исходный текст", "Source"},
	"save":        {"Сохранить .eml", "Save as .eml"},
	"error":       {"Ошибка", "Error"},
	"warning":     {"Предупреждение", "Warning"},
	"note":        {"Замечание", "Note"},
	"no-text":     {"Текстовой части нет.", "There is no text part."},
	"no-html":     {"HTML-части нет.", "There is no HTML part."},

	"client.gmail-desktop": {"Gmail, компьютер", "Gmail, desktop"},
	"client.gmail-mobile":  {"Gmail, телефон", "Gmail, phone"},
	"client.apple-mail":    {"Apple Mail", "Apple Mail"},
	"client.outlook":       {"Outlook", "Outlook"},
	"client.mail.ru":       {"Почта Mail.ru", "Mail.ru"},

	"field.from":                      {"От чьего имени письмо", "Whose message it is"},
	"field.sender":                    {"Кто отправил письмо за автора", "Who sent it for the author"},
	"field.to":                        {"Кому показано, что письмо адресовано", "Whom it says it is for; the envelope decides"},
	"field.cc":                        {"Видимые всем получатели копии", "Recipients of a copy, seen by all"},
	"field.reply-to":                  {"Куда придёт ответ", "Where an answer goes"},
	"field.subject":                   {"Тема; не-ASCII закодирован по RFC 2047", "The subject; what is not ASCII is encoded by RFC 2047"},
	"field.date":                      {"Когда письмо написано", "When it was written"},
	"field.message-id":                {"Имя письма; по нему находят ответ", "The message's name, by which an answer finds it"},
	"field.in-reply-to":               {"На какое письмо это ответ", "The message that it answers"},
	"field.references":                {"Вся переписка до него", "The conversation before it"},
	"field.mime-version":              {"Письмо состоит из частей (RFC 2045)", "It has parts (RFC 2045)"},
	"field.content-type":              {"Что внутри", "What is inside"},
	"field.content-transfer-encoding": {"Как это закодировано для передачи", "How that is encoded for transport"},
	"field.list-unsubscribe":          {"Как отписаться, не открывая письма", "How to unsubscribe without opening it"},
	"field.list-unsubscribe-post":     {"Отписка одним нажатием (RFC 8058)", "Unsubscribing by one click (RFC 8058)"},
	"field.auto-submitted":            {"Письмо написала программа (RFC 3834)", "A program wrote it (RFC 3834)"},
	"field.dkim-signature":            {"Подпись домена (RFC 6376)", "The domain's signature (RFC 6376)"},
}

func text(code, language string) string {
	if language == "ru" {
		return texts[code].ru
	}
	return texts[code].en
}

// explain says what a header field is for; empty where we have nothing to say.
func explain(field, language string) string {
	return text("field."+strings.ToLower(textproto.TrimString(field)), language)
}
