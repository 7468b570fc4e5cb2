package main

import (
	"fmt"
	"strings"
)

// word is a text of the pages in both languages. What the library has to say about a letter comes from its own tables.
type word struct{ ru, en string }

func (w word) in(language string) string {
	if language == "ru" {
		return w.ru
	}
	return w.en
}

// say is a text of the pages. A number decides a form: "{файл|файла|файлов}".
func say(language, key string, args ...any) string {
	text := words[key].in(language)
	if text == "" {
		return key
	}
	if len(args) == 0 {
		return text
	}
	text = fmt.Sprintf(text, args...)
	before, rest, found := strings.Cut(text, "{")
	forms, after, _ := strings.Cut(rest, "}")
	number, isNumber := whole(args[0])
	if !found || !isNumber {
		return text
	}
	return before + plural(language, number, strings.Split(forms, "|")) + after
}

func whole(value any) (int64, bool) {
	switch n := value.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	}
	return 0, false
}

// plural is the form of a noun beside a number: one, few and many in Russian, one and many in English.
func plural(language string, n int64, forms []string) string {
	at := len(forms) - 1
	switch tens, ones := n%100, n%10; {
	case language != "ru" && n == 1, language == "ru" && ones == 1 && tens != 11:
		at = 0
	case language == "ru" && ones >= 2 && ones <= 4 && (tens < 12 || tens > 14):
		at = 1
	}
	return forms[min(at, len(forms)-1)]
}

