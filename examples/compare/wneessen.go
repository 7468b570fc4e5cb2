//go:build !alone || wneessen

package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/wneessen/go-mail"
)

func init() {
	peers["wneessen"] = works{"build": buildGoMail, "send": sendGoMail, "single": singleGoMail, "pipeline": pipelineGoMail}
}

// goMailMessage is the letter as go-mail takes it.
func goMailMessage(letter Letter) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := msg.FromFormat(letter.From.Name, letter.From.Address); err != nil {
		return nil, err
	}
	if err := msg.AddToFormat(letter.To.Name, letter.To.Address); err != nil {
		return nil, err
	}
	msg.Subject(letter.Subject)
	msg.SetDateWithValue(sentAt)
	msg.SetMessageID()
	msg.SetBodyString(mail.TypeTextPlain, letter.Text)
	if letter.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, letter.HTML)
	}
	for _, file := range letter.Files {
		options := []mail.FileOption{mail.WithFileName(file.Name), mail.WithFileContentType(mail.ContentType(file.MediaType))}
		if file.ContentID == "" {
			msg.AttachFile(file.Path, options...)
		} else {
			msg.EmbedFile(file.Path, append(options, mail.WithFileContentID("<"+file.ContentID+">"))...)
		}
	}
	return msg, nil
}

func buildGoMail(t Task) (Work, error) {
	letter, err := readLetter(t)
	return func(w io.Writer) error { return writeGoMail(letter, w) }, err
}

func writeGoMail(letter Letter, w io.Writer) error {
	msg, err := goMailMessage(letter)
	if err != nil {
		return err
	}
	_, err = msg.WriteTo(w)
	return err
}

func goMailClient(t Task) (*mail.Client, error) {
	host, port, err := hostPort(t)
	if err != nil {
		return nil, err
	}
	return mail.NewClient(host, mail.WithPort(port), mail.WithTLSPolicy(mail.NoTLS), mail.WithHELO("client.example"),
		mail.WithTimeout(time.Hour)) // it is that of the whole connection
}

// sendGoMail sends over one connection.
func sendGoMail(t Task) (Work, error) {
	client, err := goMailClient(t)
	if err != nil {
		return nil, err
	}
	if err := client.DialWithContext(context.Background()); err != nil {
		return nil, err
	}
	return mailGoMail(client.Send), nil
}

// singleGoMail sends as go-mail's guide begins: DialAndSend.
func singleGoMail(t Task) (Work, error) {
	client, err := goMailClient(t)
	if err != nil {
		return nil, err
	}
	return mailGoMail(client.DialAndSend), nil
}

func mailGoMail(send func(...*mail.Msg) error) Work {
	letter := plainLetter()
	return func(io.Writer) error {
		msg, err := goMailMessage(letter)
		if err != nil {
			return err
		}
		return send(msg)
	}
}

// pipelineGoMail is what Go programs do without this module.
func pipelineGoMail(t Task) (Work, error) {
	source, err := os.ReadFile(t.path("inputs/order.gotmpl"))
	if err != nil {
		return nil, err
	}
	const hidden = `<div style="display:none">{{ .preheader }}</div>`
	html, err := parseGoTemplate(strings.Replace(string(source), ">\n", ">"+hidden+"\n", 1))
	if err != nil {
		return nil, err
	}
	subject, err := parseGoTemplate("Заказ {{ .order.id }} принят")
	if err != nil {
		return nil, err
	}
	vars, plain := orderVars(), plainLetter()
	plain.Text = "Спасибо за заказ Ч-2041"
	return func(w io.Writer) error {
		var first, body strings.Builder
		if err := errors.Join(subject.Execute(&first, vars), html.Execute(&body, vars)); err != nil {
			return err
		}
		letter := plain
		letter.Subject, letter.HTML = first.String(), body.String()
		return writeGoMail(letter, w)
	}, nil
}
