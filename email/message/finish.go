package message

import (
	"net/mail"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/reply"
)

// finish makes the result out of the header and the leaves.
func (p *parser) finish() {
	h, out := p.head, p.out
	out.Fields = make([]Field, len(h))
	for i, f := range h {
		out.Fields[i] = Field{f.name, withoutNUL(p.headerText(f.body))}
	}
	out.Subject = oneLine(p.decodeWords(h.get("Subject")))
	out.From = distinct(p.addresses(h.all("From")))
	out.Sender = p.addresses(h.all("Sender"))
	out.ReplyTo = p.addresses(h.all("Reply-To"))
	out.To = p.addresses(h.all("To"))
	out.Cc = p.addresses(h.all("Cc"))
	out.Date = p.date(h.get("Date"))
	out.MessageID = p.firstID(h.get("Message-ID"))
	out.InReplyTo = p.ids(h.all("In-Reply-To"))
	out.References = p.ids(h.all("References"))
	out.Text = strings.Join(p.texts, "\n")
	out.HTML = strings.Join(p.htmls, "\n")
	out.Reply = reply.Text(out.Text)
	if out.Reply == "" {
		out.Reply = reply.HTML(out.HTML)
	}
	switch out.Kind = p.kind(); out.Kind {
	case KindBounce:
		out.Bounce = p.bounce()
	case KindComplaint:
		out.Complaint = p.complaint()
	}
	p.markInline()
}

// markInline marks the pictures that the HTML shows, whatever their disposition says.
func (p *parser) markInline() {
	shown := map[string]bool{}
	for rest := p.out.HTML; len(p.out.Attachments) > 0; {
		_, after, ok := strings.Cut(rest, "cid:")
		if !ok {
			break
		}
		if end := strings.IndexAny(after[:min(len(after), hardWidth)], "\"'<> )\n"); end > 0 {
			shown[after[:end]] = true
		}
		rest = after
	}
	for i := range p.out.Attachments {
		a := &p.out.Attachments[i]
		a.Inline = a.Inline || a.ContentID != "" && shown[a.ContentID]
	}
}

// distinct drops mailboxes whose address stood before: some senders write a field twice.
func distinct(list []mail.Address) []mail.Address {
	if len(list) < 2 {
		return list
	}
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(box mail.Address) bool {
		key := foldCase(box.Address)
		twice := seen[key]
		seen[key] = true
		return twice
	})
}

// withoutNUL is text as databases take it.
func withoutNUL(s string) string { return strings.ReplaceAll(s, "\x00", "\ufffd") }
