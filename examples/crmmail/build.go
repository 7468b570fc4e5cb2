package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/template"
)

type buildRequest struct {
	From        mailbox   `json:"from"`
	To          []mailbox `json:"to"`
	Cc          []mailbox `json:"cc"`
	Bcc         []mailbox `json:"bcc"`
	Subject     string    `json:"subject"`
	Preheader   string    `json:"preheader"`
	HTML        string    `json:"html"`
	Text        string    `json:"text"`
	Attachments []struct {
		Name   string `json:"name"`
		Path   string `json:"path"`
		Inline bool   `json:"inline"`
	} `json:"attachments"`
	ReplyToPath string    `json:"reply_to_path"` // the raw message that is answered
	Date        time.Time `json:"date"`
	MessageID   string    `json:"message_id"`
	Out         string    `json:"out"`
}

type buildAnswer struct {
	Envelope  envelope `json:"envelope"`
	Size      int64    `json:"size"`
	MessageID string   `json:"message_id"`
}

type envelope struct {
	From string   `json:"from"`
	To   []string `json:"to"`
}

// build answers the subcommand build.
func build(_ context.Context, r buildRequest) any {
	msg, err := r.message()
	if err != nil {
		return failed("request", err)
	}
	env, err := msg.Envelope()
	if err != nil {
		return failed("address", err)
	}
	wire, err := message.Build(msg, message.BuildOptions{})
	if err != nil {
		return failed("message", err)
	}
	if err := writeFile(r.Out, wire.WriterTo(msg.Open)); err != nil {
		return failed("output", err)
	}
	return buildAnswer{Envelope: envelope{env.ReturnPath, env.Recipients}, Size: wire.Size(), MessageID: msg.MessageID}
}

func (r buildRequest) message() (message.Message, error) {
	msg := message.Message{
		From: r.From.address(), To: boxes(r.To), Cc: boxes(r.Cc), Bcc: boxes(r.Bcc),
		Subject: r.Subject, Date: r.Date, MessageID: strings.Trim(r.MessageID, "<>"), Text: r.Text, HTML: r.HTML,
	}
	if msg.Text == "" && msg.HTML != "" {
		msg.Text = template.TextFromHTML(msg.HTML)
	}
	msg.HTML, _ = template.InsertPreheader(msg.HTML, r.Preheader)
	if msg.Date.IsZero() {
		msg.Date = time.Now()
	}
	if msg.MessageID == "" {
		_, domain, _ := strings.Cut(r.From.Address, "@")
		id, err := message.NewMessageID(nil, domain)
		if err != nil {
			return msg, err
		}
		msg.MessageID = id
	}
	for _, a := range r.Attachments {
		info, err := os.Stat(a.Path)
		if err != nil {
			return msg, err
		}
		msg.Attachments = append(msg.Attachments, message.Attachment{
			Name: a.Name, Inline: a.Inline, MediaType: mime.TypeByExtension(filepath.Ext(a.Name)), Size: info.Size(),
			Open: func() (io.ReadCloser, error) { return os.Open(a.Path) },
		})
	}
	if r.ReplyToPath != "" {
		return msg, answer(&msg, r.ReplyToPath)
	}
	return msg, nil
}

// answer makes msg an answer to the raw message in the file.
func answer(msg *message.Message, path string) error {
	raw, err := os.Open(path)
	if err != nil {
		return err
	}
	defer raw.Close()
	parent, err := message.Parse(raw, message.ParseOptions{})
	if err != nil {
		return fmt.Errorf("reply_to_path: %w", err)
	}
	msg.InReplyTo, msg.References = message.ThreadFields(parent.MessageID, parent.InReplyTo, parent.References)
	if msg.Subject == "" {
		msg.Subject = message.ReplySubject(parent.Subject)
	}
	return nil
}

func writeFile(path string, content io.WriterTo) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	buffered := bufio.NewWriterSize(file, 1<<16)
	if _, err := content.WriteTo(buffered); err != nil {
		return err
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	return file.Close()
}

func (m mailbox) address() mail.Address { return mail.Address{Name: m.Name, Address: m.Address} }

func boxes(list []mailbox) []mail.Address {
	all := make([]mail.Address, len(list))
	for i, box := range list {
		all[i] = box.address()
	}
	return all
}
