package attach

import (
	"strconv"
	"strings"
)

// words is one text in both languages. {field} stands for a parameter, {count|файл|файла|файлов} for a number with its
// noun; English takes two forms.
type words struct{ ru, en string }

// Text is what to tell a person, in Russian for "ru" and in English for any other language.
func (i Issue) Text(language string) string {
	t, ok := texts[i.Code+"/"+i.Params.Hint]
	if !ok {
		t, ok = texts[i.Code]
	}
	if !ok {
		return i.Code
	}
	l := languageOf(language)
	if l == russian {
		return fill(t.ru, i.Params, l)
	}
	return fill(t.en, i.Params, l)
}

// texts holds a text for every code, and for code/hint where a hint helps more.
var texts = map[string]words{
	CodeNameInvalid:   {"Недопустимое имя файла. Переименуйте файл", "This file name can't be used. Rename the file"},
	CodeNameDeceptive: {"Имя файла содержит скрытые знаки, которые меняют его вид. Переименуйте файл", "The file name holds hidden characters that change how it looks. Rename the file"},

	CodeFormatNotAllowed:                   {"Файлы .{extension} отправить нельзя. Разрешены: {allowed}", "Files .{extension} can't be sent. Allowed: {allowed}"},
	CodeFormatNotAllowed + "/no-extension": {"У файла нет расширения. Разрешены: {allowed}", "The file has no extension. Allowed: {allowed}"},
	CodeFormatNotAllowed + "/name-it":      {"У файла нет расширения. Добавьте к имени .{rename}", "The file has no extension. Add .{rename} to its name"},
	CodeFormatNotAllowed + "/rename":       {"Файлы .{extension} отправить нельзя. Переименуйте файл в .{rename}", "Files .{extension} can't be sent. Rename the file to .{rename}"},
	CodeFormatNotAllowed + "/heic":         {"Файлы .{extension} отправить нельзя. Сохраните фотографию как JPEG. Разрешены: {allowed}", "Files .{extension} can't be sent. Save the photo as JPEG. Allowed: {allowed}"},

	CodeEmpty:                         {"Файл пустой", "The file is empty"},
	CodeTooLarge:                      {"Размер файла — {size}. Максимальный размер одного вложения — {limit}", "The file takes {size}. One attachment may take at most {limit}"},
	CodeTooLarge + "/cut":             {"Максимальный размер одного вложения — {limit}", "One attachment may take at most {limit}"},
	CodeReadFailed:                    {"Не удалось прочитать файл. Прикрепите его ещё раз", "The file could not be read. Attach it again"},
	CodeInfected:                      {"В файле найден вирус: {threat}. Отправить его нельзя", "The file holds a virus: {threat}. It can't be sent"},
	CodeNotScanned:                    {"Файл не удалось проверить на вирусы. Попробуйте ещё раз позже", "The file could not be checked for viruses. Try again later"},
	CodeNotScanned + "/limit":         {"Файл слишком большой, чтобы проверить его на вирусы", "The file is too large to be checked for viruses"},
	CodeNotScanned + "/allowed":       {"Файл не проверен на вирусы", "The file is not checked for viruses"},
	CodeDamaged:                       {"Файл повреждён и не откроется", "The file is damaged and won't open"},
	CodeDamaged + "/bounds":           {"Файл устроен так, что его нельзя проверить: в нём слишком много данных", "The file can't be checked: it unpacks to too much"},
	CodeDamaged + "/cut":              {"Файл обрывается: получатель может увидеть его не целиком", "The file breaks off: the recipient may not see all of it"},
	CodeMacros:                        {"В документе есть макросы. Сохраните его без макросов", "The document holds macros. Save it without macros"},
	CodeMacros + "/doc":               {"В документе есть макросы: почта получателя может его не принять", "The document holds macros: the recipient's mail may refuse it"},
	CodeEncrypted:                     {"Файл защищён паролем: почта получателя может его не принять", "The file is protected by a password: the recipient's mail may refuse it"},
	CodeExternalTemplate:              {"При открытии документ загрузит шаблон с другого компьютера: {target}", "When opened, the document loads a template from another computer: {target}"},
	CodeEmbeddedObject:                {"В документ вложен другой файл: почта получателя может его не принять", "Another file is embedded in the document: the recipient's mail may refuse it"},
	CodeActiveContent:                 {"В PDF есть активное содержимое ({what}): почта получателя может его не принять", "The PDF holds active content ({what}): the recipient's mail may refuse it"},
	CodeTrailingData:                  {"После конца файла дописаны посторонние данные: {detected}", "Other data is appended to the file: {detected}"},
	CodeImageTooBig:                   {"Изображение слишком большое для просмотра: {width} × {height}", "The image is too big to be shown: {width} × {height}"},
	CodeContentOdd:                    {"Файл устроен необычно, но откроется", "The file is unusual inside but opens"},
	CodeContentOdd + "/path":          {"В документе есть запись с путём за его пределы", "The document holds an entry whose path leads out of it"},
	CodeContentDiffers:                {"По содержимому это {detected}: файл будет отправлен как есть", "By its content this is {detected}: it is sent as it is"},
	CodeLeadingJunk:                   {"Перед началом PDF есть лишние данные", "There is other data before the beginning of the PDF"},
	CodeLegacy:                        {"Документ Word старого формата: он может открыться не у всех", "A document of an old Word format: not everybody can open it"},
	CodeDoubleExtension:               {"В имени файла два расширения (.{extension}): почта получателя может его не принять", "The file name has two extensions (.{extension}): the recipient's mail may refuse it"},
	CodeNameCleaned:                   {"Файл будет отправлен с именем «{name}»", "The file will be sent as “{name}”"},
	CodeNameDuplicate:                 {"Файл с именем «{name}» уже прикреплён", "A file called “{name}” is attached already"},
	CodeContentMismatch:               {"Содержимое файла не соответствует расширению .{extension}: это {detected}", "The content of the file does not match the extension .{extension}: it is {detected}"},
	CodeContentMismatch + "/unknown":  {"Содержимое файла не соответствует расширению .{extension}", "The content of the file does not match the extension .{extension}"},
	CodeContentMismatch + "/web-page": {"Документ .{extension} сохранён как веб-страница. В Word выберите «Сохранить как» → «Документ Word»", "The document .{extension} is saved as a web page. In Word choose Save as → Word document"},
	CodeContentMismatch + "/heic":     {"Это фотография {detected}, а не .{extension}. Сохраните её как JPEG", "This is a photo in {detected}, not .{extension}. Save it as JPEG"},
	CodeContentMismatch + "/picture":  {"Это картинка {detected}, а не .{extension}. Сохраните её как JPEG или PNG", "This is a picture in {detected}, not .{extension}. Save it as JPEG or PNG"},
	CodeContentMismatch + "/macros":   {"Это документ с макросами, а не .{extension}. Сохраните его как документ Word без макросов", "This is a document with macros, not .{extension}. Save it as a Word document without macros"},
	CodeContentMismatch + "/rename":   {"По содержимому это {detected}, а не .{extension}. Переименуйте файл в .{rename}", "By its content this is {detected}, not .{extension}. Rename the file to .{rename}"},

	CodeTotalTooLarge:           {"Общий размер вложений — {total}, максимальный — {limit}: отправка сообщения будет недоступна. Удалите некоторые файлы (не менее {over})", "All attachments take {total}, at most {limit} are allowed: the message can't be sent. Remove some files (at least {over})"},
	CodeTooManyFiles:            {"Прикреплено {count|файл|файла|файлов}, можно не больше {most}: отправка сообщения будет недоступна. Удалите некоторые файлы", "{count|file|files} attached, at most {most} are allowed: the message can't be sent. Remove some files"},
	CodeMessageTooLarge:         {"Письмо с вложениями займёт {wire}, почтовый сервер принимает до {limit}: отправка сообщения будет недоступна. Удалите некоторые файлы (не менее {over})", "With its attachments the message takes {wire}, the mail server accepts up to {limit}: the message can't be sent. Remove some files (at least {over})"},
	CodeMayBounce + "/receiver": {"Письмо с вложениями займёт {wire}, а {receiver} принимает до {limit}: письмо не дойдёт. Удалите файлы не менее чем на {over}", "With its attachments the message takes {wire}, but {receiver} accepts up to {limit}: it won't arrive. Remove at least {over} of files"},
	CodeMayBounce:               {"Письмо с вложениями займёт {wire}: почта получателя может его не принять, например {receiver} принимает до {limit}. Удалите файлы не менее чем на {over}", "With its attachments the message takes {wire}: the recipient's mail may refuse it, {receiver} for one accepts up to {limit}. Remove at least {over} of files"},
}

