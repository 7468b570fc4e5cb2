package message

import (
	"fmt"
	"io"
	"net/mail"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is what a person writes, before it is a sequence of octets. Build turns it into its wire form and
// never modifies it. It may be shared between goroutines as long as none of them changes it.
//
// Addresses follow net/mail: Address is local part, at sign and domain, the local part without quotes. A domain
// may be written in any script; on the wire it stands in its ASCII form (RFC 5891). A local part outside ASCII
// makes the message one that needs SMTPUTF8 (RFC 6532), see Wire.SMTPUTF8.
//
// Control characters (line breaks, tabs, NUL and their like) and invalid UTF-8 are refused in every name,
// address, subject, field, parameter and file name, with a *FieldError. In Text and HTML controls are content, and
// octets that are not UTF-8 become U+FFFD.
type Message struct {
	From    mail.Address
	Sender  *mail.Address  // who hands the message over, where that is not From; nil is From
	ReplyTo []mail.Address // where answers go; none is From
	To, Cc  []mail.Address
	Bcc     []mail.Address // goes into Envelope and Archive, never into the wire form

	Subject   string
	Date      time.Time // required; its zone is kept
	MessageID string    // required; without angle brackets, as everywhere in this package; see NewMessageID

	InReplyTo  []string // Message-IDs without angle brackets; see ThreadFields
	References []string

	Text string // text/plain; empty leaves the part out
	HTML string // text/html; empty leaves the part out

	// Calendar is an iCalendar object with a METHOD, such as the REQUEST of an invitation (RFC 5546): readers show it with buttons to
	// accept and to decline. It goes as a further form of the text (RFC 6047) and, for older readers, as the file invite.ics.
	Calendar string

	Attachments []Attachment
	Fields      []Field // further header fields, in this order, such as List-Unsubscribe
}

// Attachment is a file that goes with a Message. Its content is read where it is, never held as a whole.
type Attachment struct {
	Name      string // as the recipient sees it; may be empty
	MediaType string // with its parameters, if any; empty is application/octet-stream; multipart is refused
	Inline    bool   // shown within the text, where the reader can; with a ContentID it is part of the HTML
	ContentID string // what the HTML calls cid:…, without angle brackets
	Size      int64  // in octets; must be what Open yields, or building or writing fails with a *SizeError
	// Key is what the caller finds the content by when the wire form is written, for example its SHA-256.
	// Empty is "attachment-1", "attachment-2" and so on, which Message.Open understands.
	Key  string
	Open func() (io.ReadCloser, error) // may be called several times, also while an earlier reader is open
}

// Field is a header field. Body is unfolded text without its line break; Build folds and, where it is not ASCII,
// encodes it (RFC 2047). An ASCII body is kept to the letter, so that List-Unsubscribe and its like keep their
// grammar. Fields that Build makes itself (From, Bcc, Content-Type and so on) are refused.
type Field struct{ Name, Body string }

// key names the content of the attachment at index i.
func (a Attachment) key(i int) string {
	if a.Key != "" {
		return a.Key
	}
	return numbered + strconv.Itoa(i+1)
}

// numbered begins the keys of attachments without one of their own.
const numbered = "attachment-"

// Open opens the content of the attachment with that key, for Wire.WriterTo of a message whose attachments are
// at hand. An unknown key is an error that is fs.ErrNotExist.
func (m Message) Open(key string) (io.ReadCloser, error) {
	if i := m.find(key); i >= 0 {
		return m.Attachments[i].Open()
	}
	return nil, fmt.Errorf("message: attachment %q: %w", key, os.ErrNotExist)
}

// find is the index of the attachment with that key, or -1. A key that was made of an index leads to it: a look through all
// attachments for each of them would take quadratic time.
func (m Message) find(key string) int {
	if number, err := strconv.Atoi(strings.TrimPrefix(key, numbered)); err == nil && 0 < number && number <= len(m.Attachments) {
		if i := number - 1; m.Attachments[i].key(i) == key && m.Attachments[i].Open != nil {
			return i
		}
	}
	return slices.IndexFunc(m.Attachments, func(a Attachment) bool { return a.Key == key && key != "" && a.Open != nil })
}

// Envelope is the envelope that the message travels in: the address of Sender, else of From, as return path, and
// To, Cc and Bcc, each address once whatever its case, as recipients. Local parts are quoted where they must be
// and domains are in their ASCII form. Its error is a *FieldError.
func (m Message) Envelope() (Envelope, error) {
	from, field := m.From, "From"
	if m.Sender != nil {
		from, field = *m.Sender, "Sender"
	}
	path, err := wireAddress(field, from.Address)
	if err != nil {
		return Envelope{}, err
	}
	env := Envelope{ReturnPath: path}
	seen := make(map[string]bool)
	for _, list := range []struct {
		name  string
		boxes []mail.Address
	}{{"To", m.To}, {"Cc", m.Cc}, {"Bcc", m.Bcc}} {
		for _, box := range list.boxes {
			addr, err := wireAddress(list.name, box.Address)
			if err != nil {
				return Envelope{}, err
			}
			if folded := foldCase(addr); !seen[folded] {
				seen[folded] = true
				env.Recipients = append(env.Recipients, addr)
			}
		}
	}
	return env, nil
}
