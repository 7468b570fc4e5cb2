package emailtest

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
	"time"
)

// RawBounce is the report (RFC 3464) that a delivery did not reach recipients of it, all of them where none are named.
// status is their enhanced status code (RFC 3463): of "5.1.1" they failed for good, of "4.4.1" they are late.
func RawBounce(t testing.TB, d Delivery, status string, recipients ...string) []byte {
	t.Helper()
	if len(recipients) == 0 {
		recipients = d.Envelope.Recipients
	}
	if !strings.HasPrefix(status, "4.") && !strings.HasPrefix(status, "5.") {
		t.Fatalf("emailtest: raw bounce: %q is no status of a failure", status)
	}
	to := d.Envelope.ReturnPath
	if to == "" && len(d.Parsed.From) > 0 {
		to = d.Parsed.From[0].Address
	}
	var raw bytes.Buffer
	writeTrace(&raw, "", to, "relay.example", d.Parsed.Date)
	parts := multipart.NewWriter(&raw)
	if err := parts.SetBoundary("=_report"); err != nil {
		t.Fatalf("emailtest: raw bounce: %v", err)
	}
	writeBounceHeader(&raw, parts.Boundary(), to, status, d)
	for _, part := range []struct{ mediaType, content string }{
		{"text/plain; charset=us-ascii", "The message could not be delivered to " + strings.Join(recipients, ", ") + ".\r\n"},
		{"message/delivery-status", deliveryStatus(status, recipients)},
		{"text/rfc822-headers", headerOf(d.Raw)},
	} {
		w, err := parts.CreatePart(textproto.MIMEHeader{"Content-Type": {part.mediaType}})
		if err == nil {
			_, err = io.WriteString(w, part.content)
		}
		if err != nil {
			t.Fatalf("emailtest: raw bounce: %v", err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatalf("emailtest: raw bounce: %v", err)
	}
	return raw.Bytes()
}

func writeBounceHeader(w io.Writer, boundary, to, status string, d Delivery) {
	fmt.Fprintf(w, "From: Mail Delivery System <MAILER-DAEMON@relay.example>\r\nTo: <%s>\r\nDate: %s\r\n"+
		"Message-ID: <%s.%s@relay.example>\r\nSubject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=%q\r\n\r\n",
		to, d.Parsed.Date.Format(time.RFC1123Z), strings.ReplaceAll(d.Parsed.MessageID, "@", "."), status, boundary)
}

// deliveryStatus is the part of RFC 3464 §2: fields about the message, then a group for each recipient.
func deliveryStatus(status string, recipients []string) string {
	action, code := "failed", 550
	if strings.HasPrefix(status, "4.") {
		action, code = "delayed", 450
	}
	var b strings.Builder
	b.WriteString("Reporting-MTA: dns; relay.example\r\n")
	for _, addr := range recipients {
		fmt.Fprintf(&b, "\r\nFinal-Recipient: rfc822; %s\r\nAction: %s\r\nStatus: %s\r\nDiagnostic-Code: smtp; %d %s not delivered\r\n",
			addr, action, status, code, status)
	}
	return b.String()
}

// headerOf is the header of a message with its last line's end.
func headerOf(raw []byte) string {
	header, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	return string(header) + "\r\n"
}
