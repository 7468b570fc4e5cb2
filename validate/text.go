package validate

import (
	"maps"
	"strconv"
	"strings"
)

// message is a finding in words. {construct} is its snippet, {host} its host, {size} and {encoded} its sizes
// in kilobytes, rounded up.
type message struct {
	ru, en string
}

// Text returns the finding in words: what was found, why it matters and what to do about it, in
// Russian for the language "ru" and in English for any other.
func (f Finding) Text(language string) string {
	m, ok := messages[f.Code]
	if !ok {
		return f.Code
	}
	text := m.en
	if language == "ru" {
		text = m.ru
	}
	return strings.NewReplacer("{construct}", f.Snippet, "{host}", f.Host,
		"{size}", kilobytes(f.Size), "{encoded}", kilobytes(f.EncodedSize)).Replace(text)
}

// kilobytes returns a number of octets in units of 1,024, rounded up.
func kilobytes(octets int) string { return strconv.Itoa((octets + 1023) / 1024) }

// The reason is the same for all active content (ru: the words of the product's documentation).
const (
	activeRu = " Такой код потенциально вредоносный и может привести к блокировке ваших рассылок. "
	activeEn = " Such code is potentially malicious and may get your mailings blocked. "
	spamRu   = " С такой ссылкой есть шанс попасть под спам-фильтры почтовых провайдеров. "
	spamEn   = " A letter with such a link may end up in the spam filters of mailbox providers. "
)

// messages are the texts of all codes. Read only.
var messages = func() map[string]message {
	all := maps.Clone(mandatoryMessages)
	maps.Copy(all, adviceMessages)
	return all
}()

