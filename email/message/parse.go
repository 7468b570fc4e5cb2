package message

import (
	"errors"
	"io"
	"net/mail"
	"strings"
	"time"
)

// ErrEmpty is what Parse returns where nothing at all can be read.
var ErrEmpty = errors.New("message: nothing to read")

// ParseOptions bound what Parse does for one message. Zero values are the defaults; nothing is unlimited.
type ParseOptions struct {
	MaxParts   int   // leaves that are read; 1,000
	MaxDepth   int   // multiparts within each other; a deeper one is an attachment, as it stands; 20
	MaxHeader  int   // octets of all headers together; 1 MiB
	MaxDecoded int64 // octets of all contents together after decoding; 128 MiB

	// Attachment, where it is set, is given each attachment when its turn comes, with its content, which need not
	// be read to the end; Parsed.Attachments then have no Content. a.Size, and whether the HTML shows it, are not known
	// yet. Its error ends Parse.
	Attachment func(a ParsedAttachment, content io.Reader) error
}

// Kinds of an inbound message.
const (
	KindMessage   = "message"
	KindAutoReply = "auto-reply" // written by a program in answer to something (RFC 3834), or by one on its own
	KindBounce    = "bounce"     // a report that something could not be delivered (RFC 3464), or is late
	KindComplaint = "complaint"  // an abuse report (RFC 5965)
)

// Parsed is what Parse read. Texts are UTF-8 whatever came. It belongs to the caller.
type Parsed struct {
	Subject                       string
	From, Sender, ReplyTo, To, Cc []mail.Address
	Date                          time.Time // zero where there is none or it cannot be read
	MessageID                     string    // without angle brackets, as are all ids
	InReplyTo, References         []string
	Text, HTML                    string // all such leaves that are no attachments, each kind joined by a newline
	Reply                         string // the text without what it quotes; where there is no text, out of the HTML
	Attachments                   []ParsedAttachment
	Kind                          string     // one of the Kind constants
	Bounce                        *Bounce    // what a bounce says; nil for other kinds
	Complaint                     *Complaint // what an abuse report says; nil for other kinds
	Defects                       []string   // codes that the package comment lists, see DefectText; each once, in the order they were met
	Fields                        []Field    // the header in its order, unfolded, names as they stand, not decoded
}

// Header is the body of the first header field of that name, whatever its case, unfolded and not decoded; "" where
// there is none.
func (p *Parsed) Header(name string) string {
	for _, f := range p.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Body
		}
	}
	return ""
}

// Headers are the bodies of all header fields of that name, in their order.
func (p *Parsed) Headers(name string) []string {
	var bodies []string
	for _, f := range p.Fields {
		if strings.EqualFold(f.Name, name) {
			bodies = append(bodies, f.Body)
		}
	}
	return bodies
}

// ParsedAttachment is a leaf that is neither text/plain nor text/html, or says that it is an attachment. A message
// inside the message is one, with its content as it stands.
type ParsedAttachment struct {
	Name      string // decoded, on one line; may be empty, and may hold anything a sender wrote, also path separators
	MediaType string // lower case, without parameters
	ContentID string // without angle brackets
	Inline    bool   // its disposition is inline, or the HTML shows it by its ContentID
	Size      int64  // octets of the decoded content
	Content   []byte // nil where ParseOptions.Attachment took it
	Truncated bool   // MaxDecoded cut the content off
}
