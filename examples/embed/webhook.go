package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/crmmail/crmmail/email"
)

// bounces takes a provider's notifications of mail that came back. It makes of each the report that a mail server would
// have sent (RFC 3464) and gives it to Receive, which marks the message, files the report below it, and knows a
// notification that comes twice.
//
//	POST /bounces
//	X-Signature: hexadecimal HMAC-SHA-256 of the body
//
//	{"event": "bounce", "id": "prov-17", "recipient": "…", "status": "5.1.1", "diagnostic": "550 no such user", "at": "…"}
type bounces struct {
	receive func(context.Context, email.Inbound) (email.Message, error) // Service.Receive
	mailbox string                                                      // of ours: which reports are filed under
	secret  []byte                                                      // shared with the provider; empty: nobody is believed
}

// notification is what a provider tells of one recipient of one message.
type notification struct {
	Event      string
	ID         string // email.Receipt.ProviderID, or the Message-ID
	Recipient  string
	Status     string // enhanced status code (RFC 3463)
	Diagnostic string // what the recipient's server said
	At         time.Time
}

// maxNotification is in octets.
const maxNotification = 64 << 10

// ServeHTTP implements http.Handler. A provider tries again where the answer is not a success.
func (b bounces) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page(b.take).ServeHTTP(w, r)
}

func (b bounces) take(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxNotification))
	if err != nil {
		return err
	}
	if len(b.secret) == 0 || !hmac.Equal([]byte(b.sign(body)), []byte(r.Header.Get("X-Signature"))) {
		return errUnauthorized
	}
	var told notification
	if err := json.Unmarshal(body, &told); err != nil {
		return fmt.Errorf("%w: %w", errBadRequest, err)
	}
	if told.Event != "bounce" { // opened, delivered and their like
		return nil
	}
	_, err = b.receive(r.Context(), email.Inbound{Mailbox: b.mailbox, ReturnPath: "<>", Raw: strings.NewReader(told.report(b.mailbox))})
	return err
}

// sign is the signature of a body.
func (b bounces) sign(body []byte) string {
	mac := hmac.New(sha256.New, b.secret)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// reportForm is a report in its three parts: for people, for programs, and what is left of the message.
const reportForm = `From: Mail delivery <%[1]s>
To: %[1]s
Date: %[2]s
Subject: Undelivered mail
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=report

--report
Content-Type: text/plain; charset=utf-8

Not delivered to %[3]s: %[5]s

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; provider.example

Final-Recipient: rfc822; %[3]s
Action: failed
Status: %[4]s
Diagnostic-Code: smtp; %[5]s

--report
Content-Type: text/rfc822-headers

Message-ID: <%[6]s>

--report--
`

// report is the notification as mail. The same notification gives the same octets.
func (n notification) report(mailbox string) string {
	return fmt.Sprintf(reportForm, mailbox, n.At.Format(time.RFC1123Z), oneLine(n.Recipient), oneLine(n.Status),
		oneLine(n.Diagnostic), oneLine(n.ID))
}

// oneLine keeps a value from being more than one line of the report.
func oneLine(value string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, value)
}