// refusal is said of a message with files that have errors.
var refusal = words{
	"Отправить сообщение с такими вложениями нельзя. Открепите их, нажав на крестик рядом с вложением",
	"A message with such attachments can't be sent. Detach them by the cross next to each",
}

type language int

const (
	english language = iota
	russian
)

func languageOf(s string) language {
	if s == "ru" {
		return russian
	}
	return english
}

// fill puts parameters into a text.
func fill(text string, p Params, l language) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		field, after, _ := strings.Cut(rest, "}")
		b.WriteString(p.value(field, l))
		text = after
	}
}

// value is one parameter as people write it.
func (p Params) value(field string, l language) string {
	if name, forms, ok := strings.Cut(field, "|"); ok && name == "count" {
		return strconv.FormatInt(p.Count, 10) + " " + plural(p.Count, strings.Split(forms, "|"), l)
	}
	switch field {
	case "extension":
		return p.Extension
	case "allowed":
		return strings.Join(p.Allowed, ", ")
	case "rename":
		return p.Rename
	case "detected":
		return kindName(p.Detected, l)
	case "name":
		return p.Name
	case "size":
		return sizeText(p.Size, l, roundUp)
	case "limit":
		return sizeText(p.Limit, l, roundDown)
	case "over":
		return sizeText(p.Over, l, roundUp)
	case "total":
		return sizeText(p.Total, l, roundUp)
	case "wire":
		return sizeText(p.Wire, l, roundUp)
	case "most":
		return strconv.FormatInt(p.Most, 10)
	case "width":
		return strconv.FormatInt(p.Width, 10)
	case "height":
		return strconv.FormatInt(p.Height, 10)
	case "threat":
		return p.Threat
	case "target":
		return p.Target
	case "what":
		return p.What
	case "receiver":
		return p.Receiver
	}
	return ""
}
