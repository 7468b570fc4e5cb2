package email

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// composition is a draft on its way to a message: what each step found out, and everything that speaks against sending.
type composition struct {
	draft    Draft
	customer Customer
	parent   *Message // the message that is answered; nil: none
	from     sender.Identity
	to, bcc  []mail.Address
	source   template.Letter // Twig, the template's parts filled in
	letter   template.Letter // rendered
	html     string          // letter.HTML with the preheader inserted
	notes    []template.Note
	findings validate.Result
	report   attach.Report
	refusals Refusals

	sizeLimit int64 // of the transport's server; 0: none, or not known
}

// compose takes a draft through every step that needs no storing. An error is the system's; what a person can mend is
// among the composition's refusals, all of it at once.
func (s *Service) compose(ctx context.Context, draft Draft) (*composition, error) {
	c := &composition{draft: draft}
	for _, step := range []func(context.Context, *composition) error{
		s.findCustomer,
		s.findParent,
		s.askGate,
		s.resolveSender,
		s.resolveRecipients,
		s.renderLetter,
		s.validateContent,
		s.judgeAttachments,
		s.checkHeader,
	} {
		if err := step(ctx, c); err != nil {
			var refused *RefusedError
			if errors.As(err, &refused) {
				return nil, Refusals{refused}
			}
			return nil, err
		}
	}
	return c, nil
}

func (c *composition) refuse(code, detail string, cause error) {
	c.refusals = append(c.refusals, &RefusedError{Code: code, Detail: detail, Err: cause})
}

// refused is nil where nothing speaks against sending.
func (c *composition) refused() error {
	if len(c.refusals) == 0 {
		return nil
	}
	return c.refusals
}

func (s *Service) findCustomer(ctx context.Context, c *composition) (err error) {
	c.customer, err = s.config.customer(ctx, c.draft.CustomerID)
	return err
}

// customer finds a customer; an unknown one is a refusal.
func (c *Config) customer(ctx context.Context, id string) (Customer, error) {
	customer, err := c.Customers.Customer(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Customer{}, &RefusedError{Code: CodeCustomerUnknown, Err: err}
	}
	if err != nil {
		return Customer{}, fmt.Errorf("email: customer: %w", err)
	}
	return customer, nil
}

// findParent finds the message that the draft answers, which must be the same customer's.
func (s *Service) findParent(ctx context.Context, c *composition) error {
	if c.draft.InReplyTo == "" {
		return nil
	}
	parent, err := s.config.answered(ctx, c.draft.InReplyTo)
	if err == nil && parent.CustomerID != c.customer.ID {
		err = &RefusedError{Code: CodeReplyUnknown}
	}
	if err != nil {
		return c.collect(err)
	}
	c.parent = &parent
	return nil
}

// askGate asks whether the acting user may send transactional mail at all.
func (s *Service) askGate(ctx context.Context, c *composition) error {
	switch c.draft.Purpose {
	case Bulk:
		return nil
	case Transactional:
		return c.collect(s.gateActor(ctx, c.draft.ActorID))
	}
	return fmt.Errorf("email: unknown purpose %q", c.draft.Purpose)
}

// gateActor asks the gate of the acting user, who must at least exist where it is the chosen sender's.
func (s *Service) gateActor(ctx context.Context, id string) error {
	err := s.gateUser(ctx, id)
	var closed *sender.NotAllowedError
	if s.config.GateIdentity && errors.As(err, &closed) {
		return nil
	}
	return err
}

func (s *Service) gateUser(ctx context.Context, id string) error {
	user, err := s.config.Senders.UserIdentity(ctx, id)
	if errors.Is(err, sender.ErrNotFound) {
		return &RefusedError{Code: CodeActorUnknown, Err: err}
	}
	if err != nil {
		return fmt.Errorf("email: acting user: %w", err)
	}
	return sender.Gate(user)
}

// collect keeps an error that a person can mend as a refusal and returns any other.
func (c *composition) collect(err error) error {
	if err == nil {
		return nil
	}
	if refused, ok := refusal(err); ok {
		c.refusals = append(c.refusals, refused)
		return nil
	}
	return err
}

func (s *Service) resolveSender(ctx context.Context, c *composition) (err error) {
	c.from, err = sender.Resolve(ctx, s.config.Senders, c.customer.registration(), c.draft.From)
	if err == nil && s.config.GateIdentity && c.draft.Purpose == Transactional {
		err = sender.Gate(c.from)
	}
	return c.collect(err)
}

func (c Customer) registration() sender.Customer {
	return sender.Customer{ManagerID: c.ManagerID, StoreID: c.StoreID}
}

func (s *Service) resolveRecipients(_ context.Context, c *composition) error {
	own := c.customer.Mailboxes()
	if c.parent != nil {
		own = append(own, answerTo(*c.parent)...)
		own = append(own, slices.Concat([]mail.Address{c.parent.From}, c.parent.To, c.parent.Cc)...)
	}
	if len(own) == 0 {
		c.refuse(CodeCustomerNoEmail, "", nil)
	}
	chosen := filled(c.draft.To)
	if len(chosen) == 0 && len(own) > 0 {
		chosen = []string{own[0].Address}
	}
	for _, addr := range chosen {
		box, ok := mailboxOf(own, addr)
		if !ok {
			c.refuse(CodeRecipientForeign, addr, nil)
			continue
		}
		if !slices.Contains(c.to, box) {
			c.to = append(c.to, box)
		}
	}
	for _, addr := range filled(c.draft.Bcc) {
		c.bcc = append(c.bcc, mail.Address{Address: addr})
	}
	if len(c.to)+len(c.bcc) > MaxRecipients {
		c.refuse(CodeRecipientsTooMany, strconv.Itoa(MaxRecipients), nil)
		return nil
	}
	for _, addr := range addresses(c.to, c.bcc) {
		if err := (Envelope{Recipients: []string{addr}}).Validate(); err != nil {
			c.refuse(CodeRecipientInvalid, addr, err)
		}
	}
	return nil
}

