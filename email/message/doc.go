// Package message builds and reads e-mail: RFC 5322 with MIME (RFC 2045–2047, 2231), threading fields, bounces
// and automatic answers. It is usable alone and imports no other package of this module.
//
// # Building
//
// A Message becomes a Wire: octets that never change again, apart from an Envelope that says who gets them.
//
//	msg := message.Message{
//		From:      mail.Address{Name: "Анна", Address: "anna@shop.example"},
//		To:        []mail.Address{{Address: "client@example.org"}},
//		Subject:   "Заказ № 7",
//		Date:      time.Now(),
//		MessageID: id, // message.NewMessageID(nil, "shop.example")
//		Text:      "Заказ собран.\n",
//	}
//	env, err := msg.Envelope()
//	wire, err := message.Build(msg, message.BuildOptions{})
//	_, err = wire.WriterTo(msg.Open).WriteTo(conn)
//
// A large attachment stays a reference by key in the Wire, so that an outbox keeps the Wire as JSON and the
// content where content is kept. Size forecasts the octets without reading any of it.
//
// Nothing that could break out of its place is written: a control character in any name, value, address or
// parameter is a *FieldError, blind copies are in the Envelope alone, no line is longer than 998 octets.
//
// # Reading
//
// Parse takes what mail servers really deliver. What is broken is read as far as it can be and named in
// Parsed.Defects; DefectText says each of them to a person.
//
//	p, err := message.Parse(r, message.ParseOptions{})
//	fmt.Println(p.Subject, p.Kind, len(p.Attachments))
//
// # Answering
//
// ThreadFields and ReplySubject make the fields by which an answer stands below what it answers.
package message
