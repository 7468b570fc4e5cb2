package message_test

import (
	"io"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// report is a delivery report by RFC 3464 as Postfix writes it.
const report = `Return-Path: <>
From: MAILER-DAEMON@mx.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: anna@shop.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

<client@example.org>: host mx.example.org[192.0.2.1] said: 550 5.1.1 User unknown

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; client@example.org
Original-Recipient: rfc822;Client@example.org
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <client@example.org>: Recipient address
    rejected: User unknown

Final-Recipient: rfc822; other@example.org
Action: delayed
Status: 4.4.1 (no answer)

--b
Content-Type: message/rfc822

From: anna@shop.example
Message-ID: <original@shop.example>
Subject: Order

Message-ID: <not-this@example.org>

--b--
`

func parse(t *testing.T, raw string, opts message.ParseOptions) *message.Parsed {
	t.Helper()
	p, err := message.Parse(strings.NewReader(raw), opts)
	require.NoError(t, err)
	return p
}

func TestDeliveryReport(t *testing.T) {
	want := &message.Bounce{OriginalID: "original@shop.example", Recipients: []message.BouncedRecipient{
		{Address: "client@example.org", Action: "failed", Status: "5.1.1", Diagnostic: "550 5.1.1 <client@example.org>: Recipient address rejected: User unknown"},
		{Address: "other@example.org", Action: "delayed", Status: "4.4.1"},
	}}
	for _, raw := range []string{report, strings.ReplaceAll(report, "\n", "\r\n")} {
		p := parse(t, raw, message.ParseOptions{})
		assert.Equal(t, message.KindBounce, p.Kind)
		assert.Equal(t, want, p.Bounce)
		assert.Len(t, p.Attachments, 2)
		assert.False(t, p.Answerable())

		streamed := parse(t, raw, message.ParseOptions{Attachment: func(message.ParsedAttachment, io.Reader) error { return nil }})
		assert.Equal(t, want, streamed.Bounce, "whoever takes the attachments")
	}
}

func TestReportNamesItsEnvelope(t *testing.T) {
	for group, want := range map[string]string{
		"Original-Envelope-Id: 01m.s1g\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.example\n": "01m.s1g",
		"Reporting-MTA: dns; mx\nORIGINAL-ENVELOPE-ID:\n  01m.s1g\n\nFinal-Recipient: a@b.example\n":      "01m.s1g",
		"\nReporting-MTA: dns; mx\nOriginal-Envelope-Id: a b+c\n\nFinal-Recipient: a@b.example\n":         "a b+c",
		"Reporting-MTA: dns; mx\n\nFinal-Recipient: a@b.example\nOriginal-Envelope-Id: forged\n":          "",
		"Reporting-MTA: dns; mx\n\nFinal-Recipient: a@b.example\n":                                        "",
	} {
		p := parse(t, "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"+
			group+"--b--\n", message.ParseOptions{})
		require.NotNil(t, p.Bounce)
		assert.Equal(t, want, p.Bounce.EnvelopeID, "%q", group)
	}
}

func TestReportOfDelayOnALineOfItsOwn(t *testing.T) {
	p := parse(t, "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"+
		"Final-Recipient:\n rfc822; client@example.org\nAction:\n\tdelayed\nStatus:\n 4.4.1\n--b--\n", message.ParseOptions{})
	require.Equal(t, &message.Bounce{Recipients: []message.BouncedRecipient{{Address: "client@example.org", Action: "delayed", Status: "4.4.1"}}}, p.Bounce)
}

func TestReportInPoorForm(t *testing.T) {
	p := parse(t, "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"+
		"Final-Recipient: client@example.org\nAction: refused\nDiagnostic-Code: 550 5.1.1 no such user; ask the postmaster\n--b--\n", message.ParseOptions{})
	require.Equal(t, &message.Bounce{Recipients: []message.BouncedRecipient{{Address: "client@example.org", Action: "failed", Status: "5.1.1",
		Diagnostic: "550 5.1.1 no such user; ask the postmaster"}}}, p.Bounce)
}

func TestReportHeadersOnly(t *testing.T) {
	raw := strings.ReplaceAll(strings.ReplaceAll(report, "message/rfc822", "text/rfc822-headers"), "\nMessage-ID: <not-this@example.org>\n", "")
	assert.Equal(t, "original@shop.example", parse(t, raw, message.ParseOptions{}).Bounce.OriginalID)
}

func TestBouncesForPeople(t *testing.T) {
	for name, c := range map[string]struct {
		raw  string
		want message.Bounce
	}{
		"exim": {"X-Failed-Recipients: client@example.org\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@mx.example>\n" +
			"Subject: Mail delivery failed: returning message to sender\n\nThis message was created automatically by mail delivery software.\n\n" +
			"  client@example.org\n    host mx.example.org [192.0.2.1]\n    SMTP error: 550 5.2.1 Mailbox disabled\n\n" +
			"------ This is a copy of the message, including all the headers. ------\n\nFrom: anna@shop.example\nMessage-ID: <original@shop.example>\n",
			message.Bounce{OriginalID: "original@shop.example", Recipients: []message.BouncedRecipient{{Address: "client@example.org", Action: "failed", Status: "5.2.1",
				Diagnostic: "host mx.example.org [192.0.2.1] SMTP error: 550 5.2.1 Mailbox disabled"}}}},
		"qmail": {"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: failure notice\n\nHi. This is the qmail-send program at mx.example.\n\n" +
			"<client@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 No such user\n\n--- Below this line is a copy of the message.\n\n" +
			"Return-Path: <anna@shop.example>\nMessage-Id: <original@shop.example>\n",
			message.Bounce{OriginalID: "original@shop.example", Recipients: []message.BouncedRecipient{{Address: "client@example.org", Action: "failed",
				Diagnostic: "192.0.2.1 does not like recipient. Remote host said: 550 No such user"}}}},
		"russian": {"From: postmaster@mx.example\nSubject: =?utf-8?b?0KHQvtC+0LHRidC10L3QuNC1INC90LUg0LTQvtGB0YLQsNCy0LvQtdC90L4=?=\n\n<client@example.org>: 552 5.2.2 ящик переполнен\n",
			message.Bounce{Recipients: []message.BouncedRecipient{{Address: "client@example.org", Action: "failed", Status: "5.2.2", Diagnostic: "552 5.2.2 ящик переполнен"}}}},
		"nothing told": {"From: mailer-daemon@mx.example\nSubject: Undeliverable: Order\n\nSorry.\n", message.Bounce{}},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, c.raw, message.ParseOptions{})
			require.Equal(t, message.KindBounce, p.Kind)
			assert.Equal(t, c.want, *p.Bounce)
		})
	}
}

