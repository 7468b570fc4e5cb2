package email

import (
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
