package email

import (
	"context"
	"fmt"
	"net/mail"
	"slices"

	"github.com/crmmail/crmmail/email/message"
)

// match finds the conversation of a message by the first rule that applies; without one it waits in the inbox.
func (r *reception) match(ctx context.Context) error {
	if r.conv != nil {
		return nil
	}
	owner, known, err := r.customerOf(ctx, r.msg.From.Address)
	if err != nil {
		return err
	}
	if r.parsed.Kind == message.KindBounce && !known {
		return nil // a server's report belongs to the message it is about, or to nothing
	}
	if known {
		r.writer = &owner
	}
	for _, rule := range []struct {
		name MatchRule
		find func(context.Context) (*Conversation, error)
	}{
		{MatchToken, r.byToken},
		{MatchInReplyTo, r.byInReplyTo},
		{MatchReferences, r.byReferences},
		{MatchSignature, r.bySignature},
		{MatchMarker, r.byMarker},
		{MatchSender, r.bySender},
		{MatchNone, r.byNothing},
	} {
		conv, err := rule.find(ctx)
		if err != nil {
			return err
		}
		if conv != nil {
			r.conv, r.msg.Received.MatchedBy = conv, rule.name
			r.touch()
			return nil
		}
	}
	return nil
}

// touch puts the conversation on top, and among those that wait for an answer unless a program wrote the message.
func (r *reception) touch() {
	r.conv.UpdatedAt = r.msg.CreatedAt
	if r.parsed.Kind == message.KindMessage {
		r.conv.State = Active
	} else if r.msg.Received.MatchedBy != MatchSender {
		r.conv.State = "" // as it is by the time this is filed
	}
}

// admitted is the conversation with that id, where the writer may add to it. Conversations of two customers are never
// merged; a stranger is let in and flagged, until we have written to him.
func (r *reception) admitted(ctx context.Context, id string) (*Conversation, error) {
	conv, err := r.service.conversation(ctx, id)
	if conv == nil || err != nil {
		return nil, err
	}
	if r.writer != nil {
		if r.writer.ID != conv.CustomerID {
			return nil, nil
		}
		return conv, nil
	}
	history, err := r.service.config.Store.Messages(ctx, MessageQuery{ConversationID: conv.ID, Limit: maxKnown})
	if err != nil {
		return nil, fmt.Errorf("email: receive: %w", err)
	}
	r.msg.Received.NewParticipant = !slices.ContainsFunc(history, func(msg Message) bool {
		return msg.Direction == Outgoing && r.takesPart(msg)
	})
	return conv, nil
}

func (r *reception) takesPart(msg Message) bool {
	return slices.ContainsFunc(participants(msg), func(addr string) bool { return sameMailbox(addr, r.msg.From.Address) })
}

// participants are the addresses that take part in a message.
func participants(msg Message) []string {
	list := addresses([]mail.Address{msg.From}, msg.To, msg.Cc, msg.Bcc)
	if msg.Received != nil {
		list = append(list, addresses(msg.Received.ReplyTo)...)
	}
	return list
}

// byToken looks for a reply address of ours, in the envelope and in the header.
func (r *reception) byToken(ctx context.Context) (*Conversation, error) {
	candidates := slices.Concat(r.in.Recipients, addresses(r.msg.To, r.msg.Cc))
	for _, field := range []string{"Delivered-To", "X-Original-To"} {
		candidates = append(candidates, r.parsed.Headers(field)...)
	}
	for _, addr := range candidates {
		if id, ok := r.service.config.conversationOfAddress(addr); ok {
			if conv, err := r.admitted(ctx, id); conv != nil || err != nil {
				return conv, err
			}
		}
	}
	return nil, nil
}

func (r *reception) byInReplyTo(ctx context.Context) (*Conversation, error) {
	known, err := r.service.messagesByID(ctx, r.msg.InReplyTo...)
	if err != nil {
		return nil, err
	}
	return r.firstConversation(ctx, known)
}

