package email

import (
	"maps"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/email/message"
)

// The codes of what this package tells people, each with what brings it about. Refusals of the sender package keep
// their own codes. A code never changes its meaning.
const (
	// CodeCustomerUnknown: Draft.CustomerID names no customer.
	CodeCustomerUnknown = "customer.unknown"
	// CodeCustomerNoEmail: the customer has no address.
	CodeCustomerNoEmail = "customer.no-email"
	// CodeIDTooLong: an id or a key of more than MaxID octets, as where a whole request is taken for the key.
	CodeIDTooLong = "id.too-long"
	// CodeActorUnknown: Draft.ActorID names no user.
	CodeActorUnknown = "actor.unknown"
	// CodeRecipientForeign: Draft.To holds an address that is not the customer's.
	CodeRecipientForeign = "recipient.foreign"
	// CodeRecipientInvalid: an address in To or Bcc is none: "anna at example".
	CodeRecipientInvalid = "recipient.invalid"
	// CodeRecipientsTooMany: To and Bcc hold more than MaxRecipients addresses.
	CodeRecipientsTooMany = "recipient.too-many"
	// CodeSuppressedBounce: a mass mailing to an address that a server said does not exist.
	CodeSuppressedBounce = "suppressed.bounce"
	// CodeSuppressedComplaint: a mass mailing to somebody who called a letter spam.
	CodeSuppressedComplaint = "suppressed.complaint"
	// CodeSuppressedUnsubscribe: a mass mailing to somebody who has unsubscribed.
	CodeSuppressedUnsubscribe = "suppressed.unsubscribe"
	// CodeSuppressedManual: a mass mailing to an address that a user has excluded.
	CodeSuppressedManual = "suppressed.manual"
	// CodeCampaignChanged: CampaignService.Send under the id of a campaign that began with another letter.
	CodeCampaignChanged = "campaign.changed"
	// CodeUnsubscribeInvalid: the link to unsubscribe holds no token of ours.
	CodeUnsubscribeInvalid = "unsubscribe.invalid"
	// CodeReplyUnknown: Draft.InReplyTo names no inbound message of the customer.
	CodeReplyUnknown = "reply.unknown"
	// CodeTemplateUnknown: Draft.TemplateID names no template.
	CodeTemplateUnknown = "template.unknown"
	// CodeTemplateWrongEvent: the template was made for another event than Customer.
	CodeTemplateWrongEvent = "template.wrong-event"
	// CodeTemplateInvalid: the letter cannot be rendered: "{{ customer.firstName".
	CodeTemplateInvalid = "template.invalid"
	// CodeTemplateCanceled: the letter ended itself with {% cancel "reason" %}.
	CodeTemplateCanceled = "template.canceled"
	// CodeRuleWrongEvent: the rule's template was made for another event than the rule.
	CodeRuleWrongEvent = "rule.wrong-event"
	// CodeRuleBlocked: the rule's template has something with which it must not fire: "<iframe src=…>", "{{ custmer.name }}".
	CodeRuleBlocked = "rule.blocked"
	// CodeRuleUnacknowledged: the rule's template has a warning that nobody has taken note of: "https://bit.ly/3xAmpLe".
	CodeRuleUnacknowledged = "rule.unacknowledged"
	// CodeRuleTemplateChanged: the rule's template was changed, and the rule cannot fire with the new one.
	CodeRuleTemplateChanged = "rule.template-changed"
	// CodeSubjectEmpty: the rendered subject is blank.
	CodeSubjectEmpty = "subject.empty"
	// CodeContentEmpty: no text and no attachment.
	CodeContentEmpty = "content.empty"
	// CodeContentBlocked: the validator found something that must not be sent: "<iframe src=…>".
	CodeContentBlocked = "content.blocked"
	// CodeAttachmentsBlocked: an attachment, or all of them together, may not be sent: "virus.exe".
	CodeAttachmentsBlocked = "attachments.blocked"
	// CodeAttachmentChanged: a file held something else when it was stored than when it was judged.
	CodeAttachmentChanged = "attachments.changed"
	// CodeMessageTooLarge: the message, its attachments apart or once it is finished, is larger than the server takes.
	CodeMessageTooLarge = "message.too-large"
	// CodeMessageInvalid: a name or address cannot stand in a header field, as one whose local part is longer than 64 octets.
	CodeMessageInvalid = "message.invalid"
	// CodeNotCancelable: Cancel of a message that is no longer queued.
	CodeNotCancelable = "message.not-cancelable"
	// CodeNotConfirmable: ConfirmSent of a message that is not uncertain.
	CodeNotConfirmable = "message.not-confirmable"
	// CodeNotResendable: Resend of a message that neither failed nor is uncertain.
	CodeNotResendable = "message.not-resendable"
)

