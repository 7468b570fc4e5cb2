package email

import (
	"crypto/hmac"
	"net/mail"
	"strings"
)

// replyAddress is where answers to a conversation go: the configured mailbox with a signed tag, reply+CONVERSATION.SIGNATURE@….
// It is the zero Address where there is no mailbox or no secret.
func (c *Config) replyAddress(conversationID string) mail.Address {
	local, domain, ok := strings.Cut(c.ReplyTo.Address, "@")
	if !ok || len(c.Secret) == 0 {
		return mail.Address{}
	}
	tag := conversationID + "." + c.sign("reply", conversationID)
	return mail.Address{Name: c.ReplyTo.Name, Address: local + "+" + tag + "@" + domain}
}

// conversationOfAddress is the conversation that a reply address of ours names; false where the address is none, or its
// signature is not ours.
func (c *Config) conversationOfAddress(addr string) (string, bool) {
	at := strings.LastIndexByte(addr, '@')
	if at < 0 || len(c.Secret) == 0 {
		return "", false
	}
	_, tag, ok := strings.Cut(addr[:at], "+")
	if !ok {
		return "", false
	}
	return c.verified(tag, "reply")
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

// verified splits ID.SIGNATURE. Mail servers may change the case of a local part; ids are tried in lower case, too.
func (c *Config) verified(tag, purpose string) (string, bool) {
	cut := strings.LastIndexByte(tag, '.')
	if cut < 0 {
		return "", false
	}
	signature := []byte(strings.ToLower(tag[cut+1:]))
	for _, id := range []string{tag[:cut], strings.ToLower(tag[:cut])} {
		if hmac.Equal([]byte(c.sign(purpose, id)), signature) {
			return id, true
		}
	}
	return "", false
}
