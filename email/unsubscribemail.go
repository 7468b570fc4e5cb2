package email

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/email/message"
)

// unsubscribeSubject begins the subject of the mail that a mail program writes for somebody who leaves.
const unsubscribeSubject = "unsubscribe"

// unsubscribe keeps the writer out of further mailings whose mail came to Unsubscribe.Mailbox with a token of ours. The
// mail is filed as any other, and waits for no answer. Without a token it is a letter to be read.
func (r *reception) unsubscribe(ctx context.Context) error {
	mailbox := r.service.config.Unsubscribe.Mailbox
	if mailbox == "" || !slices.ContainsFunc(append(r.in.Recipients, r.in.Mailbox), func(addr string) bool { return sameMailbox(addr, mailbox) }) {
		return nil
	}
	words := strings.Fields(r.msg.Subject)
	if len(words) < 2 || !strings.EqualFold(words[0], unsubscribeSubject) {
		return nil
	}
	err := r.service.Suppressions.Unsubscribe(ctx, strings.Join(words[1:], "")) // a long word may have been folded
	var refused *RefusedError
	if errors.As(err, &refused) {
		return nil
	}
	r.parsed.Kind = message.KindAutoReply
	return err
}
