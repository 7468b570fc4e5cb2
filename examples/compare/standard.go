package main

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"
)

func parseStandard(t Task) (Work, error) {
	return readMails(t, readStandard)
}

// readStandard reads a message with the standard library alone.
func readStandard(got *reading, r io.Reader) error {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	var words mime.WordDecoder
	if got.Subject, err = words.DecodeHeader(msg.Header.Get("Subject")); err != nil {
		return err
	}
	if err := got.people(msg.Header.AddressList); err != nil {
		return err
	}
	return got.part(textproto.MIMEHeader(msg.Header), msg.Body)
}

// part reads a part and those within it.
func (r *reading) part(header textproto.MIMEHeader, body io.Reader) error {
	mediaType, params, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if strings.HasPrefix(mediaType, "multipart/") {
		return r.parts(multipart.NewReader(body, params["boundary"]))
	}
	switch strings.ToLower(header.Get("Content-Transfer-Encoding")) {
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	}
	disposition, named, err := mime.ParseMediaType(header.Get("Content-Disposition"))
	if err != nil || disposition != "attachment" && named["filename"] == "" {
		if into := map[string]*string{"text/plain": &r.text, "text/html": &r.html}[mediaType]; into != nil {
			text, err := io.ReadAll(body)
			*into += string(text)
			return err
		}
	}
	name, err := fileName(named["filename"], params["name"])
	if err != nil {
		return err
	}
	if err := r.file(name, body); err != nil {
		return err
	}
	r.Files[len(r.Files)-1].contentID = strings.Trim(header.Get("Content-Id"), "<>")
	return nil
}

func (r *reading) parts(list *multipart.Reader) error {
	for {
		part, err := list.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("multipart: %w", err)
		}
		if err := r.part(part.Header, part); err != nil {
			return err
		}
	}
}

// fileName decodes what many write against RFC 2047 §5: encoded words in a parameter.
func fileName(names ...string) (string, error) {
	for _, name := range names {
		if name != "" {
			var words mime.WordDecoder
			return words.DecodeHeader(name)
		}
	}
	return "", nil
}
