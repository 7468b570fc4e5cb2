//go:build !alone || jordanwright

package main

import (
	"bytes"
	"io"
	"net/textproto"

	"github.com/jordan-wright/email"
)

func init() { peers["jordanwright"] = works{"build": buildJordanWright, "parse": parseJordanWright} }

func buildJordanWright(t Task) (Work, error) {
	letter, err := readLetter(t)
	return func(w io.Writer) error {
		msg := &email.Email{
			From: letter.From.String(), To: []string{letter.To.String()}, Subject: letter.Subject, Text: []byte(letter.Text),
			Headers: textproto.MIMEHeader{"Date": {sentAt.Format("Mon, 02 Jan 2006 15:04:05 -0700")}},
		}
		if letter.HTML != "" {
			msg.HTML = []byte(letter.HTML)
		}
		for _, file := range letter.Files {
			err := opened(file, func(content io.Reader) error {
				a, err := msg.Attach(content, file.Name, file.MediaType)
				if err == nil && file.ContentID != "" {
					a.HTMLRelated = true
					a.Header.Set("Content-ID", "<"+file.ContentID+">")
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		raw, err := msg.Bytes()
		if err != nil {
			return err
		}
		_, err = w.Write(raw)
		return err
	}, err
}

func parseJordanWright(t Task) (Work, error) {
	return readMails(t, func(got *reading, r io.Reader) error {
		msg, err := email.NewEmailFromReader(r)
		if err != nil {
			return err
		}
		got.Subject = msg.Subject
		if got.From, err = bareAddress(msg.From); err != nil {
			return err
		}
		if got.To, err = bareAddress(msg.To[0]); err != nil {
			return err
		}
		got.body(string(msg.Text), string(msg.HTML))
		for _, a := range msg.Attachments {
			if err := got.file(a.Filename, bytes.NewReader(a.Content)); err != nil {
				return err
			}
		}
		return nil
	})
}
