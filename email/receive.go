package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
)

// Inbound is a message as a server hands it over.
type Inbound struct {
	Mailbox    string    // the address of ours it came in by; the same message in two mailboxes is two messages
	Recipients []string  // of the envelope: reply addresses are looked for here, too
	ReturnPath string    // of the envelope; "<>" is the null return path, empty: not known
	Raw        io.Reader // the message as it came, read to its end
	ReceivedAt time.Time // zero: now
}

// Receive files an inbound message: as it came, and as one entry of the history with all its files. Nothing is refused
// for being broken; what is wrong with it is named in Received.Defects. A message that was filed before is returned
// with ErrDuplicate, so that a server may hand it over again. Any other error means that nothing was filed.
//
// The conversation is found by the signed reply address, In-Reply-To, References, the signature of a Message-ID of
// ours, the hidden line of a letter of ours that is quoted, and at last the sender's address; Received.MatchedBy tells
// by which. A report of a bounce marks the message it is about, by its Message-ID or the id of its envelope, and opens no
// conversation.
func (s *Service) Receive(ctx context.Context, in Inbound) (Message, error) {
	r := &reception{service: s, in: in}
	for _, step := range []func(context.Context) error{r.keepRaw, r.read, r.recognise, r.markBounced, r.markComplained, r.unsubscribe, r.match} {
		if err := step(ctx); err != nil {
			return r.msg, err
		}
	}
	kept, err := r.file(ctx)
	if err != nil {
		if kept.ID == "" && errors.Is(err, ErrDuplicate) {
			return kept, errors.New("email: receive: Config.NewID gave an id that is used") // not filed: no duplicate
		}
		return kept, fmt.Errorf("email: receive: %w", err)
	}
	s.config.Logger.InfoContext(ctx, "message received", "tenant", s.config.Tenant, "message", kept.ID,
		"kind", kept.Received.Kind, "matched", string(kept.Received.MatchedBy), "files", len(kept.Attachments),
		"defects", len(kept.Received.Defects))
	s.config.observe(ctx, Observation{Kind: ObservedReceived, MessageKind: kept.Received.Kind})
	return kept, nil
}

// reception is an inbound message on its way into the history.
type reception struct {
	service *Service
	in      Inbound
	parsed  *message.Parsed
	msg     Message
	writer  *Customer     // who has the sender's address; nil: nobody
	conv    *Conversation // nil: it waits in the inbox
}

// keepRaw keeps the bytes before anything is made of them.
func (r *reception) keepRaw(ctx context.Context) error {
	config := &r.service.config
	raw, err := config.Blobs.PutBlob(ctx, r.in.Raw)
	if err != nil {
		return fmt.Errorf("email: receive: %w", err)
	}
	now := r.in.ReceivedAt
	if now.IsZero() {
		now = config.Now()
	}
	r.msg = Message{
		ID:             config.NewID(),
		Direction:      Incoming,
		Origin:         OriginInbound,
		State:          StateReceived,
		IdempotencyKey: "inbound " + strings.ToLower(r.in.Mailbox) + " " + raw.ID,
		CreatedAt:      now,
		Received:       &Received{Mailbox: r.in.Mailbox, RawID: raw.ID},
	}
	return nil
}

// read makes of the bytes what can be made of them; attachments go straight to the blobs.
func (r *reception) read(ctx context.Context) error {
	config := &r.service.config
	raw, err := config.Blobs.OpenBlob(ctx, r.msg.Received.RawID)
	if err != nil {
		return fmt.Errorf("email: receive: %w", err)
	}
	defer raw.Close()
	r.parsed, err = message.Parse(raw, message.ParseOptions{
		Attachment: func(a message.ParsedAttachment, content io.Reader) error {
			kept, err := keepFile(ctx, config.Blobs, a, content)
			r.msg.Attachments = append(r.msg.Attachments, kept)
			return err
		},
	})
	if errors.Is(err, message.ErrEmpty) {
		r.parsed, err = &message.Parsed{Kind: message.KindMessage, Defects: []string{CodeMessageEmpty}}, nil
	}
	if err != nil {
		return fmt.Errorf("email: receive: %w", err)
	}
	r.takeOver(r.parsed)
	return nil
}

