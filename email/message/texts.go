package message

// DefectText is what a code of Parsed.Defects says to a person, in Russian ("ru") or English (anything else).
// A code this release does not know comes back as it is.
func DefectText(code, language string) string { return text(code, language) }

func text(code, language string) string {
	t, ok := texts[code]
	switch {
	case !ok:
		return code
	case language == "ru":
		return t[0]
	}
	return t[1]
}

// texts holds every code with its Russian and its English text. It is only read. The package comment lists what triggers
// each.
var texts = map[string][2]string{
	// Of FieldError and SizeError.
	"field.missing":    {"не заполнено", "is missing"},
	"field.control":    {"содержит управляющий символ", "holds a control character"},
	"field.utf8":       {"не является текстом в UTF-8", "is not valid UTF-8"},
	"field.name":       {"недопустимое имя поля заголовка", "is not a header field name"},
	"field.reserved":   {"это поле заголовка нельзя задать отдельно", "is a field that cannot be added"},
	"field.long":       {"слишком длинное и не может быть перенесено", "is too long and cannot be folded"},
	"field.address":    {"недопустимый адрес", "is not a valid address"},
	"field.domain":     {"недопустимый домен в адресе", "holds an invalid domain"},
	"field.recipients": {"нет ни одного получателя", "holds no recipient"},
	"field.message-id": {"недопустимый идентификатор", "is not a valid identifier"},
	"field.media-type": {"недопустимый тип содержимого", "is not a valid media type"},
	"field.date":       {"дата вне допустимых пределов", "is a date out of range"},
	"field.calendar":   {"не является приглашением в формате iCalendar", "is not an iCalendar object with a METHOD"},
	"field.size":       {"недопустимый размер", "is not a valid size"},
	"attachment.size": {"размер вложения изменился с тех пор, как его прикрепили",
		"the attachment is not as long as when it was attached"},

	// Of Parsed.Defects.
	"header.mbox":               {"перед письмом стоит строка почтового ящика", "a mailbox line stands before the message"},
	"header.bom":                {"письмо начинается с метки порядка байтов", "the message begins with a byte order mark"},
	"header.blank-before":       {"перед заголовком стоят пустые строки", "blank lines stand before the header"},
	"header.stray":              {"заголовок начинается с продолжения", "the header begins with a continuation"},
	"header.no-colon":           {"строка заголовка без двоеточия", "a header line has no colon"},
	"header.cut":                {"заголовок части оборван", "the header of a part is cut off"},
	"header.octets":             {"в заголовке байты, которые не являются UTF-8", "the header holds octets that are not UTF-8"},
	"header.address":            {"адрес в заголовке не разобран", "an address in the header cannot be read"},
	"header.date":               {"дата не разобрана", "the date cannot be read"},
	"part.media-type":           {"недопустимый тип содержимого части", "the media type of a part is invalid"},
	"part.no-boundary":          {"составное письмо без разделителя", "a multipart names no boundary"},
	"part.no-parts":             {"в составном письме нет частей", "a multipart holds no parts"},
	"part.not-closed":           {"составное письмо не закрыто", "a multipart is not closed"},
	"part.epilogue":             {"за последней частью стоит текст", "text stands behind the last part"},
	"part.tnef":                 {"вложения упакованы в winmail.dat", "the attachments are packed in winmail.dat"},
	"encoding.unknown":          {"неизвестная кодировка передачи", "the transfer encoding is unknown"},
	"encoding.base64":           {"в base64 посторонние символы", "base64 holds foreign octets"},
	"encoding.quoted-printable": {"ошибка в quoted-printable", "quoted-printable holds an equals sign that encodes nothing"},
	"charset.unknown":           {"неизвестная кодировка символов", "the charset is unknown"},
	"charset.octets":            {"байты не из названной кодировки символов", "octets are not of the charset named"},
	"limit.header":              {"заголовок длиннее предела и прочитан не весь", "the header is over the limit and was not read to its end"},
	"limit.depth":               {"вложенность частей глубже предела", "parts are nested deeper than the limit"},
	"limit.parts":               {"частей больше предела, лишние не прочитаны", "there are more parts than the limit; the rest was not read"},
	"limit.decoded":             {"содержимое больше предела и обрезано", "the content is over the limit and was cut off"},
}
