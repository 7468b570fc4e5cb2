package emailtest

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/sender"
)

// Matcher picks deliveries for Recorder's Require methods. It is made by the functions below; Matching makes further
// ones.
type Matcher struct {
	name  string
	match func(Delivery) (ok bool, got string) // got is what is there instead
}

// String is the matcher as it was written: To("olga@customer.example").
func (m Matcher) String() string { return m.name }

func matcher(function, want string, match func(Delivery) (bool, string)) Matcher {
	return Matcher{fmt.Sprintf("%s(%q)", function, want), match}
}

// From matches a message whose From field has the address.
func From(addr string) Matcher {
	return matcher("From", addr, func(d Delivery) (bool, string) { return hasAddress(d.Parsed.From, addr) })
}

// To matches a message whose To field has the address, possibly among others.
func To(addr string) Matcher {
	return matcher("To", addr, func(d Delivery) (bool, string) { return hasAddress(d.Parsed.To, addr) })
}

// Cc matches a message whose Cc field has the address, possibly among others.
func Cc(addr string) Matcher {
	return matcher("Cc", addr, func(d Delivery) (bool, string) { return hasAddress(d.Parsed.Cc, addr) })
}

// Recipient matches a message that was delivered to the address, whatever its header says.
func Recipient(addr string) Matcher {
	return matcher("Recipient", addr, func(d Delivery) (bool, string) { return isRecipient(d, addr) })
}

// Bcc matches a message that was delivered to the address and does not say so anywhere in its bytes.
func Bcc(addr string) Matcher {
	return matcher("Bcc", addr, func(d Delivery) (bool, string) {
		if ok, got := isRecipient(d, addr); !ok {
			return false, got
		}
		if strings.Contains(strings.ToLower(string(d.Raw)), strings.ToLower(addr)) {
			return false, "the address in the bytes"
		}
		return true, ""
	})
}

// ReturnPath matches a message with that return path; "" is the null one.
func ReturnPath(addr string) Matcher {
	return matcher("ReturnPath", addr, func(d Delivery) (bool, string) {
		return d.Envelope.ReturnPath == addr, d.Envelope.ReturnPath
	})
}

// Subject matches a message with exactly that subject, decoded.
func Subject(subject string) Matcher {
	return matcher("Subject", subject, func(d Delivery) (bool, string) {
		return d.Parsed.Subject == subject, fmt.Sprintf("%q", d.Parsed.Subject)
	})
}

// TextContains matches a message whose text part, decoded, holds the words.
func TextContains(words string) Matcher {
	return matcher("TextContains", words, func(d Delivery) (bool, string) { return holds(d.Parsed.Text, words) })
}

// HTMLContains matches a message whose HTML part, decoded, holds the source given.
func HTMLContains(source string) Matcher {
	return matcher("HTMLContains", source, func(d Delivery) (bool, string) { return holds(d.Parsed.HTML, source) })
}

// BodyContains matches a message whose text or HTML part, decoded, holds the words.
func BodyContains(words string) Matcher {
	return matcher("BodyContains", words, func(d Delivery) (bool, string) {
		return holds(d.Parsed.Text+"\n"+d.Parsed.HTML, words)
	})
}

// Attachment matches a message with an attachment of that name.
func Attachment(name string) Matcher {
	return matcher("Attachment", name, func(d Delivery) (bool, string) {
		names := attachmentNames(d)
		return slices.Contains(names, name), fmt.Sprintf("%q", names)
	})
}

// NoAttachments matches a message without attachments.
func NoAttachments() Matcher {
	return Matcher{"NoAttachments()", func(d Delivery) (bool, string) {
		names := attachmentNames(d)
		return len(names) == 0, fmt.Sprintf("%q", names)
	}}
}

// Field matches a message with a header field of that name, in any case, and that body, unfolded and not decoded.
func Field(name, body string) Matcher {
	return Matcher{fmt.Sprintf("Field(%q, %q)", name, body), func(d Delivery) (bool, string) {
		bodies := d.Parsed.Headers(name)
		for i, one := range bodies {
			bodies[i] = strings.TrimSpace(one)
		}
		return slices.Contains(bodies, body), fmt.Sprintf("%q", bodies)
	}}
}

// Matching matches a message that ok says yes to; name tells the reader of a failure what that means.
func Matching(name string, ok func(Delivery) bool) Matcher {
	return Matcher{name, func(d Delivery) (bool, string) { return ok(d), "no" }}
}

func hasAddress(boxes []mail.Address, addr string) (bool, string) {
	var got []string
	for _, box := range boxes {
		if sender.SameAddress(box.Address, addr) {
			return true, ""
		}
		got = append(got, box.Address)
	}
	return false, list(got)
}

func isRecipient(d Delivery, addr string) (bool, string) {
	ok := slices.ContainsFunc(d.Envelope.Recipients, func(one string) bool { return sender.SameAddress(one, addr) })
	return ok, list(d.Envelope.Recipients)
}

// holds compares line breaks of any kind alike.
func holds(body, words string) (bool, string) {
	plain := strings.NewReplacer("\r\n", "\n").Replace
	return strings.Contains(plain(body), plain(words)), fmt.Sprintf("%q", shortened(body, 200))
}

func attachmentNames(d Delivery) (names []string) {
	for _, one := range d.Parsed.Attachments {
		names = append(names, one.Name)
	}
	return names
}

func list(values []string) string {
	if len(values) == 0 {
		return "nobody"
	}
	return strings.Join(values, ", ")
}

func shortened(text string, limit int) string {
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}