// MaxRecipients is how many recipients one message may have: every server takes so many (RFC 5321 §4.5.3.1.8).
const MaxRecipients = 100

// filled are the entries of a form that hold anything, trimmed.
func filled(list []string) (entries []string) {
	for _, entry := range list {
		if entry = strings.TrimSpace(entry); entry != "" {
			entries = append(entries, entry)
		}
	}
	return entries
}

// mailboxOf finds an address among mailboxes; case does not count, as it does not for any mail service of the field.
func mailboxOf(own []mail.Address, addr string) (mail.Address, bool) {
	for _, box := range own {
		if sameMailbox(box.Address, addr) {
			return box, true
		}
	}
	return mail.Address{}, false
}

func sameMailbox(a, b string) bool { return sender.SameAddress(strings.ToLower(a), strings.ToLower(b)) }

func (s *Service) renderLetter(ctx context.Context, c *composition) error {
	if err := s.fillLetter(ctx, c); err != nil {
		return c.collect(err)
	}
	compiled, err := template.Compile(ctx, s.config.Engine, "letter", c.source)
	if err != nil {
		return c.templateError(ctx, err)
	}
	vars, err := s.vars(ctx, c)
	if err != nil {
		return err
	}
	rendering, err := compiled.Render(ctx, vars)
	if err != nil {
		return c.templateError(ctx, err)
	}
	if rendering.Canceled {
		c.refuse(CodeTemplateCanceled, rendering.Reason, nil)
		return nil
	}
	c.letter = withoutBlanks(rendering.Letter)
	inserted, notes := template.InsertPreheader(c.letter.HTML, c.letter.Preheader)
	c.html, c.notes = inserted, append(rendering.Notes, notes...)
	if c.letter.Subject == "" {
		c.refuse(CodeSubjectEmpty, "", nil)
	}
	if len(c.draft.Attachments) == 0 && blank(c.letter) {
		c.refuse(CodeContentEmpty, "", nil)
	}
	return nil
}

// fillLetter takes the parts that the draft leaves empty from its template, which must be made for the event Customer.
func (s *Service) fillLetter(ctx context.Context, c *composition) error {
	c.source = c.draft.Letter
	if c.parent != nil && c.source.Subject == "" {
		c.source.Subject = template.Literal(message.ReplySubject(c.parent.Subject))
	}
	if c.draft.TemplateID == "" {
		return nil
	}
	chosen, err := s.config.Templates.Template(ctx, c.draft.TemplateID)
	if errors.Is(err, template.ErrNotFound) || errors.Is(err, ErrNotFound) {
		return &RefusedError{Code: CodeTemplateUnknown, Err: err}
	}
	if err != nil {
		return fmt.Errorf("email: template: %w", err)
	}
	if chosen.Event != template.EventCustomer {
		return &RefusedError{Code: CodeTemplateWrongEvent}
	}
	if c.source.Subject == "" {
		c.source.Subject = chosen.Letter.Subject
	}
	if c.source.Preheader == "" {
		c.source.Preheader = chosen.Letter.Preheader
	}
	if c.source.HTML == "" && c.source.Text == "" { // one of the template's would contradict one of the draft's
		c.source.HTML, c.source.Text = chosen.Letter.HTML, chosen.Letter.Text
	}
	return nil
}

func (c *composition) templateError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, fault := range faults(err) {
		if fault.Kind == template.Load && fault.Err != nil && !errors.Is(fault.Err, template.ErrNotFound) {
			return fmt.Errorf("email: template: %w", err) // the host's loader failed, not the author
		}
	}
	c.refuse(CodeTemplateInvalid, strings.ReplaceAll(err.Error(), "\n", "; "), err)
	return nil
}

// withoutBlanks leaves out parts that hold nothing but white space.
func withoutBlanks(letter template.Letter) template.Letter {
	for _, part := range []*string{&letter.Preheader, &letter.HTML, &letter.Text} {
		if strings.TrimSpace(*part) == "" {
			*part = ""
		}
	}
	return letter
}

func blank(letter template.Letter) bool {
	return letter.Text == "" && strings.TrimSpace(template.TextFromHTML(letter.HTML)) == "" &&
		!strings.Contains(strings.ToLower(letter.HTML), "<img")
}

// validateContent checks what the author wrote: a text that was made of the HTML would repeat its findings.
func (s *Service) validateContent(ctx context.Context, c *composition) (err error) {
	text := c.letter.Text
	if c.source.Text == "" {
		text = ""
	}
	c.findings, err = s.config.Validator.Check(ctx, validate.StageSend, validate.Content{
		Subject:   c.letter.Subject,
		Preheader: c.letter.Preheader,
		HTML:      c.letter.HTML,
		Text:      text,
		Bulk:      c.draft.Purpose == Bulk,
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
