package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"

	"github.com/crmmail/crmmail/email/message"
)

// build fixes every octet of the message: no later release, retry or restart changes them.
func (s *Service) build(ctx context.Context, c *composition, msg Message) (Queued, error) {
	out := outgoing(c, msg)
	envelope, err := enveloped(out)
	if err != nil {
		return Queued{}, invalid(err)
	}
	msg.MessageID = s.config.messageID(msg.ConversationID, msg.ID, envelope.ReturnPath)
	out.MessageID = msg.MessageID
	out.HTML = s.config.marked(showInline(&msg, out.HTML), msg.ConversationID)
	if replyTo := s.config.replyAddress(msg.ConversationID); replyTo.Address != "" {
		out.ReplyTo = []mail.Address{replyTo}
	}
	for _, file := range msg.Attachments {
		out.Attachments = append(out.Attachments, message.Attachment{
			Name:      file.Name,
			MediaType: file.MediaType,
			Size:      file.Size,
			ContentID: file.ContentID,
			Inline:    file.Inline,
			Key:       file.BlobID,
			Open:      func() (io.ReadCloser, error) { return s.config.Blobs.OpenBlob(ctx, file.BlobID) },
		})
	}
	wire, err := message.Build(out, message.BuildOptions{Rand: s.config.Rand, Signers: s.config.Signers, InlineLimit: c.inlineLimit})
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
		Fields:     c.fields,
	}
}

func enveloped(out message.Message) (Envelope, error) {
	envelope, err := out.Envelope()
	if err == nil {
		err = envelope.Validate()
	}
	return envelope, err
}

// checkHeader builds the message without its files, for those who want to know what would keep it from being built before
// they keep anything, or at all. Nothing else may speak against the message: names and addresses would be missing.
func (s *Service) checkHeader(c *composition) error {
	out := outgoing(c, s.fileMessage(c))
	envelope, err := enveloped(out)
	if err == nil {
		out.MessageID = s.config.messageID("preview", "preview", envelope.ReturnPath)
		_, err = message.Build(out, message.BuildOptions{})
	}
	return invalid(err)
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
