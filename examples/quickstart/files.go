package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// invoice is a PDF of one page, written by hand so that the program needs no file beside it.
func invoice() []byte {
	content := "BT /F1 24 Tf 72 760 Td (Invoice 1042) Tj 0 -40 Td /F1 14 Tf (Floor lamp, blanket: 16 480.50) Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var pdf bytes.Buffer
	pdf.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = pdf.Len()
		fmt.Fprintf(&pdf, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := pdf.Len()
	fmt.Fprintf(&pdf, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&pdf, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&pdf, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return pdf.Bytes()
}

// annasAnswer is the customer's answer to a message, with three files of which two have the same name.
func annasAnswer(sent email.Message) ([]byte, error) {
	answer := message.Message{
		From:      sent.To[0],
		To:        []mail.Address{sent.From},
		Subject:   message.ReplySubject(sent.Subject),
		Date:      time.Now(),
		MessageID: "answer@mail.example",
		InReplyTo: []string{sent.MessageID},
		Text:      "Спасибо! Посылаю подписанный договор.\n\n> " + sent.Subject,
	}
	for _, name := range []string{"договор.pdf", "договор.pdf", "паспорт.pdf"} {
		answer.Attachments = append(answer.Attachments, message.Attachment{
			Name: name, MediaType: "application/pdf", Size: int64(len(invoice())),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(invoice())), nil },
		})
	}
	wire, err := message.Build(answer, message.BuildOptions{})
	if err != nil {
		return nil, err
	}
	var raw bytes.Buffer
	_, err = wire.WriterTo(answer.Open).WriteTo(&raw)
	return raw.Bytes(), err
}

// route is a drawing of the way to the store.
func route() ([]byte, error) {
	const width, height = 320, 200
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			shade := color.RGBA{236, 240, 232, 255}
			switch {
			case x%80 < 10 || y%66 < 8:
				shade = color.RGBA{255, 255, 255, 255} // streets
			case (x-240)*(x-240)+(y-100)*(y-100) < 150:
				shade = color.RGBA{200, 30, 60, 255} // the store
			}
			picture.Set(x, y, shade)
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, picture)
	return out.Bytes(), err
}
