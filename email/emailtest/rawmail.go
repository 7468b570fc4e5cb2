package emailtest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
)

// RawMail is an inbound message as a mail server hands it over: what message.Build makes of m, below the trace fields of
// the delivery to its first To. What m leaves out is filled in: it is from the customer CustomerID to his manager, written
// when the Env's clock begins, and has a Message-ID that follows from what is in it. The same m gives the same bytes.
func RawMail(t testing.TB, m message.Message) []byte {
	t.Helper()
	m.From.Address = cmp.Or(m.From.Address, CustomerEmail)
	if len(m.To) == 0 {
		m.To = []mail.Address{{Address: ManagerEmail}}
	}
	if m.Date.IsZero() {
		m.Date = stageTime
	}
	_, domain, _ := strings.Cut(m.From.Address, "@")
	m.MessageID = cmp.Or(m.MessageID, digest(m)+"@"+domain)
	returnPath := m.From.Address
	if slices.ContainsFunc(m.Fields, func(f message.Field) bool { return f.Name == autoSubmitted }) {
		returnPath = "" // RFC 3834 §3.3
	}
	var raw bytes.Buffer
	writeTrace(&raw, returnPath, m.To[0].Address, domain, m.Date)
	wire, err := message.Build(m, message.BuildOptions{Rand: Rand(1)})
	if err == nil {
		_, err = wire.WriterTo(m.Open).WriteTo(&raw)
	}
	if err != nil {
		t.Fatalf("emailtest: raw mail: %v", err)
	}
	return raw.Bytes()
}

// digest tells messages apart by what a person wrote in them.
func digest(m message.Message) string {
	hash := sha256.New()
	fmt.Fprintf(hash, "%v %v %v %q %q %q %v %v", m.From, m.To, m.Cc, m.Subject, m.Text, m.HTML, m.Date.UnixNano(), m.InReplyTo)
	for _, a := range m.Attachments {
		fmt.Fprintf(hash, " %q %d", a.Name, a.Size)
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// writeTrace writes what servers put above a message on its way.
func writeTrace(w io.Writer, returnPath, mailbox, domain string, at time.Time) {
	fmt.Fprintf(w, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", returnPath, mailbox)
	fmt.Fprintf(w, "Received: from mx.%s (mx.%s [192.0.2.7])\r\n\tby mx.shop.example with ESMTPS for <%s>;\r\n\t%s\r\n",
		domain, domain, mailbox, at.Format(time.RFC1123Z))
}

// File is an attachment for RawMail.
func File(name, mediaType, content string) message.Attachment {
	return message.Attachment{Name: name, MediaType: mediaType, Size: int64(len(content)),
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

// Answer is what the first recipient of a delivery answers in a mail client: to Reply-To or From, below the message by
// In-Reply-To and References, with the text quoted. Attachments and all else can be added before RawMail takes it.
func Answer(d Delivery, text string) message.Message {
	p := d.Parsed
	m := answer(d)
	m.Subject = message.ReplySubject(p.Subject)
	quoted := strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(p.Text, "\r\n", "\n")), "\n", "\n> ")
	m.Text = text + "\n\n" + p.Date.Format("02.01.2006 15:04") + ", " + author(p) + " пишет:\n> " + quoted + "\n"
	return m
}

// AutoAnswer is what the first recipient's server answers by itself (RFC 3834), as during a holiday.
func AutoAnswer(d Delivery, text string) message.Message {
	m := answer(d)
	m.Subject = "Автоответ: " + d.Parsed.Subject
	m.Text = text
	m.Fields = []message.Field{{Name: autoSubmitted, Body: "auto-replied"}, {Name: "X-Auto-Response-Suppress", Body: "All"}}
	return m
}

const autoSubmitted = "Auto-Submitted"

// answer is an answer without its text.
func answer(d Delivery) (m message.Message) {
	p := d.Parsed
	if len(d.Envelope.Recipients) > 0 {
		m.From = named(d.Envelope.Recipients[0], slices.Concat(p.To, p.Cc))
	}
	m.To = p.From
	if len(p.ReplyTo) > 0 {
		m.To = p.ReplyTo
	}
	m.InReplyTo, m.References = message.ThreadFields(p.MessageID, p.InReplyTo, p.References)
	return m
}

// named is an address with the name that it has among others.
func named(addr string, boxes []mail.Address) mail.Address {
	for _, box := range boxes {
		if sender.SameAddress(box.Address, addr) {
			return box
		}
	}
	return mail.Address{Address: addr}
}

func author(p *message.Parsed) string {
	if len(p.From) == 0 {
		return ""
	}
	return cmp.Or(p.From[0].Name, p.From[0].Address)
}
