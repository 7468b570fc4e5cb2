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

// texts holds every code with its Russian and its English text. It is only read.
var texts = map[string][2]string{
	// Of FieldError. The comment is an input that triggers it.
	"field.missing":    {"не заполнено", "is missing"},                                                               // Date is the zero time
	"field.control":    {"содержит управляющий символ", "holds a control character"},                                 // Subject "a\r\nBcc: b"
	"field.utf8":       {"не является текстом в UTF-8", "is not valid UTF-8"},                                        // Subject "\xff"
	"field.name":       {"недопустимое имя поля заголовка", "is not a header field name"},                            // Field{"X Y", ""}
	"field.reserved":   {"это поле заголовка нельзя задать отдельно", "is a field that cannot be added"},             // Field{"Bcc", "a@b"}
	"field.long":       {"слишком длинное и не может быть перенесено", "is too long and cannot be folded"},           // Field{"X", 2,000 letters}
	"field.address":    {"недопустимый адрес", "is not a valid address"},                                             // To "a b"
	"field.domain":     {"недопустимый домен в адресе", "holds an invalid domain"},                                   // To "a@-b"
	"field.recipients": {"нет ни одного получателя", "holds no recipient"},                                           // Envelope{}
	"field.message-id": {"недопустимый идентификатор", "is not a valid identifier"},                                  // MessageID "<a b>"
	"field.media-type": {"недопустимый тип содержимого", "is not a valid media type"},                                // MediaType "multipart/mixed"
	"field.date":       {"дата вне допустимых пределов", "is a date out of range"},                                   // Date in the year 12026
	"field.calendar":   {"не является приглашением в формате iCalendar", "is not an iCalendar object with a METHOD"}, // Calendar "BEGIN:VEVENT"
	"field.size":       {"недопустимый размер", "is not a valid size"},                                               // Size -1
	"attachment.size": {"размер вложения изменился с тех пор, как его прикрепили",
		"the attachment is not as long as when it was attached"}, // Size 5, content of 4 octets

	// Of Parsed.Defects. The comment is what triggers it.
	"header.mbox":               {"перед письмом стоит строка почтового ящика", "a mailbox line stands before the message"},                   // "From a@b Mon Jan 1"
	"header.bom":                {"письмо начинается с метки порядка байтов", "the message begins with a byte order mark"},                    // EF BB BF in front
	"header.blank-before":       {"перед заголовком стоят пустые строки", "blank lines stand before the header"},                              // CRLF in front
	"header.stray":              {"заголовок начинается с продолжения", "the header begins with a continuation"},                              // " x" as the first line
	"header.no-colon":           {"строка заголовка без двоеточия", "a header line has no colon"},                                             // "Subject Hello"
	"header.cut":                {"заголовок части оборван", "the header of a part is cut off"},                                               // a boundary within it
	"header.octets":             {"в заголовке байты, которые не являются UTF-8", "the header holds octets that are not UTF-8"},               // "Subject: \xcf\xf0"
	"header.address":            {"адрес в заголовке не разобран", "an address in the header cannot be read"},                                 // "To: Anna"
	"header.date":               {"дата не разобрана", "the date cannot be read"},                                                             // "Date: yesterday"
	"part.media-type":           {"недопустимый тип содержимого части", "the media type of a part is invalid"},                                // "Content-Type: text"
	"part.no-boundary":          {"составное письмо без разделителя", "a multipart names no boundary"},                                        // "multipart/mixed"
	"part.no-parts":             {"в составном письме нет частей", "a multipart holds no parts"},                                              // its boundary never comes
	"part.not-closed":           {"составное письмо не закрыто", "a multipart is not closed"},                                                 // its last boundary is missing
	"part.epilogue":             {"за последней частью стоит текст", "text stands behind the last part"},                                      // below the closing boundary
	"part.tnef":                 {"вложения упакованы в winmail.dat", "the attachments are packed in winmail.dat"},                            // application/ms-tnef
	"encoding.unknown":          {"неизвестная кодировка передачи", "the transfer encoding is unknown"},                                       // "Content-Transfer-Encoding: x"
	"encoding.base64":           {"в base64 посторонние символы", "base64 holds foreign octets"},                                              // "aGk=!"
	"encoding.quoted-printable": {"ошибка в quoted-printable", "quoted-printable holds an equals sign that encodes nothing"},                  // "a=b"
	"charset.unknown":           {"неизвестная кодировка символов", "the charset is unknown"},                                                 // charset=x
	"charset.octets":            {"байты не из названной кодировки символов", "octets are not of the charset named"},                          // charset=utf-8 with FF
	"limit.header":              {"заголовок длиннее предела и прочитан не весь", "the header is over the limit and was not read to its end"}, // MaxHeader
	"limit.depth":               {"вложенность частей глубже предела", "parts are nested deeper than the limit"},                              // MaxDepth
	"limit.parts":               {"частей больше предела, лишние не прочитаны", "there are more parts than the limit; the rest was not read"}, // MaxParts
	"limit.decoded":             {"содержимое больше предела и обрезано", "the content is over the limit and was cut off"},                    // MaxDecoded
}
