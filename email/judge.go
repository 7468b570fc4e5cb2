package email

import (
	"context"
	"fmt"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// validateContent checks what the author wrote: a text that was made of the HTML would repeat its findings.
func (s *Service) validateContent(ctx context.Context, c *composition) (err error) {
	text := c.letter.Text
	if c.source.Text == "" {
		text = ""
	}
	c.findings, err = s.config.Validator.Check(ctx, validate.StageSend, validate.Content{
		Subject:         c.letter.Subject,
		Preheader:       c.letter.Preheader,
		HTML:            c.letter.HTML,
		Text:            text,
		Bulk:            c.draft.Purpose == Bulk,
		ListUnsubscribe: s.config.Unsubscribe.offered(),
		Inline:          inlineNames(c.draft.Attachments),
	})
	if err == nil && c.findings.Blocked() {
		c.refusals = append(c.refusals, &RefusedError{Code: CodeContentBlocked, Findings: c.findings.Findings})
	}
	return err
}

func (s *Service) judgeAttachments(ctx context.Context, c *composition) error {
	policy, err := s.config.Policy(ctx)
	if err != nil {
		return fmt.Errorf("email: attachment policy: %w", err)
	}
	relay := s.sizeLimit(ctx)
	c.sizeLimit = relay
	if len(c.draft.Attachments) == 0 {
		if relay > 0 && overhead(c.letter) > relay {
			c.refuse(CodeMessageTooLarge, "", nil)
		}
		return nil
	}
	c.report, err = policy.Check(ctx, c.draft.Attachments, attach.Options{
		RelaySize:  relay,
		Recipients: addresses(c.to, c.bcc),
		Hash:       true,
		Scanner:    s.config.Scanner,
		Overhead:   overhead(c.letter),
	})
	if err == nil && !c.report.SendAllowed() {
		c.refusals = append(c.refusals, &RefusedError{Code: CodeAttachmentsBlocked, Attachments: &c.report})
	}
	return err
}

// sizeLimitTimeout is how long a person waits for a server to say how large a message it takes.
const sizeLimitTimeout = 2 * time.Second

// sizeLimit is how large a message the transport's server takes; 0 where that is not known. A server that does not answer
// is no reason against a letter, which is only queued now, and is not asked again for a minute.
func (s *Service) sizeLimit(ctx context.Context) int64 {
	limiter, ok := s.config.Transport.(SizeLimiter)
	if !ok || s.config.Now().Before(time.Unix(0, s.notAsked.Load())) {
		return 0
	}
	ctx, stop := context.WithTimeout(ctx, sizeLimitTimeout)
	defer stop()
	limit, err := limiter.SizeLimit(ctx)
	if err != nil {
		s.notAsked.Store(s.config.Now().Add(time.Minute).UnixNano())
		s.config.Logger.WarnContext(ctx, "size limit unknown", "tenant", s.config.Tenant, "error", redact(err))
		return 0
	}
	return limit
}

// headerAllowance is what header, boundaries and preheader add to the parts, at the most that is usual.
const headerAllowance = 6 << 10

// overhead forecasts what a letter weighs on the wire besides its attachments.
func overhead(letter template.Letter) int64 {
	return int64(len(letter.Text)+len(letter.HTML))*4/3 + headerAllowance
}
