package lmtp

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/crmmail/crmmail/email"
)

var errPanic = errors.New("the receiver panicked")

// file hands the message over once for each mailbox, and tells for which it failed.
func (s *session) file(envelope transaction, store *spool) (failed map[string]bool) {
	ctx, cancel := context.WithTimeout(s.ctx, s.config.ReceiveTimeout)
	defer cancel()
	began, now := time.Now(), s.config.Now()
	failed = map[string]bool{}
	mailboxes, recipients := byMailbox(envelope.recipients)
	for _, mailbox := range mailboxes {
		err := s.receive(ctx, email.Inbound{
			Mailbox:    mailbox,
			Recipients: recipients[mailbox],
			ReturnPath: envelope.returnPath,
			Raw:        store.Reader(),
			ReceivedAt: now,
		})
		if err != nil && !errors.Is(err, email.ErrDuplicate) {
			failed[mailbox] = true
			s.config.Logger.ErrorContext(ctx, "lmtp cannot file a message", "error", redact(err))
		}
	}
	s.config.Logger.InfoContext(ctx, "lmtp message", "octets", store.size, "recipients", len(envelope.recipients),
		"mailboxes", len(mailboxes), "failed", len(failed), "took", time.Since(began))
	return failed
}

// receive calls the Receiver and takes its panic for an error.
func (s *session) receive(ctx context.Context, in email.Inbound) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.logPanic(p)
			err = errPanic
		}
	}()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("no time was left: %w", err)
	}
	_, err = s.config.Receiver.Receive(ctx, in)
	return err
}

// byMailbox sorts recipients into mailboxes, each once, in the order they came in.
func byMailbox(all []recipient) (mailboxes []string, recipients map[string][]string) {
	recipients = map[string][]string{}
	for _, r := range all {
		if _, known := recipients[r.mailbox]; !known {
			mailboxes = append(mailboxes, r.mailbox)
		}
		if !slices.Contains(recipients[r.mailbox], r.address) {
			recipients[r.mailbox] = append(recipients[r.mailbox], r.address)
		}
	}
	return mailboxes, recipients
}
