package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
)

// Send takes a draft to a queued message: sender and gate, letter, content, attachments, then the finished bytes, and
// at last one Enqueue that keeps everything or nothing. Run delivers it.
//
// Everything that speaks against sending comes back at once as Refusals; nothing is kept then. A used IdempotencyKey
// gives the first message with ErrDuplicate, whatever speaks against the draft by now. Any other error is the host's: it
// can be tried again with the same key, which a Send without one does not have.
func (s *Service) Send(ctx context.Context, draft Draft) (Message, error) {
	if first, err := s.sentBefore(ctx, draft.IdempotencyKey); err != nil {
		return first, err
	}
	c, err := s.compose(ctx, draft)
	if err != nil {
		return Message{}, err
	}
	if err := c.refused(); err != nil {
		return Message{}, err
	}
	msg := s.fileMessage(c)
	if err := s.putAttachments(ctx, c, &msg); err != nil {
		return Message{}, err
	}
	queued, err := s.build(ctx, c, msg)
	if err != nil {
		return Message{}, err
	}
	kept, err := s.enqueue(ctx, queued)
	if err != nil {
		return kept, err
	}
	s.config.Logger.InfoContext(ctx, "message queued", "tenant", s.config.Tenant, "message", kept.ID,
		"recipients", len(kept.Recipients), "octets", queued.Wire.Size())
	s.wakeUp()
	return kept, nil
}

// sentBefore finds the message of a used key: with ErrDuplicate where there is one.
func (s *Service) sentBefore(ctx context.Context, key string) (Message, error) {
	if key == "" {
		return Message{}, nil
	}
	list, err := s.config.Store.Messages(ctx, MessageQuery{IdempotencyKey: key, Limit: 1})
	if err != nil {
		return Message{}, fmt.Errorf("email: send: %w", err)
	}
	if len(list) == 0 {
		return Message{}, nil
	}
	return list[0], fmt.Errorf("email: send: %w", ErrDuplicate)
}

// enqueue keeps the message. Where the store's answer is lost it asks once more: the key tells whether it was kept.
func (s *Service) enqueue(ctx context.Context, queued Queued) (Message, error) {
	kept, err := s.config.Store.Enqueue(ctx, queued)
	if err != nil && !errors.Is(err, ErrDuplicate) && ctx.Err() == nil {
		kept, err = s.config.Store.Enqueue(ctx, queued)
	}
	if errors.Is(err, ErrDuplicate) && kept.ID == queued.Message.ID {
		return kept, nil
	}
	if err != nil {
		return kept, fmt.Errorf("email: enqueue: %w", err)
	}
	return kept, nil
}

// fileMessage is the record of the message, without its attachments.
func (s *Service) fileMessage(c *composition) Message {
	now := s.config.Now()
	msg := Message{
		ID:             s.config.NewID(),
		ConversationID: s.config.NewID(),
		CustomerID:     c.customer.ID,
		ActorID:        c.draft.ActorID,
		Direction:      Outgoing,
		Origin:         OriginOutgoing,
		Purpose:        c.draft.Purpose,
		TemplateID:     c.draft.TemplateID,
		SenderChoice:   c.draft.From.String(),
		From:           c.from.Mailbox,
		To:             c.to,
		Bcc:            c.bcc,
		Subject:        c.letter.Subject,
		Preheader:      c.letter.Preheader,
		HTML:           c.letter.HTML,
		Text:           c.letter.Text,
		State:          StateQueued,
		IdempotencyKey: c.draft.IdempotencyKey,
		CreatedAt:      now,
		SendAt:         c.draft.SendAt,
	}
	if msg.SendAt.IsZero() {
		msg.SendAt = now
	}
	if msg.IdempotencyKey == "" {
		msg.IdempotencyKey = msg.ID
	}
	if c.parent != nil {
		msg.ConversationID, msg.Origin = c.parent.ConversationID, OriginReply
		msg.InReplyTo, msg.References = message.ThreadFields(c.parent.MessageID, c.parent.InReplyTo, c.parent.References)
	}
	return msg
}

// putAttachments keeps the files in the order of attaching. From here on only the kept content counts, so a file that
// is no longer what was judged stops the message.
func (s *Service) putAttachments(ctx context.Context, c *composition, msg *Message) error {
	verdicts := make([]attach.Verdict, len(c.report.Files))
	for _, verdict := range c.report.Files {
		verdicts[verdict.Index] = verdict
	}
	for i, verdict := range verdicts {
		blob, err := s.putFile(ctx, c.draft.Attachments[i], verdict.Size)
		if err != nil {
			return fmt.Errorf("email: attachment %d: %w", i+1, err)
		}
		if blob.ID != verdict.SHA256 || blob.Size != verdict.Size {
			return Refusals{{Code: CodeAttachmentChanged, Detail: verdict.CleanName}}
		}
		msg.Attachments = append(msg.Attachments, Attachment{
			Name:      verdict.CleanName,
			MediaType: verdict.MediaType,
			Size:      blob.Size,
			BlobID:    blob.ID,
		})
	}
	return nil
}

