//go:build !alone || enmime

package main

import (
	"bytes"
	"io"
	"os"

	"github.com/jhillyerd/enmime/v2"
)

func init() { peers["enmime"] = works{"build": buildEnmime, "parse": parseEnmime} }

func buildEnmime(t Task) (Work, error) {
	letter, err := readLetter(t)
	return func(w io.Writer) error {
		msg := enmime.Builder().From(letter.From.Name, letter.From.Address).To(letter.To.Name, letter.To.Address).
			Subject(letter.Subject).Date(sentAt).Text([]byte(letter.Text))
		if letter.HTML != "" {
			msg = msg.HTML([]byte(letter.HTML))
		}
		for _, file := range letter.Files {
			if file.ContentID != "" { // takes octets alone
				picture, err := os.ReadFile(file.Path)
				if err != nil {
					return err
				}
				msg = msg.AddInline(picture, file.MediaType, file.Name, file.ContentID)
				continue
			}
			f, err := os.Open(file.Path)
			if err != nil {
				return err
			}
			defer f.Close()
			msg = msg.AddAttachmentWithReader(f, file.MediaType, file.Name)
		}
		root, err := msg.Build()
		if err != nil {
			return err
		}
		return root.Encode(w)
	}, err
}

func parseEnmime(t Task) (Work, error) {
	return readMails(t, func(got *reading, r io.Reader) error {
		msg, err := enmime.ReadEnvelope(r)
		if err != nil {
			return err
		}
		if err := got.people(msg.AddressList); err != nil {
			return err
		}
		got.Subject = msg.GetHeader("Subject")
		got.body(msg.Text, msg.HTML)
		for _, list := range [][]*enmime.Part{msg.Inlines, msg.Attachments} {
			for _, a := range list {
				if err := got.file(a.FileName, bytes.NewReader(a.Content)); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