// takeOver puts what was read into the message.
func (r *reception) takeOver(p *message.Parsed) {
	if r.in.ReturnPath == "<>" && p.Kind == message.KindMessage {
		p.Kind = message.KindAutoReply // no person writes from the null return path (RFC 3834 §3.3)
	}
	if len(p.From) > 0 {
		r.msg.From = p.From[0]
	}
	r.msg.To, r.msg.Cc = p.To, p.Cc
	r.msg.Subject = p.Subject
	r.msg.MessageID, r.msg.InReplyTo, r.msg.References = p.MessageID, bounded(p.InReplyTo), bounded(p.References)
	r.msg.SentAt = p.Date.UTC()
	r.msg.Received.Kind, r.msg.Received.Defects = p.Kind, p.Defects
	r.msg.Received.ReplyTo = p.ReplyTo
	r.msg.HTML, r.msg.Text, r.msg.Received.Reply = r.cut(p.HTML), r.cut(p.Text), r.cut(unmarked(p.Reply))
	for i, a := range p.Attachments { // only now it is known which pictures the HTML shows, and some names
		if i < len(r.msg.Attachments) {
			r.msg.Attachments[i].Inline = a.Inline
			r.msg.Attachments[i].Name = attach.CleanName(a.Name)
		}
	}
}

// maxText bounds what a message's text takes in the history, in octets; the whole of it is in the bytes as they came.
const maxText = 1 << 20

func (r *reception) cut(text string) string {
	if len(text) <= maxText {
		return text
	}
	r.defect(CodeMessageTextCut)
	return strings.ToValidUTF8(text[:maxText], "")
}

// maxIDs bounds the Message-IDs that an inbound message refers to.
const maxIDs = 100

// bounded keeps the first and the last ids of a list.
func bounded(ids []string) []string {
	if len(ids) <= maxIDs {
		return ids
	}
	return append(ids[:1:1], ids[len(ids)-maxIDs+1:]...)
}

// recognise finds a message that has come before under other trace fields: same mailbox, Message-ID, sender, date, text
// and files. A Message-ID that stands for something else is a defect; devices reuse them, and anybody can write one. A
// letter of our own that comes back, as by a blind copy to ourselves, stays in its conversation.
func (r *reception) recognise(ctx context.Context) error {
	if r.msg.MessageID == "" {
		return nil
	}
	known, err := r.service.messagesByID(ctx, r.msg.MessageID)
	if err != nil {
		return err
	}
	for _, other := range known {
		switch {
		case other.Direction == Outgoing && sameMailbox(other.From.Address, r.msg.From.Address):
			r.msg.Received.MatchedBy = MatchOwn
			if r.conv, err = r.service.conversation(ctx, other.ConversationID); err != nil {
				return err
			}
			continue
		case other.Received == nil || !strings.EqualFold(other.Received.Mailbox, r.in.Mailbox):
			continue
		case sameMailbox(other.From.Address, r.msg.From.Address) && other.SentAt.Equal(r.msg.SentAt) &&
			other.Text == r.msg.Text && other.HTML == r.msg.HTML && sameFiles(other.Attachments, r.msg.Attachments):
			r.msg = other
			return fmt.Errorf("email: receive: %w", ErrDuplicate)
		}
		r.defect(CodeMessageIDReused)
	}
	return nil
}

func sameFiles(a, b []Attachment) bool {
	return slices.EqualFunc(a, b, func(a, b Attachment) bool { return a.BlobID == b.BlobID && a.Name == b.Name })
}

func (r *reception) defect(code string) {
	if !slices.Contains(r.msg.Received.Defects, code) {
		r.msg.Received.Defects = append(slices.Clone(r.msg.Received.Defects), code)
	}
}

// file keeps the message. Where its customer is erased meanwhile, it is matched once more, as if it came now; where he is
// still known to the host's own customers, it waits in the inbox.
func (r *reception) file(ctx context.Context) (Message, error) {
	kept, err := r.service.config.Store.File(ctx, r.filed())
	if !errors.Is(err, ErrNotFound) {
		return kept, err
	}
	r.unmatch()
	for _, step := range []func(context.Context) error{r.recognise, r.markBounced, r.match} {
		if err := step(ctx); err != nil {
			return r.msg, err
		}
	}
	if kept, err = r.service.config.Store.File(ctx, r.filed()); errors.Is(err, ErrNotFound) {
		r.unmatch()
		kept, err = r.service.config.Store.File(ctx, r.filed())
	}
	return kept, err
}

// unmatch makes the message one that waits in the inbox.
func (r *reception) unmatch() {
	r.conv, r.writer = nil, nil
	r.msg.ConversationID, r.msg.CustomerID = "", ""
	r.msg.Received.MatchedBy, r.msg.Received.NewParticipant = MatchNone, false
}

// filed is what the store keeps.
func (r *reception) filed() Filed {
	if r.conv != nil && checkID("customer", r.conv.CustomerID) != nil {
		r.unmatch() // nothing can be filed for him; it is not lost all the same
	}
	if r.conv != nil {
		r.msg.ConversationID, r.msg.CustomerID = r.conv.ID, r.conv.CustomerID
	}
	return Filed{
		Message:      r.msg,
		Conversation: r.conv,
		Event:        Event{At: r.msg.CreatedAt, Kind: EventReceived, Detail: string(r.msg.Received.MatchedBy)},
	}
}
