package email

import (
	"context"
	"fmt"
	"strings"
)

// redact is the text of an error for a log: words that may be an address are left out.
func redact(err error) string {
	words := strings.Fields(err.Error())
	for i, word := range words {
		if strings.Contains(word, "@") {
			words[i] = "…"
		}
	}
	return strings.Join(words, " ")
}

// survive keeps a panic of a host's part from ending the process; its value, which may say anything, is not logged.
func (c *Config) survive(ctx context.Context) {
	if p := recover(); p != nil {
		c.Logger.ErrorContext(ctx, "panic", "tenant", c.Tenant, "panic", fmt.Sprintf("%T", p))
	}
}