// byReferences goes from the last to the first. People write about something new below an old letter, so subject or
// sender must agree.
func (r *reception) byReferences(ctx context.Context) (*Conversation, error) {
	subject := message.StripSubject(r.msg.Subject)
	for _, id := range slices.Backward(lastOf(r.msg.References, maxKnown)) {
		known, err := r.service.messagesByID(ctx, id)
		if err != nil {
			return nil, err
		}
		known = slices.DeleteFunc(known, func(other Message) bool {
			return message.StripSubject(other.Subject) != subject && !r.takesPart(other)
		})
		if conv, err := r.firstConversation(ctx, known); conv != nil || err != nil {
			return conv, err
		}
	}
	return nil, nil
}

func lastOf(list []string, n int) []string { return list[max(0, len(list)-n):] }

// bySignature is for messages of ours that are no longer kept. Of one that is, the rules before have decided.
func (r *reception) bySignature(ctx context.Context) (*Conversation, error) {
	for _, id := range slices.Concat(r.msg.InReplyTo, lastOf(r.msg.References, maxKnown)) {
		conversationID, ok := r.service.config.conversationOfMessageID(id)
		if !ok {
			continue
		}
		known, err := r.service.messagesByID(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(known) > 0 {
			continue
		}
		if conv, err := r.admitted(ctx, conversationID); conv != nil || err != nil {
			return conv, err
		}
	}
	return nil, nil
}

// byMarker looks for the hidden line of our letters in what is quoted.
func (r *reception) byMarker(ctx context.Context) (*Conversation, error) {
	for _, id := range r.service.config.conversationsMarked(r.parsed.HTML, r.parsed.Text) {
		if conv, err := r.admitted(ctx, id); conv != nil || err != nil {
			return conv, err
		}
	}
	return nil, nil
}

// bySender begins a conversation with the customer who has the address.
func (r *reception) bySender(context.Context) (*Conversation, error) {
	if r.writer == nil {
		return nil, nil
	}
	return r.begin(*r.writer), nil
}

// byNothing makes a customer of a person nobody knows, where that is wanted.
func (r *reception) byNothing(ctx context.Context) (*Conversation, error) {
	creator, ok := r.service.config.Customers.(CustomerCreator)
	if !ok || !r.service.config.CreateUnknown || r.parsed.Kind != message.KindMessage || r.msg.From.Address == "" {
		return nil, nil
	}
	customer := CustomerService{&r.service.config}.Prefill(r.msg.From.Name)
	customer.Phones, customer.Handles = nil, nil
	customer.Emails = []string{r.msg.From.Address}
	customer.ID, customer.CreatedAt = r.service.config.NewID(), r.msg.CreatedAt
	created, err := creator.CreateCustomer(ctx, customer)
	if err != nil {
		return nil, fmt.Errorf("email: receive: create customer: %w", err)
	}
	return r.begin(created), nil
}

func (r *reception) begin(customer Customer) *Conversation {
	return &Conversation{ID: r.service.config.NewID(), CustomerID: customer.ID, Subject: r.msg.Subject,
		State: Completed, CreatedAt: r.msg.CreatedAt}
}

// customerOf finds the customer who has an address.
func (r *reception) customerOf(ctx context.Context, addr string) (Customer, bool, error) {
	query := ParseQuery(addr, maxKnown)
	if len(query.Words) == 0 {
		return Customer{}, false, nil
	}
	matches, err := r.service.config.Customers.SearchCustomers(ctx, query)
	if err != nil {
		return Customer{}, false, fmt.Errorf("email: receive: %w", err)
	}
	for _, match := range matches {
		if _, own := mailboxOf(match.Customer.Mailboxes(), addr); own {
			return match.Customer, true, nil
		}
	}
	return Customer{}, false, nil
}

// firstConversation is that of the first message that has one which the writer may add to.
func (r *reception) firstConversation(ctx context.Context, known []Message) (*Conversation, error) {
	for _, msg := range known {
		if msg.ConversationID == "" {
			continue
		}
		if conv, err := r.admitted(ctx, msg.ConversationID); conv != nil || err != nil {
			return conv, err
		}
	}
	return nil, nil
}

// conversation is nil where there is none such.
func (s *Service) conversation(ctx context.Context, id string) (*Conversation, error) {
	list, err := s.config.Store.Conversations(ctx, ConversationQuery{ID: id, Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("email: conversation: %w", err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return &list[0], nil
}
