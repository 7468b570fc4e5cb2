//go:build !alone || gomessage

package main

import (
	"io"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
)

func init() { peers["gomessage"] = works{"build": buildGoMessage, "parse": parseGoMessage} }

func buildGoMessage(t Task) (Work, error) {
	letter, err := readLetter(t)
	return func(w io.Writer) error {
		var h mail.Header
		h.SetAddressList("From", []*mail.Address{&letter.From})
		h.SetAddressList("To", []*mail.Address{&letter.To})
		h.SetSubject(letter.Subject)
		h.SetDate(sentAt)
		if err := h.GenerateMessageIDWithHostname("chai.example"); err != nil {
			return err
		}
		if letter.HTML == "" {
			textHeader(&h.Header, "text/plain")
			root, err := message.CreateWriter(w, h.Header)
			if err != nil {
				return err
			}
			return write(root, letter.Text)
		}
		h.SetContentType("multipart/mixed", nil)
		root, err := message.CreateWriter(w, h.Header)
		if err != nil {
			return err
		}
		if err := writeRelated(root, letter); err != nil {
			return err
		}
		if err := writeFiles(root, letter, false); err != nil {
			return err
		}
		return root.Close()
	}, err
}

// writeRelated writes the texts, and the pictures that the HTML shows.
func writeRelated(root *message.Writer, letter Letter) error {
	related, err := root.CreatePart(multipartHeader("related"))
	if err != nil {
		return err
	}
	both, err := related.CreatePart(multipartHeader("alternative"))
	if err != nil {
		return err
	}
	for _, text := range [][2]string{{"text/plain", letter.Text}, {"text/html", letter.HTML}} {
		var h message.Header
		textHeader(&h, text[0])
		part, err := both.CreatePart(h)
		if err != nil {
			return err
		}
		if err := write(part, text[1]); err != nil {
			return err
		}
	}
	if err := both.Close(); err != nil {
		return err
	}
	if err := writeFiles(related, letter, true); err != nil {
		return err
	}
	return related.Close()
}

// writeFiles writes the files that the HTML shows, or the others.
func writeFiles(into *message.Writer, letter Letter, shown bool) error {
	for _, file := range letter.Files {
		if (file.ContentID != "") != shown {
			continue
		}
		var h mail.AttachmentHeader
		h.SetContentType(file.MediaType, nil)
		h.Set("Content-Transfer-Encoding", "base64")
		h.SetFilename(file.Name)
		if shown {
			h.SetContentDisposition("inline", map[string]string{"filename": file.Name})
			h.Set("Content-Id", "<"+file.ContentID+">")
		}
		part, err := into.CreatePart(h.Header)
		if err != nil {
			return err
		}
		err = opened(file, func(content io.Reader) error {
			_, err := io.Copy(part, content)
			return err
		})
		if err != nil {
			return err
		}
		if err := part.Close(); err != nil {
			return err
		}
	}
	return nil
}

func multipartHeader(kind string) (h message.Header) {
	h.SetContentType("multipart/"+kind, nil)
	return h
}

func textHeader(h *message.Header, mediaType string) {
	h.SetContentType(mediaType, map[string]string{"charset": "utf-8"})
	h.Set("Content-Transfer-Encoding", "quoted-printable")
}

func write(part *message.Writer, text string) error {
	if _, err := io.WriteString(part, text); err != nil {
		return err
	}
	return part.Close()
}

func parseGoMessage(t Task) (Work, error) {
	return readMails(t, func(got *reading, r io.Reader) error {
		msg, err := mail.CreateReader(r)
		if err != nil {
			return err
		}
		if got.Subject, err = msg.Header.Subject(); err != nil {
			return err
		}
		if err := got.people(msg.Header.AddressList); err != nil {
			return err
		}
		for {
			part, err := msg.NextPart()
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = got.goMessagePart(part)
			}
			if err != nil {
				return err
			}
		}
	})
}

func (r *reading) goMessagePart(part *mail.Part) error {
	switch h := part.Header.(type) {
	case *mail.AttachmentHeader:
		name, err := h.Filename()
		if err != nil {
			return err
		}
		return r.file(name, part.Body)
	case *mail.InlineHeader:
		mediaType, _, err := h.ContentType()
		if err != nil {
			return err
		}
		text, err := io.ReadAll(part.Body)
		switch mediaType {
		case "text/plain":
			r.text += string(text)
		case "text/html":
			r.html += string(text)
		}
		return err
	}
	return nil
}
