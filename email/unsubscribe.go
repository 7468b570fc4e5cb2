package email

import (
	"context"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/crmmail/crmmail/email/message"
)

// Unsubscribe is about the way out of mass mailings: List-Unsubscribe with One-Click (RFC 2369, RFC 8058), and the
// variable unsubscribe_url of templates. It needs Config.Secret and Config.Suppressions.
type Unsubscribe struct {
	// URL is where SuppressionService.UnsubscribeHandler is reached, with the token in it: as the query parameter token, or
	// where the pattern has {token}. It begins with https://, as mail services ask for. nil: there is no such link.
	URL func(token string) string
	// Mailbox is an address of ours that Receive gets mail for: who writes there by the link in the header has left.
	// Empty: none.
	Mailbox string
	// ListID names the mailings to mail programs and filters (List-Id, RFC 2919): a domain name of ours that nothing need
	// answer to, and that had better never change, such as news.shop.example. Empty: no such field.
	ListID string
}

// offered tells that mass mailings say how to leave them.
func (u Unsubscribe) offered() bool { return u.URL != nil || u.Mailbox != "" }

func (u Unsubscribe) check() error {
	if u.URL != nil {
		link := u.URL("token")
		sample, err := url.Parse(link)
		if err != nil || sample.Scheme != "https" || sample.Host == "" || strings.ContainsFunc(link, notInURL) {
			return errors.New("email: Config.Unsubscribe.URL gives no https:// address")
		}
	}
	if u.Mailbox != "" && (Envelope{Recipients: []string{u.Mailbox}}).Validate() != nil {
		return errors.New("email: Config.Unsubscribe.Mailbox is no address")
	}
	if u.ListID != "" && (!u.offered() || !isListID(u.ListID)) {
		return errors.New("email: Config.Unsubscribe.ListID is no domain name, or there is no way out of the list")
	}
	return nil
}

// isListID tells a name of RFC 2919 §2 as mail programs know it: a host name with a dot.
func isListID(id string) bool {
	return strings.Contains(id, ".") && id[0] != '[' && !strings.ContainsFunc(id, notInURL) && // in ASCII
		(Envelope{Recipients: []string{"list@" + id}}).Validate() == nil
}

// notInURL are what would end the address in its angle brackets.
func notInURL(r rune) bool { return r <= ' ' || r == '<' || r == '>' || r > '~' }

// offerUnsubscribe makes the token of the first recipient: one letter has one link.
func (s *Service) offerUnsubscribe(_ context.Context, c *composition) error {
	offer := s.config.Unsubscribe
	if !offer.offered() || len(c.to) == 0 {
		return nil
	}
	token := s.config.unsubscribeToken(c.id, c.to[0].Address)
	if offer.URL != nil {
		c.unsubscribeURL = offer.URL(token)
	}
	if c.draft.Purpose == Bulk {
		c.fields = offer.fields(c.unsubscribeURL, token)
	}
	return nil
}

// fields are those of RFC 2369 §3.2, RFC 8058 §3.1 and RFC 2919 §3.
func (u Unsubscribe) fields(link, token string) []message.Field {
	var ways []string
	if link != "" {
		ways = append(ways, "<"+link+">")
	}
	if u.Mailbox != "" {
		ways = append(ways, "<mailto:"+url.PathEscape(AddressKey(u.Mailbox))+"?subject="+unsubscribeSubject+"%20"+token+">")
	}
	fields := []message.Field{{Name: oneClickField, Body: strings.Join(ways, ", ")}}
	if link != "" {
		fields = append(fields, message.Field{Name: oneClickField + "-Post", Body: oneClickField + "=" + oneClickValue})
	}
	if u.ListID != "" {
		fields = append(fields, message.Field{Name: "List-Id", Body: "<" + u.ListID + ">"})
	}
	return fields
}

// What a mail service posts to leave for its user (RFC 8058 §3.2); the page's own button posts the same.
const (
	oneClickField = "List-Unsubscribe"
	oneClickValue = "One-Click"
)

// A token is base64url of a version, a signature, and what is signed: the message's id, NUL, the address's key.
const (
	tokenVersion = 1
	tokenMAC     = 16      // octets of HMAC-SHA-256
	maxToken     = 1 << 10 // octets of a token
	tokenPurpose = "unsubscribe"
)

// unsubscribeToken names a recipient of a message, so that nothing needs to be kept for it, for as long as Secret stays.
func (c *Config) unsubscribeToken(messageID, addr string) string {
	signed := messageID + "\x00" + AddressKey(addr)
	token := append([]byte{tokenVersion}, c.unsubscribeMAC(signed)...)
	return base64.RawURLEncoding.EncodeToString(append(token, signed...))
}

func (c *Config) unsubscribeMAC(signed string) []byte {
	return c.mac(tokenPurpose, signed)[:tokenMAC]
}

// readUnsubscribeToken is the reverse of unsubscribeToken; false where the token is not ours.
func (c *Config) readUnsubscribeToken(token string) (messageID, key string, ok bool) {
	if len(c.Secret) == 0 || len(token) > maxToken {
		return "", "", false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) < 1+tokenMAC || raw[0] != tokenVersion {
		return "", "", false
	}
	signed := string(raw[1+tokenMAC:])
	if !hmac.Equal(raw[1:1+tokenMAC], c.unsubscribeMAC(signed)) {
		return "", "", false
	}
	return strings.Cut(signed, "\x00")
}

// Unsubscribe takes the token out of a letter's link and keeps its recipient out of mass mailings. It is for a page of
// the host's own; UnsubscribeHandler has one. It must follow a POST, since programs open every link of a letter. It can be
// repeated. A token that is not ours is a *RefusedError with CodeUnsubscribeInvalid.
func (s SuppressionService) Unsubscribe(ctx context.Context, token string) error {
	config := &s.service.config
	messageID, key, ok := config.readUnsubscribeToken(token)
	if !ok {
		return &RefusedError{Code: CodeUnsubscribeInvalid}
	}
	known, err := config.suppressed(ctx, []string{key})
	if err != nil {
		return err
	}
	for _, one := range known {
		if one.Reason == SuppressedUnsubscribe {
			return nil
		}
	}
	if err := config.suppress(ctx, Suppression{Address: key, Reason: SuppressedUnsubscribe, MessageID: messageID}); err != nil {
		return err
	}
	return s.service.noteUnsubscribed(ctx, messageID)
}

// noteUnsubscribed adds to the time line of the message that was unsubscribed from, where it is still kept and at rest.
func (s *Service) noteUnsubscribed(ctx context.Context, messageID string) error {
	msg, err := s.config.Store.Message(ctx, messageID)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("email: unsubscribe: %w", err)
	}
	return s.note(ctx, msg, Event{At: s.config.Now(), Kind: EventUnsubscribed})
}

// note adds to the time line of a message that has gone out; one that is on its way again stays as it is.
func (s *Service) note(ctx context.Context, msg Message, event Event) error {
	if !wentOut(msg) {
		return nil
	}
	err := s.config.Store.Transition(ctx, Transition{MessageID: msg.ID, From: msg.State, To: msg.State, At: event.At,
		Attempt: &msg.Attempts, Event: &event})
	if err == nil || errors.Is(err, ErrConflict) {
		return nil
	}
	return fmt.Errorf("email: %s: %w", event.Kind, err)
}
