package message

import (
	"regexp"
	"strings"
)

// Bounce is what a report of a failed or late delivery says.
type Bounce struct {
	OriginalID string // Message-ID of the message that could not be delivered, where it is told
	EnvelopeID string // the ENVID it was handed over with (RFC 3464 §2.2.1), where it is told
	Recipients []BouncedRecipient
}

// BouncedRecipient is one recipient of the original message.
type BouncedRecipient struct {
	Address    string
	Action     string // "failed", "delayed", "delivered", "relayed" or "expanded" (RFC 3464 §2.3.3); failed where nothing is said
	Status     string // enhanced status code such as "5.1.1" (RFC 3463); may be empty
	Diagnostic string // what the server said; may be empty
}

// keptReport is how much is kept of each part of a report.
const keptReport = 64 << 10

// isReportPart says whether a part tells about a bounce, or a complaint.
func isReportPart(mediaType string) bool {
	switch mediaType {
	case "message/delivery-status", "message/global-delivery-status", "message/rfc822", "message/global",
		"text/rfc822-headers", "message/rfc822-headers", "message/global-headers", feedbackType:
		return true
	}
	return false
}

// bounce puts together what the parts of a report and its text say.
func (p *parser) bounce() *Bounce {
	b := new(Bounce)
	for _, r := range p.reports {
		if strings.HasSuffix(r.mediaType, "delivery-status") {
			b.Recipients = append(b.Recipients, deliveryStatus(r.content)...)
			if b.EnvelopeID == "" {
				b.EnvelopeID = statusFields(headerOf(r.content))["original-envelope-id"]
			}
			if m := originalID.FindStringSubmatch(r.content); m != nil { // Gmail
				b.OriginalID = m[1]
			}
		} else if m := messageID.FindStringSubmatch(headerOf(r.content)); m != nil && b.OriginalID == "" {
			b.OriginalID = m[1]
		}
	}
	text := p.out.Text
	if b.OriginalID == "" {
		if m := messageID.FindStringSubmatch(text); m != nil {
			b.OriginalID = m[1]
		}
	}
	if b.OriginalID == "" && len(p.out.InReplyTo) == 1 {
		b.OriginalID = p.out.InReplyTo[0]
	}
	if len(b.Recipients) == 0 {
		b.Recipients = toldRecipients(p.head.get("X-Failed-Recipients"), text, toldAction(p.out.Subject))
	}
	return b
}

var originalID = regexp.MustCompile(`(?im)^x-original-message-id:\s*<([^<>\s]+)>`)

// toldAction is "delayed" where a report for people says in its subject that it only warns.
func toldAction(subject string) string {
	if lateSubject.MatchString(subject) {
		return "delayed"
	}
	return "failed"
}

// lateSubject holds how servers begin a warning that they go on trying.
var lateSubject = regexp.MustCompile(`(?i)\bdelayed?\b|^warning\b|still being retried|задерж`)

var messageID = regexp.MustCompile(`(?im)^[ \t>]*message-id:\s*<([^<>\s]+)>`)

// headerOf is the header of a returned message, or what a report says of the message as a whole.
func headerOf(s string) string {
	s = strings.ReplaceAll(strings.TrimLeft(s, "\r\n"), "\r\n", "\n")
	head, _, _ := strings.Cut(s, "\n\n")
	return head
}

// deliveryStatus reads the groups of fields of RFC 3464 §2, one a recipient behind the first.
func deliveryStatus(s string) []BouncedRecipient {
	var list []BouncedRecipient
	for _, group := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n\n") {
		fields := statusFields(group)
		addr := typed(fields["original-recipient"])
		if final := typed(fields["final-recipient"]); addr == "" || strings.Contains(final, "@") {
			addr = final
		}
		if addr == "" {
			continue
		}
		said := typed(fields["diagnostic-code"])
		code := firstStatus(fields["status"])
		if code == "" {
			code = firstStatus(said)
		}
		list = append(list, BouncedRecipient{cleanAddress(addr), knownAction(fields["action"]), code, said})
	}
	return list
}

// knownAction is one of RFC 3464 §2.3.3; what is not told or not known means failed.
func knownAction(s string) string {
	switch s = strings.ToLower(s); s {
	case "delayed", "delivered", "relayed", "expanded":
		return s
	}
	return "failed"
}

// maxStatusField is the octets of a field from which on no further lines are joined to it.
const maxStatusField = 4 << 10

func statusFields(group string) map[string]string {
	fields := map[string]string{}
	last := ""
	for _, l := range strings.Split(group, "\n") {
		if strings.HasPrefix(l, " ") || strings.HasPrefix(l, "\t") {
			if last != "" && len(fields[last]) < maxStatusField {
				fields[last] = strings.TrimSpace(fields[last] + " " + strings.TrimSpace(l))
			}
			continue
		}
		if name, body, ok := strings.Cut(l, ":"); ok {
			last = strings.ToLower(strings.TrimSpace(name))
			fields[last] = strings.TrimSpace(body)
		}
	}
	return fields
}

// typed takes the type off a value such as "rfc822; user@example.org".
func typed(s string) string {
	if kind, value, ok := strings.Cut(s, ";"); ok && isToken(strings.TrimSpace(kind)) {
		s = value
	}
	return strings.TrimSpace(s)
}

var status = regexp.MustCompile(`\b([245]\.\d{1,3}\.\d{1,3})\b`)

func firstStatus(s string) string {
	if m := status.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// told finds the address that qmail, Postfix and their like put in front of what the server said: "<user@host>: said".
var told = regexp.MustCompile(`(?m)^[ \t]*<([^<>\s]+@[^<>\s]+)>[^:\n]{0,80}:[ \t]*\n?((?:.+\n?)*)`)

// listed finds the addresses that Exim and its like put on lines of their own, set in.
var listed = regexp.MustCompile(`(?m)^[ \t]{2,}([^<>\s:]+@[^<>\s:]+)[ \t]*$((?:\n[ \t]{2,}.+)*)`)

// maxTold bounds the recipients of a report for people.
const maxTold = 100

// toldRecipients reads the report of a server that only writes for people.
func toldRecipients(failed, text, action string) []BouncedRecipient {
	text = strings.ToValidUTF8(text[:min(len(text), keptReport)], "")
	var list []BouncedRecipient
	add := func(addr, said string) {
		said = strings.Join(strings.Fields(said), " ")
		list = append(list, BouncedRecipient{Address: cleanAddress(addr), Action: action, Status: firstStatus(said), Diagnostic: said})
	}
	addrs := strings.FieldsFunc(failed, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
	for _, addr := range addrs[:min(len(addrs), maxTold)] {
		_, said, _ := strings.Cut(text, addr+"\n")
		said, _, _ = strings.Cut(said, "\n\n")
		add(addr, said)
	}
	if len(list) > 0 {
		return list
	}
	for _, form := range []*regexp.Regexp{told, listed} {
		for _, m := range form.FindAllStringSubmatch(text, maxTold) {
			add(m[1], m[2])
		}
		if len(list) > 0 {
			break
		}
	}
	return list
}