// putFile keeps no more of a file than tells that it is not the one that was judged.
func (s *Service) putFile(ctx context.Context, file attach.File, size int64) (Blob, error) {
	content, err := file.Open()
	if err != nil {
		return Blob{}, err
	}
	defer content.Close()
	return s.config.Blobs.PutBlob(ctx, io.LimitReader(content, size+1))
}

// build fixes every octet of the message: no later release, retry or restart changes them.
func (s *Service) build(ctx context.Context, c *composition, msg Message) (Queued, error) {
	out := outgoing(c, msg)
	envelope, err := enveloped(out)
	if err != nil {
		return Queued{}, invalid(err)
	}
	msg.MessageID = s.config.messageID(msg.ConversationID, msg.ID, envelope.ReturnPath)
	out.MessageID = msg.MessageID
	if replyTo := s.config.replyAddress(msg.ConversationID); replyTo.Address != "" {
		out.ReplyTo = []mail.Address{replyTo}
	}
	for _, file := range msg.Attachments {
		out.Attachments = append(out.Attachments, message.Attachment{
			Name:      file.Name,
			MediaType: file.MediaType,
			Size:      file.Size,
			Key:       file.BlobID,
			Open:      func() (io.ReadCloser, error) { return s.config.Blobs.OpenBlob(ctx, file.BlobID) },
		})
	}
	wire, err := message.Build(out, message.BuildOptions{Rand: s.config.Rand, Signers: s.config.Signers})
	if err != nil {
		return Queued{}, invalid(err)
	}
	if c.sizeLimit > 0 && wire.Size() > c.sizeLimit {
		return Queued{}, Refusals{{Code: CodeMessageTooLarge}}
	}
	for _, addr := range envelope.Recipients {
		msg.Recipients = append(msg.Recipients, Recipient{Address: addr})
	}
	return Queued{
		Message:      msg,
		Conversation: conversationOf(msg),
		ReturnPath:   envelope.ReturnPath,
		Wire:         wire,
		Event:        Event{At: msg.CreatedAt, Kind: EventQueued, ActorID: msg.ActorID},
	}, nil
}

// outgoing is the message as RFC 5322 has it, without what only a kept one has.
func outgoing(c *composition, msg Message) message.Message {
	return message.Message{
		From:       msg.From,
		To:         msg.To,
		Bcc:        msg.Bcc,
		Subject:    msg.Subject,
		Date:       msg.CreatedAt,
		InReplyTo:  msg.InReplyTo,
		References: msg.References,
		Text:       msg.Text,
		HTML:       c.html,
	}
}

func enveloped(out message.Message) (Envelope, error) {
	envelope, err := out.Envelope()
	if err == nil {
		err = envelope.Validate()
	}
	return envelope, err
}

// checkHeader builds the message without its files, so that a preview knows all that would keep it from being built.
func (s *Service) checkHeader(_ context.Context, c *composition) error {
	if len(c.refusals) > 0 {
		return nil // names and addresses may be missing
	}
	out := outgoing(c, s.fileMessage(c))
	envelope, err := enveloped(out)
	if err == nil {
		out.MessageID = s.config.messageID("preview", "preview", envelope.ReturnPath)
		_, err = message.Build(out, message.BuildOptions{})
	}
	return c.collect(invalid(err))
}

// conversationOf is the conversation that an outgoing message makes, or that an answer completes.
func conversationOf(msg Message) Conversation {
	return Conversation{
		ID:         msg.ConversationID,
		CustomerID: msg.CustomerID,
		Subject:    msg.Subject,
		State:      Completed,
		CreatedAt:  msg.CreatedAt,
		UpdatedAt:  msg.CreatedAt,
	}
}

// invalid makes a refusal of what cannot stand in a message; other errors pass.
func invalid(err error) error {
	var field *message.FieldError
	if err == nil {
		return nil
	}
	if errors.As(err, &field) {
		return Refusals{{Code: CodeMessageInvalid, Err: err}}
	}
	return fmt.Errorf("email: build: %w", err)
}

func (s *Service) wakeUp() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// addresses are the addr-specs of mailboxes.
func addresses(boxes ...[]mail.Address) []string {
	var list []string
	for _, some := range boxes {
		for _, box := range some {
			list = append(list, box.Address)
		}
	}
	return list
}