func TestKinds(t *testing.T) {
	for name, c := range map[string]struct {
		header, kind string
		answerable   bool
	}{
		"a person":                  {"From: a@b.example\nSubject: Hello\n", message.KindMessage, true},
		"auto-submitted no":         {"From: a@b.example\nAuto-Submitted: no\n", message.KindMessage, true},
		"auto-generated":            {"From: a@b.example\nAuto-Submitted: auto-generated\n", message.KindAutoReply, false},
		"auto-replied with comment": {"From: a@b.example\nAuto-Submitted: auto-replied (vacation)\n", message.KindAutoReply, false},
		"auto-replied with owner":   {"From: a@b.example\nAuto-Submitted: auto-replied; owner-email=a@b\n", message.KindAutoReply, false},
		"precedence auto_reply":     {"From: a@b.example\nPrecedence: auto_reply\n", message.KindAutoReply, false},
		"x-autoreply":               {"From: a@b.example\nX-Autoreply: yes\n", message.KindAutoReply, false},
		"x-autorespond":             {"From: a@b.example\nX-Autorespond: Re: Hello\n", message.KindAutoReply, false},
		"outlook":                   {"From: a@b.example\nSubject: Automatic reply: Order\n", message.KindAutoReply, false},
		"outlook in russian":        {"From: a@b.example\nSubject: =?utf-8?b?0JDQstGC0L7QvNCw0YLQuNGH0LXRgdC60LjQuSDQvtGC0LLQtdGCOiDQl9Cw0LrQsNC3?=\n", message.KindAutoReply, false},
		"about automatic replies":   {"From: a@b.example\nSubject: Question on automatic reply: how?\n", message.KindMessage, true},
		"read receipt":              {"From: a@b.example\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n", message.KindAutoReply, false},
		"abuse report":              {"From: a@b.example\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n", message.KindComplaint, false},
		"a list":                    {"From: a@b.example\nList-Id: <l.b.example>\n", message.KindMessage, false},
		"bulk":                      {"From: a@b.example\nPrecedence: bulk\n", message.KindMessage, false},
		"null return path":          {"Return-Path: <>\nFrom: a@b.example\n", message.KindMessage, false},
		"wants none":                {"From: a@b.example\nX-Auto-Response-Suppress: DR, OOF, AutoReply\n", message.KindMessage, false},
		"wants no receipts":         {"From: a@b.example\nX-Auto-Response-Suppress: DR, RN\n", message.KindMessage, true},
		"no-reply":                  {"From: no-reply@b.example\n", message.KindMessage, false},
		"postmaster's letter":       {"From: postmaster@b.example\nSubject: Hello\n", message.KindMessage, false},
		"about delivery":            {"From: a@b.example\nSubject: Delivery of my order\n", message.KindMessage, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, c.header+"\nbody\n", message.ParseOptions{})
			assert.Equal(t, c.kind, p.Kind)
			assert.Equal(t, c.answerable, p.Answerable())
			assert.Equal(t, c.kind == message.KindBounce, p.Bounce != nil)
		})
	}
}

func TestReplyOfHTMLAlone(t *testing.T) {
	p := parse(t, "Content-Type: text/html; charset=utf-8\n\n<p>Спасибо!</p><blockquote type=\"cite\">Здравствуйте!</blockquote>", message.ParseOptions{})
	require.Equal(t, "Спасибо!", p.Reply)
	require.Empty(t, p.Text)
}

func TestInlinePictures(t *testing.T) {
	p := parse(t, "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n<img src=\"cid:shown@x\">\n"+
		"--b\nContent-Type: image/png\nContent-ID: <shown@x>\nContent-Disposition: attachment; filename=a.png\n\n1\n"+
		"--b\nContent-Type: image/png\nContent-ID: <other@x>\nContent-Disposition: attachment; filename=b.png\n\n1\n--b--\n", message.ParseOptions{})
	require.Len(t, p.Attachments, 2)
	assert.True(t, p.Attachments[0].Inline)
	assert.False(t, p.Attachments[1].Inline)
}
