package email

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
)

// messageID makes the Message-ID of an outgoing message: crm.CONVERSATION.MESSAGE.SIGNATURE@DOMAIN, the domain being
// that of the return path, in its ASCII form. The signature is keyed, so that an answer's references can be trusted to name our own message even
// where its row is gone.
func (c *Config) messageID(conversationID, messageID, from string) string {
	domain := from[strings.LastIndexByte(from, '@')+1:]
	return fmt.Sprintf("crm.%s.%s.%s@%s", conversationID, messageID, c.sign(conversationID, messageID), domain)
}

// sign gives 64 bits of HMAC-SHA-256 over tenant and ids, or of randomness where there is no secret.
func (c *Config) sign(ids ...string) string {
	signature := make([]byte, 8)
	if len(c.Secret) == 0 {
		if _, err := io.ReadFull(c.Rand, signature); err != nil {
			panic("email: Config.Rand failed: " + err.Error())
		}
	} else {
		mac := hmac.New(sha256.New, c.Secret)
		io.WriteString(mac, c.Tenant+"\x00"+strings.Join(ids, "\x00"))
		copy(signature, mac.Sum(nil))
	}
	return idAlphabet.EncodeToString(signature)
}
