package email

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"slices"
)

// SuppressionService keeps addresses out of mass mailings; it hangs on Service.Suppressions. Without
// Config.Suppressions nothing is suppressed, and what would change that is ErrUnsupported.
type SuppressionService struct{ service *Service }

// Of returns the suppressions of some addresses, in the order of the addresses.
func (s SuppressionService) Of(ctx context.Context, addrs ...string) ([]Suppression, error) {
	return s.service.config.suppressed(ctx, addrs)
}

// Add keeps an address out of mass mailings from now on, by a person's decision.
func (s SuppressionService) Add(ctx context.Context, actorID, addr string) error {
	key := AddressKey(addr)
	if err := (Envelope{Recipients: []string{key}}).Validate(); err != nil {
		return &RefusedError{Code: CodeRecipientInvalid, Detail: addr, Err: err}
	}
	return s.service.config.suppress(ctx, Suppression{Address: key, Reason: SuppressedManual, ActorID: actorID})
}

// Remove lifts a suppression, whoever it comes from. That somebody has unsubscribed is his own decision: a page asks
// twice before it lifts that.
func (s SuppressionService) Remove(ctx context.Context, actorID, addr string, reason SuppressionReason) error {
	config := &s.service.config
	if config.Suppressions == nil {
		return fmt.Errorf("email: suppressions: %w", ErrUnsupported)
	}
	if err := config.Suppressions.RemoveSuppression(ctx, AddressKey(addr), reason); err != nil {
		return fmt.Errorf("email: suppressions: %w", err)
	}
	config.Logger.InfoContext(ctx, "suppression removed", "tenant", config.Tenant, "reason", string(reason), "actor", actorID)
	return nil
}

// List pages through all suppressions, newest first; cursor and limit are those of HistoryService.Messages. It is
// ErrUnsupported where Config.Suppressions is no SuppressionLister.
func (s SuppressionService) List(ctx context.Context, cursor string, limit int) (Page[Suppression], error) {
	lister, ok := s.service.config.Suppressions.(SuppressionLister)
	if !ok {
		return Page[Suppression]{}, fmt.Errorf("email: suppressions: %w", ErrUnsupported)
	}
	var before *Suppression
	if cursor != "" {
		before = new(Suppression)
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil || json.Unmarshal(raw, before) != nil || before.Address == "" {
			return Page[Suppression]{}, ErrBadCursor
		}
	}
	limit = pageLimit(limit)
	list, err := lister.ListSuppressions(ctx, SuppressionQuery{Before: before, Limit: limit + 1})
	if err != nil {
		return Page[Suppression]{}, fmt.Errorf("email: suppressions: %w", err)
	}
	return paged(list, limit, func(s Suppression) Suppression {
		return Suppression{Address: s.Address, Reason: s.Reason, At: s.At}
	}), nil
}

// suppressed are the suppressions of some addresses, in the order of the addresses, then the oldest first.
func (c *Config) suppressed(ctx context.Context, addrs []string) ([]Suppression, error) {
	if c.Suppressions == nil || len(addrs) == 0 {
		return nil, nil
	}
	keys := make([]string, len(addrs))
	for i, addr := range addrs {
		keys[i] = AddressKey(addr)
	}
	list, err := c.Suppressions.Suppressed(ctx, keys)
	if err != nil {
		return nil, fmt.Errorf("email: suppressions: %w", err)
	}
	slices.SortStableFunc(list, func(a, b Suppression) int {
		return cmp.Or(cmp.Compare(slices.Index(keys, a.Address), slices.Index(keys, b.Address)), a.At.Compare(b.At))
	})
	return list, nil
}

// suppress keeps a suppression of now; who asks for it where none can be kept is told so.
func (c *Config) suppress(ctx context.Context, s Suppression) error {
	if c.Suppressions == nil {
		return fmt.Errorf("email: suppressions: %w", ErrUnsupported)
	}
	s.At = c.Now()
	if err := c.Suppressions.AddSuppression(ctx, s); err != nil {
		return fmt.Errorf("email: suppressions: %w", err)
	}
	c.observe(ctx, Observation{Kind: ObservedSuppressed, Reason: s.Reason})
	c.Logger.InfoContext(ctx, "address suppressed", "tenant", c.Tenant, "reason", string(s.Reason), "message", s.MessageID)
	return nil
}

// askSuppressions finds the recipients whom no mass mailing may reach. To them a transactional letter may go. A mailing goes
// to those that remain, unless the person himself has asked for none by any of his addresses: that is meant for all.
func (s *Service) askSuppressions(ctx context.Context, c *composition) (err error) {
	c.suppressed, err = s.config.suppressed(ctx, addresses(c.to, c.bcc))
	if err != nil || c.draft.Purpose != Bulk {
		return err
	}
	own, err := s.config.suppressed(ctx, addresses(c.to, c.customer.Mailboxes()))
	if err != nil {
		return err
	}
	unreached := func(box mail.Address) bool {
		return slices.ContainsFunc(c.suppressed, func(one Suppression) bool { return one.Address == AddressKey(box.Address) })
	}
	remain := slices.DeleteFunc(slices.Clone(c.to), unreached)
	left := slices.DeleteFunc(own, func(one Suppression) bool { return !one.asked() })
	switch {
	case len(remain) == 0:
		c.refusals = append(c.refusals, suppressionRefusals(c.suppressed)...)
	case len(left) > 0:
		c.refusals = append(c.refusals, suppressionRefusals(left)...)
	default:
		c.to, c.bcc = remain, slices.DeleteFunc(c.bcc, unreached)
	}
	return nil
}

// asked tells of somebody who wants no mailings, rather than of an address that they do not reach.
func (s Suppression) asked() bool {
	return s.Reason == SuppressedUnsubscribe || s.Reason == SuppressedComplaint
}

// suppressionRefusals gives each address one reason, the oldest.
func suppressionRefusals(list []Suppression) (refusals Refusals) {
	for i, one := range list {
		if i == 0 || list[i-1].Address != one.Address {
			refusals = append(refusals, &RefusedError{Code: one.Code(), Detail: one.Address})
		}
	}
	return refusals
}

// stillWanted asks again, of those whom a mass mailing is about to go to, and tells whom it does not reach any more: a
// *RefusedError where that is everybody, or where one of them has left in the meantime.
func (s *Service) stillWanted(ctx context.Context, recipients []Recipient) (unreached []Suppression, err error) {
	addrs := make([]string, len(recipients))
	keys := map[string]bool{}
	for i, recipient := range recipients {
		addrs[i] = recipient.Address
		keys[AddressKey(recipient.Address)] = true
	}
	list, err := s.config.suppressed(ctx, addrs)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	refusals := suppressionRefusals(list)
	if len(refusals) == len(keys) || slices.ContainsFunc(list, Suppression.asked) {
		return nil, refusals[0]
	}
	return list, nil
}

// suppressGone keeps the addresses out of mass mailings that a server said do not exist.
func (c *Config) suppressGone(ctx context.Context, messageID string, results []Recipient) error {
	if c.Suppressions == nil {
		return nil
	}
	var errs []error
	for _, result := range results {
		if isGone(result) {
			errs = append(errs, c.suppress(ctx, Suppression{Address: AddressKey(result.Address), Reason: SuppressedBounce, MessageID: messageID}))
		}
	}
	return errors.Join(errs...)
}