// The codes that Receive adds to Received.Defects, besides those of message.Parsed.
const (
	// CodeMessageEmpty: nothing can be read: "\r\n".
	CodeMessageEmpty = "message.empty"
	// CodeMessageTextCut: the text or the HTML is longer than 1 MiB, and was cut; the bytes as they came have all of it.
	CodeMessageTextCut = "message.text-cut"
	// CodeMessageIDReused: its Message-ID is that of another message: a second letter with "Message-ID: <1@device.example>".
	CodeMessageIDReused = "message.id-reused"
)

// What the page says that people unsubscribe on.
const (
	pageUnsubscribeAsk    = "unsubscribe.ask"
	pageUnsubscribeButton = "unsubscribe.button"
	pageUnsubscribed      = "unsubscribe.done"
	pageUnsubscribeFailed = "unsubscribe.failed"
)

// What the letter says that asks to confirm an address.
const (
	letterConfirmSubject = "confirmation.subject"
	letterConfirmLead    = "confirmation.lead"
	letterConfirmAction  = "confirmation.action"
	letterConfirmTail    = "confirmation.tail"
)

// texts is the one table of what people read; {detail} is RefusedError.Detail.
var texts = map[string]struct{ ru, en string }{
	CodeCustomerUnknown:       {"Клиент не найден", "There is no such customer"},
	CodeCustomerNoEmail:       {"У клиента не указан e-mail", "The customer has no e-mail address"},
	CodeIDTooLong:             {"Слишком длинный идентификатор: {detail}", "An id is too long: {detail}"},
	CodeActorUnknown:          {"Пользователь не найден", "There is no such user"},
	CodeRecipientForeign:      {"Это не адрес клиента: {detail}", "This is not an address of the customer: {detail}"},
	CodeRecipientInvalid:      {"Адрес указан с ошибкой: {detail}", "This address is not valid: {detail}"},
	CodeRecipientsTooMany:     {"Слишком много получателей. Наибольшее число: {detail}", "There are too many recipients. The most is: {detail}"},
	CodeSuppressedBounce:      {"Писем на этот адрес почтовый сервер не принимает, такого адреса нет: {detail}", "A mail server said that there is no such address: {detail}"},
	CodeSuppressedComplaint:   {"Получатель пожаловался на рассылку: {detail}", "The recipient complained about a mailing: {detail}"},
	CodeSuppressedUnsubscribe: {"Получатель отписался от рассылок: {detail}", "The recipient has unsubscribed from mailings: {detail}"},
	CodeSuppressedManual:      {"Адрес исключён из рассылок: {detail}", "The address was excluded from mailings: {detail}"},
	CodeCampaignChanged:       {"Письмо изменилось с начала рассылки. Верните его или создайте новую рассылку", "The letter has changed since the mailing began. Put it back or begin another mailing"},
	CodeUnsubscribeInvalid:    {"Ссылка неполная или устарела. Откройте её из письма ещё раз", "The link is incomplete or out of date. Open it from the e-mail once more"},
	pageUnsubscribeAsk:        {"Отписаться от рассылок на этот адрес?", "Unsubscribe this address from mailings?"},
	pageUnsubscribeButton:     {"Отписаться", "Unsubscribe"},
	pageUnsubscribed:          {"Вы отписались. Рассылок на этот адрес больше не будет", "You have unsubscribed. There will be no more mailings to this address"},
	pageUnsubscribeFailed:     {"Не получилось. Попробуйте ещё раз через несколько минут", "That did not work. Try again in a few minutes"},
	letterConfirmSubject:      {"Подтвердите почту", "Confirm your e-mail address"},
	letterConfirmLead:         {"Вы или ваш коллега попросили отправлять письма клиентам с этого адреса.", "You, or somebody at your company, asked to send e-mails to customers from this address."},
	letterConfirmAction:       {"Подтвердить почту", "Confirm the address"},
	letterConfirmTail:         {"Если это были не вы, ничего не делайте. Ссылка сработает один раз.", "If it was not you, do nothing. The link works once."},
	CodeReplyUnknown:          {"Сообщение, на которое вы отвечаете, не найдено", "The message you answer was not found"},
	CodeTemplateUnknown:       {"Шаблон не найден", "There is no such template"},
	CodeTemplateWrongEvent:    {"Можно использовать только шаблоны писем, созданные для события «Клиент»", "Only templates made for the event “Customer” can be used"},
	CodeTemplateInvalid:       {"В шаблоне ошибка: {detail}", "The template has an error: {detail}"},
	CodeTemplateCanceled:      {"Шаблон отменил отправку письма: {detail}", "The template canceled the letter: {detail}"},
	CodeRuleWrongEvent:        {"Шаблон создан для другого события, чем правило", "The template was made for another event than the rule"},
	CodeRuleBlocked:           {"Правило не сработает: исправьте ошибки в шаблоне", "The rule will not fire: mend the errors in its template"},
	CodeRuleUnacknowledged:    {"Правило не включено: исправьте шаблон или подтвердите, что предупреждения прочитаны", "The rule is not active: mend the template, or confirm that you have read the warnings"},
	CodeRuleTemplateChanged:   {"Правило не сработало и выключено: его шаблон изменён, и в новом есть ошибки или новые предупреждения", "The rule did not fire and is inactive now: its template was changed, and the new one has errors or new warnings"},
	CodeSubjectEmpty:          {"Заполните тему письма", "Fill in the subject"},
	CodeContentEmpty:          {"Напишите текст сообщения или прикрепите вложение", "Write a text or attach a file"},
	CodeContentBlocked:        {"Отправить письмо нельзя: в нём есть недопустимое содержимое", "This e-mail cannot be sent: it holds content that is not allowed"},
	CodeAttachmentsBlocked:    {"Отправить сообщение с такими вложениями нельзя", "A message with such attachments cannot be sent"},
	CodeAttachmentChanged:     {"Файл изменился, пока письмо отправлялось: {detail}. Прикрепите его снова", "The file changed while the e-mail was being sent: {detail}. Attach it again"},
	CodeMessageTooLarge:       {"Письмо больше, чем принимает почтовый сервер. Сократите текст или удалите некоторые файлы", "The e-mail is larger than the mail server takes. Shorten the text or remove some files"},
	CodeMessageInvalid:        {"В имени или адресе есть недопустимые символы", "A name or an address holds characters that are not allowed"},
	CodeNotCancelable:         {"Отменить отправку уже нельзя", "It is too late to take the e-mail back"},
	CodeNotConfirmable:        {"Известно, что стало с этим письмом", "What became of this e-mail is known"},
	CodeNotResendable:         {"Это письмо нельзя отправить повторно", "This e-mail cannot be sent again"},
	CodeMessageEmpty:          {"Письмо пустое", "The message is empty"},
	CodeMessageTextCut:        {"Текст очень длинный, показано только начало", "The text is very long, and only its beginning is shown"},
	CodeMessageIDReused:       {"Тот же идентификатор есть у другого письма", "Another message has the same identifier"},
}

// Codes lists every code of this package's own texts, sorted: those of refusals and defects, and of what its page and its
// letter say.
func Codes() []string { return slices.Sorted(maps.Keys(texts)) }

// DefectText is what a code of Received.Defects says to a person; language is "ru" or "en", and anything else means English.
// A code that this release does not know comes back as it is.
func DefectText(code, language string) string {
	if _, own := texts[code]; own {
		return text(code, language, "")
	}
	return message.DefectText(code, language)
}

func text(code, language, detail string) string {
	entry, ok := texts[code]
	if !ok {
		return code
	}
	line := entry.en
	if language == "ru" {
		line = entry.ru
	}
	if detail == "" {
		line = strings.TrimSuffix(line, ": {detail}")
	}
	return strings.ReplaceAll(line, "{detail}", detail)
}
