package email

import (
	"cmp"
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// messageID makes the Message-ID of an outgoing message: crm.CONVERSATION.MESSAGE.SIGNATURE@DOMAIN, the domain being
// that of the return path, in its ASCII form. The signature is keyed, so that an answer's references can be trusted to name
// our own message even where its row is gone.
func (c *Config) messageID(conversationID, messageID, from string) string {
	domain := from[strings.LastIndexByte(from, '@')+1:]
	return fmt.Sprintf("crm.%s.%s.%s@%s", conversationID, messageID, c.sign(conversationID, messageID), domain)
}

// envelopeID is what reports name a message by whatever a provider makes of its Message-ID: its id, and the signature of
// the Message-ID, so that nobody can guess it who has not seen the letter. It is empty where the Message-ID is not ours.
func envelopeID(msg Message) string {
	local, _, _ := strings.Cut(msg.MessageID, "@")
	signature := local[strings.LastIndexByte(local, '.')+1:]
	if msg.ID == "" || !strings.HasSuffix(local, "."+msg.ID+"."+signature) {
		return ""
	}
	return msg.ID + "." + signature
}

// conversationOfMessageID is the conversation that a Message-ID of ours names, whether or not its message is still kept.
func (c *Config) conversationOfMessageID(id string) (string, bool) {
	local, _, _ := strings.Cut(id, "@")
	local, ok := strings.CutPrefix(local, "crm.")
	if !ok || len(c.Secret) == 0 {
		return "", false
	}
	parts := strings.Split(local, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(c.sign(parts[0], parts[1])), []byte(strings.ToLower(parts[2]))) {
		return "", false
	}
	return parts[0], true
}

// maxKnown bounds how many messages are looked at that bear one Message-ID.
const maxKnown = 20

// messagesByID finds the messages that bear one of the ids, our own first: anybody can write a message with the id of
// another. An id that a provider gave counts only where it cannot be guessed; queue ids of mail servers are short, and
// used again.
func (s *Service) messagesByID(ctx context.Context, ids ...string) ([]Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.config.Store.Messages(ctx, MessageQuery{MessageIDs: ids, Limit: maxKnown})
	if err != nil {
		return nil, fmt.Errorf("email: receive: %w", err)
	}
	list = slices.DeleteFunc(list, func(msg Message) bool {
		return !slices.Contains(ids, msg.MessageID) && len(msg.ProviderID) < guessable && !strings.Contains(msg.ProviderID, "@")
	})
	slices.SortStableFunc(list, func(a, b Message) int { return cmp.Compare(b.Direction, a.Direction) }) // outgoing, incoming
	return list, nil
}

// guessable is how long an id is at least that nobody can guess.
const guessable = 20

// messageByEnvelopeID finds the message that bears an id of its envelope; nil: none.
func (s *Service) messageByEnvelopeID(ctx context.Context, id string) (*Message, error) {
	cut := strings.LastIndexByte(id, '.')
	if cut < 0 || len(id) > maxEnvelopeID {
		return nil, nil
	}
	msg, err := s.config.Store.Message(ctx, id[:cut])
	if errors.Is(err, ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("email: receive: %w", err)
	}
	if !hmac.Equal([]byte(envelopeID(msg)), []byte(id)) {
		return nil, nil
	}
	return &msg, nil
}

// maxEnvelopeID is of RFC 3461 §4.4, in octets.
const maxEnvelopeID = 100