// words is every word of the pages.
var words = map[string]word{
	"skip": {"К содержанию", "Skip to content"}, "nav": {"Разделы", "Sections"}, "nav.settings": {"Настройки", "Settings"}, "apply": {"Применить", "Apply"},
	"actor": {"Кто пишет", "Acting user"}, "language": {"Язык", "Language"}, "back": {"Назад", "Back"}, "next": {"Далее", "Next"},
	"previous": {"Предыдущее", "Previous"}, "close": {"Закрыть", "Close"}, "save": {"Сохранить", "Save"}, "open": {"Открыть", "Open"},
	"bytes":   {"%d {байт|байта|байт}", "%d {byte|bytes}"},
	"refused": {"Не получилось", "That was refused"}, "file": {"файл", "file"}, "no-subject": {"(без темы)", "(no subject)"},
	"error": {"Ошибка", "Error"}, "warning": {"Внимание", "Warning"}, "note": {"Заметка", "Note"},

	"conversations": {"Диалоги", "Conversations"}, "active": {"Активные", "Active"}, "completed": {"Завершенные", "Completed"},
	"conversations.filter":          {"Поиск в списке", "Search in the list"},
	"conversations.empty.active":    {"Никто не ждёт ответа", "Nobody is waiting for an answer"},
	"conversations.empty.completed": {"Здесь будут диалоги, в которых последнее слово за вами", "Conversations in which you had the last word will be here"},
	"conversations.nothing":         {"Ничего не найдено", "Nothing was found"},
	"inbox":                         {"Неизвестные", "Unknown senders"}, "inbox.about": {"Письма людей, которых в базе нет. Отдайте письмо клиенту, и начнётся диалог.", "Mail from people whom nobody knows. Give a message to a customer, and a conversation begins."},
	"inbox.customer": {"Клиент", "Customer"}, "inbox.assign": {"Отдать клиенту", "Give to the customer"}, "inbox.empty": {"Все письма разобраны", "All mail is sorted"},
	"mailbox": {"Ящик", "Mailbox"},

	"search": {"Поиск", "Search"}, "search.button": {"Найти", "Find"}, "search.create": {"Создать клиента", "Create a customer"},
	"search.placeholder": {"Имя, телефон, e-mail, id, @username", "Name, phone, e-mail, id, @username"},
	"search.none":        {"Клиент не найден", "No such customer"},
	"search.how":         {"Введите имя, номер телефона, e-mail, идентификатор из внешней системы или username из мессенджера", "Type a name, a phone number, an e-mail, an id of another system or a messenger's username"},
	"by.name":            {"Имя", "Name"}, "by.phone": {"Телефон", "Phone"}, "by.email": {"E-mail", "E-mail"}, "by.external-id": {"Внешний id", "External id"}, "by.handle": {"Username", "Username"},
	"write": {"Написать исходящее", "Write a message"}, "write.email": {"Написать e-mail", "Write an e-mail"},

	"new": {"Новый клиент", "New customer"}, "new.first": {"Имя", "First name"}, "new.last": {"Фамилия", "Last name"}, "new.save": {"Создать", "Create"},
	"new.anyway": {"Всё равно создать", "Create all the same"}, "new.alike": {"Возможно, это один из них", "It may be one of these"}, "new.empty": {"Укажите имя или e-mail", "Give a name or an e-mail"},
	"customer.data": {"Данные", "Details"}, "customer.since": {"В базе с", "Known since"},

	"outgoing": {"Новое исходящее", "New outgoing message"}, "outgoing.channel": {"Выберите доступный канал", "Choose a channel that is available"},
	"channel.email": {"E-mail", "E-mail"}, "channel.sms": {"SMS", "SMS"}, "channel.telegram": {"Telegram", "Telegram"}, "channel.whatsapp": {"WhatsApp", "WhatsApp"},
	"channel.available": {"доступен", "available"}, "channel.off": {"канал не подключён", "the channel is not connected"},

	"compose": {"Письмо", "Letter"}, "from": {"От кого", "From"}, "from.manager": {"Менеджер клиента", "The customer's manager"}, "from.store": {"Магазин клиента", "The customer's store"},
	"from.additional": {"Дополнительный адрес", "Additional address"}, "from.settings": {"В настройки →", "To the settings →"},
	"to": {"Кому", "To"}, "bcc": {"Скрытая копия", "Bcc"}, "template": {"Шаблон", "Template"}, "template.none": {"Без шаблона", "No template"}, "template.apply": {"Подставить", "Fill in"},
	"field.subject": {"Тема", "Subject"}, "field.preheader": {"Прехедер", "Preheader"}, "field.body": {"Текст", "Text"},
	"part.subject": {"Тема", "Subject"}, "part.preheader": {"Прехедер", "Preheader"}, "part.html": {"HTML", "HTML"}, "part.text": {"Текст", "Text"},
	"preheader.about": {"Виден в списке писем после темы, в теле письма не виден. Можно использовать twig.", "Seen in the list of mails after the subject, and not in the letter. Twig works here."},
	"later":           {"Отправить позже", "Send later"}, "later.when": {"Когда", "When"},
	"send": {"Отправить", "Send"}, "check": {"Проверить", "Preview"}, "send.unavailable": {"Отправка недоступна:", "Sending is unavailable:"},
	"gate.settings": {"Открыть настройки почты", "Open the mail settings"},

	"files": {"Вложения", "Files"}, "files.list": {"Вложения", "Attachments"}, "files.add": {"Добавить файлы", "Add files"}, "files.attach": {"Прикрепить выбранные", "Attach what was chosen"},
	"files.detach": {"Открепить %s", "Detach %s"}, "files.total": {"%d {файл|файла|файлов}", "%d {file|files}"}, "files.of": {"%s из %s", "%s of %s"},
	"files.wire": {"в письме ≈ %s", "in the letter ≈ %s"}, "files.none": {"Вложений нет. Вместе не больше %s", "No attachments. Together at most %s"},
	"files.formats": {"Можно", "Allowed"}, "files.drop": {"или перетащите их сюда", "or drop them here"}, "files.progress": {"Загрузка", "Upload"},

	"preview": {"Как это увидит получатель", "What the recipient will see"}, "preview.inbox": {"В списке писем", "In the list of mails"}, "preview.body": {"Письмо", "The letter"},
	"preview.desktop": {"Компьютер", "Desktop"}, "preview.phone": {"Телефон", "Phone"}, "preview.empty": {"Здесь появится письмо", "The letter will be here"}, "preview.none": {"прехедер не показывается", "shows no preheader"},
	"client.gmail-desktop": {"Gmail", "Gmail"}, "client.gmail-mobile": {"Gmail на телефоне", "Gmail on a phone"}, "client.apple-mail": {"Apple Mail", "Apple Mail"}, "client.outlook": {"Outlook", "Outlook"}, "client.mail.ru": {"mail.ru", "mail.ru"},
	"findings": {"Проверка", "Checks"}, "findings.none": {"Замечаний нет", "Nothing to object to"},

	"history": {"История переписки", "History"}, "history.empty": {"Переписки пока нет", "Nothing was written yet"}, "history.older": {"Раньше", "Older"}, "history.quoted": {"Цитата", "Quoted text"},
	"history.stranger":   {"Пишет новый участник, не клиент. Проверьте адрес.", "A new participant, not the customer. Check the address."},
	"direction.outgoing": {"Исходящее", "Outgoing"}, "direction.incoming": {"Входящее", "Incoming"},
	"state.queued": {"◷ в очереди", "◷ queued"}, "state.sending": {"… отправляется", "… sending"}, "state.sent": {"✓ отправлено", "✓ sent"}, "state.failed": {"✕ не отправлено", "✕ not sent"},
	"state.uncertain": {"? неизвестно, дошло ли", "? unknown whether it arrived"}, "state.bounced": {"↩ вернулось", "↩ bounced"}, "state.canceled": {"– отменено", "– canceled"}, "state.received": {"✓ получено", "✓ received"},
	"timeline": {"Журнал", "Time line"}, "source": {"Исходник письма", "Raw source"}, "as-sent": {"Как в письме", "As in the letter"}, "reply": {"Ответить", "Reply"},
	"download": {"Скачать", "Download"}, "download.all": {"Скачать все", "Download all"}, "download.archive": {"Скачать все архивом", "Download all as an archive"},
	"cancel": {"Отменить отправку", "Take it back"}, "resend": {"Отправить ещё раз", "Resend"}, "confirm-sent": {"Письмо дошло", "It arrived"},
	"undo": {"Письмо уйдёт через %d с", "The letter goes out in %d s"}, "undo.button": {"Отменить", "Undo"},
	"picture": {"Просмотр изображения", "Picture viewer"}, "picture.open": {"Открыть %s", "Open %s"},
	"event.queued": {"поставлено в очередь", "queued"}, "event.sending": {"передаётся серверу", "handed to the server"}, "event.deferred": {"сервер просит повторить позже", "deferred by the server"},
	"event.sent": {"принято сервером", "accepted by the server"}, "event.failed": {"не отправлено", "not sent"}, "event.uncertain": {"ответ сервера потерян", "the server's reply was lost"}, "event.canceled": {"отменено", "taken back"},
	"event.confirmed": {"подтверждено: дошло", "confirmed: it arrived"}, "event.resent": {"отправлено ещё раз", "sent again"}, "event.bounced": {"вернулось", "bounced"}, "event.unsubscribed": {"получатель отписался", "the recipient unsubscribed"},
	"event.complained": {"получатель пожаловался", "the recipient complained"}, "event.received": {"получено", "received"}, "event.refused": {"правило не сработало", "the rule did not fire"}, "event.assigned": {"отдано клиенту", "given to a customer"},

	"settings": {"Настройки почты", "Mail settings"}, "settings.own": {"Ваш адрес", "Your address"}, "settings.additional": {"Дополнительные адреса", "Additional addresses"},
	"settings.name": {"Имя", "Name"}, "settings.add": {"Добавить", "Add"}, "settings.none": {"Пусто", "None"},
	"confirmed": {"подтверждена", "confirmed"}, "unconfirmed": {"не подтверждена", "not confirmed"}, "allowed": {"разрешена как адрес отправителя", "allowed as a sender"}, "not-allowed": {"не разрешена как адрес отправителя", "not allowed as a sender"},
	"request": {"Подтвердить почту", "Confirm the address"}, "allow": {"Разрешить как адрес отправителя", "Allow as a sender"}, "disallow": {"Запретить", "Disallow"},
	"aligned": {"Домен настроен", "The domain is set up"}, "misaligned": {"Домен настроен не полностью", "The domain is not fully set up"},
	"settings.policy": {"Вложения", "Attachments"}, "settings.policy.about": {"Файл policy.json: форматы и пределы. Изменение действует сразу.", "The file policy.json: formats and limits. A change holds at once."},
	"settings.policy.wrong": {"Строка %d, столбец %d:", "Line %d, column %d:"},
	"settings.suppressed":   {"Не получают рассылок", "Get no mailings"}, "settings.lift": {"Вернуть", "Lift"}, "settings.suppress": {"Исключить из рассылок", "Exclude from mailings"},
	"confirm": {"Подтверждение почты", "Confirm an address"}, "confirm.about": {"Подтвердите, что этот ящик ваш.", "Confirm that this mailbox is yours."}, "confirm.button": {"Подтвердить почту", "Confirm the address"},

	"rules": {"Правила", "Rules"}, "rule.active": {"включено", "active"}, "rule.inactive": {"выключено", "inactive"}, "rule.activate": {"Включить правило", "Activate"}, "rule.deactivate": {"Выключить", "Deactivate"},
	"rule.version": {"версия", "version"}, "rule.checked": {"проверена", "checked"}, "rule.acknowledge": {"Предупреждение прочитано", "I have read this warning"}, "rule.try": {"Пусть событие случится", "Let the event happen"}, "rule.fire": {"Запустить", "Fire"},
	"rule.fired": {"письмо в очереди", "the letter is queued"}, "rule.not-fired": {"не сработало", "did not fire"}, "rule.nothing": {"Ни одно включённое правило не ждёт этого события", "No active rule waits for this event"}, "rule.firings": {"Что отправило правило", "What the rule has sent"},
	"on.customer": {"Событие «Клиент»", "Event “Customer”"}, "on.order": {"Событие «Заказ»", "Event “Order”"}, "templates": {"Шаблоны", "Templates"}, "template.deactivated": {"Правило «%s» выключено: в шаблоне ошибки или новые предупреждения.", "The rule “%s” is inactive now: the template has errors or new warnings."},
	"rule-event.created": {"создано", "created"}, "rule-event.edited": {"изменено", "edited"}, "rule-event.acknowledged": {"предупреждение прочитано", "a warning was read"}, "rule-event.activated": {"включено", "activated"},
	"rule-event.refused": {"не включено", "not activated"}, "rule-event.revalidated": {"новый шаблон проверен", "the new template was checked"}, "rule-event.deactivated": {"выключено", "deactivated"},

	"campaigns": {"Рассылки", "Mailings"}, "campaigns.audience": {"Кому", "Audience"}, "campaigns.everybody": {"Все клиенты", "All customers"}, "campaigns.start": {"Разослать", "Send to all"},
	"campaigns.list": {"Что разослано", "What was sent"}, "campaigns.none": {"Рассылок ещё не было", "No mailing yet"}, "campaigns.queued": {"Поставлено в очередь: %d {письмо|письма|писем}", "%d {letter|letters} queued"}, "campaigns.done": {"все обойдены", "complete"},

	"inbound": {"Входящее", "Inbound"}, "inbound.about": {"Файл .eml попадёт в историю так, как его передал бы почтовый сервер.", "An .eml file is filed as if a mail server had handed it over."}, "inbound.mailbox": {"На какой адрес пришло", "The mailbox it came to"},
	"inbound.file": {"Файл .eml", "An .eml file"}, "inbound.receive": {"Принять", "Receive"}, "inbound.example": {"Или пусть ответит клиент", "Or let a customer answer"}, "inbound.example.button": {"Прислать ответ с тремя файлами", "Send an answer with three files"},
	"faults": {"Сбои", "Faults"}, "faults.about": {"Что случится со следующими письмами по дороге к серверу.", "What happens to the next letters on their way to the server."}, "faults.left": {"Ещё %d {письмо|письма|писем}:", "%d more {letter|letters}:"}, "faults.none": {"Всё доходит", "Everything arrives"},
	"faults.kind": {"Сбой", "Fault"}, "faults.times": {"Сколько писем", "How many letters"}, "faults.set": {"Включить", "Set"},
	"fault.refuse": {"сервер отказывает (550)", "the server refuses (550)"}, "fault.greylist": {"сервер просит повторить позже (451)", "the server greylists (451)"}, "fault.stall": {"сервер молчит", "the server stalls"}, "fault.lose": {"ответ сервера теряется", "the server's reply is lost"},

	"status.400": {"Запрос не понят", "The request makes no sense"}, "status.404": {"Такой страницы нет", "There is no such page"}, "status.409": {"Кто-то изменил это раньше вас", "Somebody else was faster"},
	"status.413": {"Слишком много: столько не принимается", "Too large: so much is not taken"}, "status.500": {"Что-то сломалось. Попробуйте ещё раз.", "Something broke. Try again."},

	"done.created": {"Клиент создан", "The customer was created"}, "done.queued": {"Письмо поставлено в очередь", "The letter was queued"}, "done.sent-already": {"Это письмо уже отправлено", "This letter was sent already"},
	"done.cancel": {"Отправка отменена", "The letter was taken back"}, "done.resend": {"Письмо снова в очереди", "The letter is queued again"}, "done.confirm": {"Письмо ушло: проверьте ящик", "The letter is out: look into the mailbox"},
	"done.confirm-failed": {"Письмо не ушло: сервер не принял его", "The letter did not go out: the server did not take it"}, "done.confirmed": {"Почта подтверждена", "The address is confirmed"}, "done.add": {"Адрес добавлен", "The address was added"},
	"done.allow": {"Адрес разрешён", "The address is allowed"}, "done.disallow": {"Адрес запрещён", "The address is not allowed any more"}, "done.policy": {"Правила для вложений изменены", "The attachment policy was changed"},
	"done.suppressed": {"Адрес исключён из рассылок", "The address is excluded from mailings"}, "done.unsuppressed": {"Адрес снова получает рассылки", "The address gets mailings again"}, "done.assigned": {"Письмо отдано клиенту", "The message was given to the customer"},
	"done.received": {"Письмо принято", "The message was received"}, "done.received-already": {"Это письмо уже принято", "This message was received before"}, "done.fault": {"Готово", "Done"}, "done.saved": {"Шаблон сохранён", "The template was saved"},
	"done.campaign": {"Рассылка поставлена в очередь", "The mailing was queued"},
	"done.activate": {"Правило включено", "The rule is active"}, "done.deactivate": {"Правило выключено", "The rule is inactive"}, "done.arrived": {"Отмечено: письмо дошло", "Noted: the letter arrived"},
}
