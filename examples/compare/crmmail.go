package main

import (
	"context"
	"io"
	"net/mail"
	"os"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/smtp"
)

// ourMessage is the letter as this module takes it.
func ourMessage(letter Letter) message.Message {
	msg := message.Message{
		From: letter.From, To: []mail.Address{letter.To}, Subject: letter.Subject, Date: sentAt,
		Text: letter.Text, HTML: letter.HTML,
	}
	for _, file := range letter.Files {
		msg.Attachments = append(msg.Attachments, message.Attachment{
			Name: file.Name, MediaType: file.MediaType, Inline: file.ContentID != "", ContentID: file.ContentID, Size: file.Size,
			Open: func() (io.ReadCloser, error) { return os.Open(file.Path) },
		})
	}
	return msg
}

func buildOurs(t Task) (Work, error) {
	letter, err := readLetter(t)
	return func(w io.Writer) error { return buildLetter(letter, w) }, err
}

func buildLetter(letter Letter, w io.Writer) (err error) {
	msg := ourMessage(letter)
	if msg.MessageID, err = message.NewMessageID(nil, "chai.example"); err != nil {
		return err
	}
	wire, err := message.Build(msg, message.BuildOptions{})
	if err != nil {
		return err
	}
	_, err = wire.WriterTo(msg.Open).WriteTo(w)
	return err
}

// parseOurs reads attachments as they come, and holds none.
func parseOurs(t Task) (Work, error) {
	return readMails(t, func(got *reading, r io.Reader) error {
		p, err := message.Parse(r, message.ParseOptions{Attachment: func(a message.ParsedAttachment, content io.Reader) error {
			return got.file(a.Name, content)
		}})
		if err != nil {
			return err
		}
		got.Subject, got.From, got.To = p.Subject, p.From[0].Address, p.To[0].Address
		got.body(p.Text, p.HTML)
		return nil
	})
}

// sendOurs keeps one transport, and so its connection, for all messages.
func sendOurs(t Task) (Work, error) {
	transport, err := ourTransport(t)
	if err != nil {
		return nil, err
	}
	return mailOurs(transport.Deliver), nil
}

// singleOurs opens a connection for each message, as do peers who know no other way.
func singleOurs(t Task) (Work, error) {
	return mailOurs(func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		transport, err := ourTransport(t)
		if err != nil {
			return email.Receipt{}, err
		}
		defer transport.Close()
		return transport.Deliver(ctx, env, msg)
	}), nil
}

func ourTransport(t Task) (*smtp.Transport, error) {
	return smtp.New(smtp.Config{Addr: t.Addr, TLS: smtp.TLSNone, Hello: "client.example", MaxMessages: 1_000_000})
}

// deliver is the method of an [email.Transport].
type deliver func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error)

// mailOurs builds the plain letter and delivers it.
func mailOurs(over deliver) Work {
	letter := plainLetter()
	return func(io.Writer) (err error) {
		msg := ourMessage(letter)
		if msg.MessageID, err = message.NewMessageID(nil, "chai.example"); err != nil {
			return err
		}
		env, err := msg.Envelope()
		if err != nil {
			return err
		}
		wire, err := message.Build(msg, message.BuildOptions{})
		if err != nil {
			return err
		}
		_, err = over(context.Background(), env, wire.WriterTo(msg.Open))
		return err
	}
}
