package email

import (
	"context"
	"errors"
	"fmt"
	"io"

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
	if refused, ok := refusal(checkID("idempotency key", draft.IdempotencyKey)); ok {
		return Message{}, Refusals{refused}
	}
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
	return s.queue(ctx, c)
}

// queue fixes what nothing speaks against: files, octets, and at last one Enqueue.
func (s *Service) queue(ctx context.Context, c *composition) (Message, error) {
	msg := s.fileMessage(c)
	if len(c.draft.Attachments) > 0 { // nothing is kept of a message that cannot be built
		if err := s.checkHeader(c); err != nil {
			return Message{}, err
		}
	}
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
	s.config.observeQueued(ctx, queued)
	s.Wake()
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
	if errors.Is(err, ErrNotFound) { // erased since the draft was composed
		return Message{}, Refusals{{Code: CodeCustomerUnknown, Err: err}}
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
		ID:             c.id,
		ConversationID: c.conversationID,
		CustomerID:     c.customer.ID,
		ActorID:        c.draft.ActorID,
		Direction:      Outgoing,
		Origin:         OriginOutgoing,
		Purpose:        c.draft.Purpose,
		TemplateID:     c.draft.TemplateID,
		RuleID:         c.draft.ruleID,
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

// Wake has Run look for due messages at once. Send does so itself; it is for messages that become visible later, as by
// the commit of a transaction. It never waits, and wakes the Runs of its own process alone.
func (s *Service) Wake() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
