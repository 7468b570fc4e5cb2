package email

import (
	"context"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/sender"
)

func (s *Service) resolveSender(ctx context.Context, c *composition) (err error) {
	c.from, err = sender.Resolve(ctx, c.senders, c.customer.registration(), c.draft.From)
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

// mailboxOf finds an address among mailboxes; case does not count, as it does not for any mail service of the field.
func mailboxOf(own []mail.Address, addr string) (mail.Address, bool) {
	for _, box := range own {
		if box.Address == addr || sameMailbox(box.Address, addr) {
			return box, true
		}
	}
	return mail.Address{}, false
}

func sameMailbox(a, b string) bool { return sender.SameAddress(strings.ToLower(a), strings.ToLower(b)) }
