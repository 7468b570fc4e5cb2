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
//
// # What it leaves out
//
// It neither signs nor encrypts (BuildOptions.Signers is where package email/dkim comes in; S/MIME and PGP parts are read
// as attachments), unpacks no winmail.dat, and looks nothing up in the DNS.
//
// # Codes of errors
//
// A FieldError has one of these, a SizeError the last:
//
//	field.missing     Message{MessageID: ""}
//	field.control     Message{Subject: "a\r\nBcc: b"}
//	field.utf8        Message{Subject: "\xff"}
//	field.name        Message{Fields: []Field{{Name: "X Y"}}}
//	field.reserved    Message{Fields: []Field{{Name: "Bcc", Body: "a@b.example"}}}
//	field.long        a Field with a Body of 2,000 letters and no space
//	field.address     Message{To: []mail.Address{{Address: "a b"}}}
//	field.domain      Message{To: []mail.Address{{Address: "a@-b"}}}
//	field.recipients  Envelope{}
//	field.message-id  Message{MessageID: "<a b>"}
//	field.media-type  Message{Attachments: []Attachment{{MediaType: "multipart/mixed"}}}
//	field.date        a Date in the year 12026
//	field.calendar    Message{Calendar: "BEGIN:VEVENT"}
//	field.size        Message{Attachments: []Attachment{{Size: -1}}}
//	attachment.size   an Attachment with a Size of 5 and a content of 4 octets
//
// # Codes of defects
//
// Parsed.Defects has these, each once; the message is read all the same, here its subject and its text:
//
//	header.mbox                "From a@b.example Mon Jan  1 00:00:00 2026\nSubject: s\n\nx"
//	header.bom                 "\xef\xbb\xbfSubject: s\n\nx"
//	header.blank-before        "\r\n\nSubject: s\n\nx"
//	header.stray               " stray\nSubject: s\n\nx"
//	header.no-colon            "Received here\nSubject: s\n\nx"
//	header.cut                 "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n--b\n\nx\n--b--\n"
//	header.octets              "Subject: s\nX-Note: \xcf\xf0\xe8\xe2\xe5\xf2\n\nx"
//	header.address             "Subject: s\nTo: Anna\n\nx"
//	header.date                "Subject: s\nDate: yesterday\n\nx"
//	part.media-type            "Subject: s\nContent-Type: text\n\nx"
//	part.no-boundary           "Subject: s\nContent-Type: multipart/mixed\n\nx"
//	part.no-parts              "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\nx"
//	part.not-closed            "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx"
//	part.epilogue              "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\nmore"
//	part.tnef                  a part of the media type application/ms-tnef, which is winmail.dat
//	encoding.unknown           "Subject: s\nContent-Transfer-Encoding: odd\n\nx"
//	encoding.base64            "Subject: s\nContent-Transfer-Encoding: base64\n\neA!=="
//	encoding.quoted-printable  "Subject: s\nContent-Transfer-Encoding: quoted-printable\n\nx=?"
//	charset.unknown            "Subject: s\nContent-Type: text/plain; charset=odd\n\nx"
//	charset.octets             "Subject: s\nContent-Type: text/plain; charset=utf-8\n\nx\xff"
//	limit.header               more than ParseOptions.MaxHeader
//	limit.depth                more than ParseOptions.MaxDepth
//	limit.parts                more than ParseOptions.MaxParts
//	limit.decoded              more than ParseOptions.MaxDecoded
package message
