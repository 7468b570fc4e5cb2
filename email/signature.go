package email

import (
	"crypto/hmac"
	"crypto/sha256"
	"io"
	"strings"
)

// sign gives 64 bits of the mac of ids, or of randomness where there is no secret.
func (c *Config) sign(ids ...string) string {
	signature := make([]byte, 8)
	if len(c.Secret) > 0 {
		copy(signature, c.mac(ids...))
	} else if _, err := io.ReadFull(c.Rand, signature); err != nil {
		panic("email: Config.Rand failed: " + err.Error())
	}
	return idAlphabet.EncodeToString(signature)
}

// mac is HMAC-SHA-256 over the tenant and texts.
func (c *Config) mac(texts ...string) []byte {
	mac := hmac.New(sha256.New, c.Secret)
	io.WriteString(mac, c.Tenant+"\x00"+strings.Join(texts, "\x00"))
	return mac.Sum(nil)
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
