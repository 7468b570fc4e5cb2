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
	"field.missing":    {"не заполнено", "is missing"},                                                     // Date is the zero time
	"field.control":    {"содержит управляющий символ", "holds a control character"},                       // Subject "a\r\nBcc: b"
	"field.utf8":       {"не является текстом в UTF-8", "is not valid UTF-8"},                              // Subject "\xff"
	"field.name":       {"недопустимое имя поля заголовка", "is not a header field name"},                  // Field{"X Y", ""}
	"field.reserved":   {"это поле заголовка нельзя задать отдельно", "is a field that cannot be added"},   // Field{"Bcc", "a@b"}
	"field.long":       {"слишком длинное и не может быть перенесено", "is too long and cannot be folded"}, // Field{"X", 2,000 letters}
	"field.address":    {"недопустимый адрес", "is not a valid address"},                                   // To "a b"
	"field.domain":     {"недопустимый домен в адресе", "holds an invalid domain"},                         // To "a@-b"
	"field.recipients": {"нет ни одного получателя", "holds no recipient"},                                 // Envelope{}
	"field.message-id": {"недопустимый идентификатор", "is not a valid identifier"},                        // MessageID "<a b>"
	"field.media-type": {"недопустимый тип содержимого", "is not a valid media type"},                      // MediaType "multipart/mixed"
	"field.date":       {"дата вне допустимых пределов", "is a date out of range"},                         // Date in the year 12026
	"field.size":       {"недопустимый размер", "is not a valid size"},                                     // Size -1
	"attachment.size": {"размер вложения изменился с тех пор, как его прикрепили",
		"the attachment is not as long as when it was attached"}, // Size 5, content of 4 octets
}
