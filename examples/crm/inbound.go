package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/crmmail/crmmail/email"
)

// maxInbound bounds a letter that comes in, in octets. A mail server's own limit stands in its place elsewhere.
const maxInbound = 64 << 20

// inboundPage takes a letter as a mail server would hand it over.
func (a *app) inboundPage(w http.ResponseWriter, r *http.Request) error {
	return a.show(w, r, http.StatusOK, "inbound", "inbound", map[string]any{"Mailbox": answersMailbox, "Customers": a.everybody(r)})
}

// inbound files an .eml that was dropped, or an example of one. It is streamed: nothing is refused for being broken.
func (a *app) inbound(w http.ResponseWriter, r *http.Request) error {
	raw, mailbox, err := a.droppedLetter(w, r)
	if err != nil {
		return err
	}
	msg, err := a.mail.Receive(r.Context(), email.Inbound{Mailbox: mailbox, Raw: raw})
	done := "received"
	if errors.Is(err, email.ErrDuplicate) {
		done, err = "received-already", nil
	}
	if err != nil {
		return badForm(err)
	}
	if msg.CustomerID == "" {
		return again(w, r, "/inbox", done)
	}
	return again(w, r, "/customers/"+url.PathEscape(msg.CustomerID), done)
}

// droppedLetter reads the form up to its file, or makes the example that it asks for.
func (a *app) droppedLetter(w http.ResponseWriter, r *http.Request) (raw io.Reader, mailbox string, err error) {
	mailbox = answersMailbox
	r.Body = http.MaxBytesReader(w, r.Body, maxInbound)
	reader, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		if err := readFields(w, r); err != nil {
			return nil, "", err
		}
		letter, err := a.example(r)
		return bytes.NewReader(letter), mailbox, err
	}
	if err != nil {
		return nil, "", badForm(err)
	}
	for {
		part, err := reader.NextPart()
		if err != nil {
			return nil, "", badForm(err)
		}
		if part.FileName() != "" {
			return part, mailbox, nil
		}
		if part.FormName() == "mailbox" {
			value, err := io.ReadAll(io.LimitReader(part, 320)) // no address is longer
			if err != nil {
				return nil, "", badForm(err)
			}
			mailbox = string(value)
		}
	}
}

// example is an answer of a customer's, with three files, to the last letter he got.
func (a *app) example(r *http.Request) ([]byte, error) {
	customer, err := a.store.Customer(r.Context(), r.FormValue("customer"))
	if err != nil {
		return nil, err
	}
	page, err := a.mail.History.Messages(r.Context(), customer.ID, "", 50)
	if err != nil {
		return nil, err
	}
	for _, msg := range page.Items {
		if msg.Direction == email.Outgoing && len(msg.To) > 0 {
			return answer(msg, a.now(), "Спасибо! Отправляю документы, как договорились.", photo("дверь.png", 2), invoice("договор.pdf", "Contract"), photo("замер.png", 5))
		}
	}
	return nil, email.ErrNotFound
}