// mandatoryMessages are the texts of what gets mailings blocked or filtered.
var mandatoryMessages = map[string]message{
	"active.script": {
		"В письме есть JavaScript: {construct}." + activeRu + "Удалите скрипт: почтовые программы его не выполняют.",
		"The letter has JavaScript: {construct}." + activeEn + "Remove the script: mail programs do not run it.",
	},
	"active.handler": {
		"В письме есть обработчик события JavaScript: {construct}." + activeRu + "Удалите этот атрибут.",
		"The letter has a JavaScript event handler: {construct}." + activeEn + "Remove this attribute.",
	},
	"active.javascript-url": {
		"В письме есть ссылка, запускающая JavaScript: {construct}." + activeRu + "Укажите обычный адрес, начинающийся с https://.",
		"The letter has a link that runs JavaScript: {construct}." + activeEn + "Use an ordinary address that starts with https://.",
	},
	"active.vbscript": {
		"В письме есть VBScript: {construct}." + activeRu + "Удалите его: почтовые программы его не выполняют.",
		"The letter has VBScript: {construct}." + activeEn + "Remove it: mail programs do not run it.",
	},
	"active.activex": {
		"В письме есть элемент ActiveX: {construct}." + activeRu + "Удалите его и дайте ссылку на страницу сайта.",
		"The letter has an ActiveX control: {construct}." + activeEn + "Remove it and link to a page of your site.",
	},
	"active.applet": {
		"В письме есть Java-апплет: {construct}." + activeRu + "Удалите его и дайте ссылку на страницу сайта.",
		"The letter has a Java applet: {construct}." + activeEn + "Remove it and link to a page of your site.",
	},
	"active.frame": {
		"В письме есть фрейм (Frame): {construct}." + activeRu + "Перенесите содержимое фрейма в само письмо.",
		"The letter has a frame: {construct}." + activeEn + "Put what the frame shows into the letter itself.",
	},
	"active.iframe": {
		"В письме есть встроенный фрейм (IFrame): {construct}." + activeRu + "Вставьте картинку со ссылкой на страницу или видео.",
		"The letter has an inline frame (IFrame): {construct}." + activeEn + "Put in a picture that links to the page or video.",
	},
	"active.object": {
		"В письме есть встроенный объект: {construct}." + activeRu + "Вставьте картинку со ссылкой или приложите файл.",
		"The letter has an embedded object: {construct}." + activeEn + "Put in a picture with a link, or attach the file.",
	},
	"active.svg": {
		"В письме есть SVG, запускающий код: {construct}." + activeRu + "Замените его картинкой PNG или JPEG.",
		"The letter has SVG that runs code: {construct}." + activeEn + "Replace it by a PNG or JPEG picture.",
	},
	"active.css": {
		"В письме есть стиль CSS, запускающий код: {construct}." + activeRu + "Удалите это свойство.",
		"The letter has a CSS style that runs code: {construct}." + activeEn + "Remove this property.",
	},
	"active.meta-refresh": {
		"Письмо само переходит на другую страницу: {construct}." + activeRu + "Удалите тег и дайте обычную ссылку.",
		"The letter goes to another page by itself: {construct}." + activeEn + "Remove the tag and give an ordinary link.",
	},
	"active.other": {
		"В письме есть активное содержимое: {construct}." + activeRu + "Удалите его.",
		"The letter has active content: {construct}." + activeEn + "Remove it.",
	},
	"link.short": {
		"В письме есть сокращённая ссылка через {host}: {construct}." + spamRu +
			"Чтобы этого не произошло, нужно использовать полный URL ссылки: замените её адресом https://…, на который она ведёт.",
		"The letter has a shortened link through {host}: {construct}." + spamEn +
			"Use the full URL instead: replace it with the address https://… that it leads to.",
	},
	"link.branded": {
		"В письме есть короткая ссылка сервиса {host}: {construct}. Почтовые провайдеры знают этот сервис, " +
			"но надёжнее использовать полный URL ссылки.",
		"The letter has a short link of the service {host}: {construct}. Mailbox providers know that service, " +
			"but the full URL is the safer choice.",
	},
	"template.output-in-script": {
		"Шаблон выводит значение внутрь скрипта: {construct}. Экранирование для HTML там не защищает: значение может стать кодом. " +
			"Уберите вывод из скрипта.",
		"The template prints a value into a script: {construct}. Escaping for HTML does not protect there: the value may become code. " +
			"Take the output out of the script.",
	},
	"template.output-in-style": {
		"Шаблон выводит значение внутрь стиля: {construct}. Экранирование для HTML там не защищает. " +
			"Убедитесь, что значение не приходит от клиента.",
		"The template prints a value into a style: {construct}. Escaping for HTML does not protect there. " +
			"Make sure that the value does not come from a customer.",
	},
	"template.unquoted-output": {
		"Шаблон выводит значение в атрибут без кавычек: {construct}. Значение с пробелом станет новыми атрибутами. " +
			"Возьмите значение атрибута в кавычки.",
		"The template prints a value into an attribute without quotes: {construct}. A value with a space becomes attributes of its own. " +
			"Put the attribute's value in quotes.",
	},
	"content.too-deep": {
		"Разметка вложена слишком глубоко и проверена не до конца: {construct}. Почтовые программы могут показать такое письмо " +
			"неверно. Закройте лишние теги.",
		"The markup is nested too deeply to be checked to the end: {construct}. Mail programs may show such a letter " +
			"wrongly. Close the tags that are left open.",
	},
	"content.too-large": {
		"Текст письма больше 1 МБ и проверен упрощённо, начиная с этого места: {construct}. Сократите письмо.",
		"The text of the letter exceeds 1 MB and was checked in a simpler way; that point is here: {construct}. Shorten the letter.",
	},
	"content.invalid-utf8": {
		"В тексте есть байты не в кодировке UTF-8: {construct}. Почтовые программы прочтут их по-разному. " +
			"Сохраните текст в UTF-8.",
		"The text has bytes that are not UTF-8: {construct}. Mail programs will read them differently. " +
			"Save the text as UTF-8.",
	},
	"content.control-character": {
		"В тексте есть невидимый управляющий символ: {construct}. Почтовые программы прочтут его по-разному. Удалите его.",
		"The text has an invisible control character: {construct}. Mail programs will read it differently. Remove it.",
	},
}
