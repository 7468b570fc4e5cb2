package lmtp_test

import (
	"context"
	"errors"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

// documentedReplies returns the table of the package comment: code to what the client says, or to what happens.
func documentedReplies(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	require.NoError(t, err)
	table := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^\t(\d{3} \d\.\d\.\d) +(.+)$`).FindAllStringSubmatch(file.Doc.Text(), -1) {
		table[line[1]] = line[2]
	}
	return table
}

// lookup is a Config.Mailboxes that gives an error, or panics where there is none to give.
func lookup(err error) func(context.Context, string) (string, error) {
	return func(context.Context, string) (string, error) {
		if err == nil {
			panic("host")
		}
		return "", err
	}
}

func TestEveryReplyIsDocumentedWithItsTrigger(t *testing.T) {
	const rcpt = "RCPT TO:<olga@crm.example>"
	special := map[string]struct {
		config lmtp.Config
		say    []string
	}{
		"421 4.3.0": {lmtp.Config{Mailboxes: lookup(nil)}, []string{rcpt}},
		"421 4.3.2": {lmtp.Config{MaxConns: 1}, nil},
		"421 4.4.2": {lmtp.Config{CommandTimeout: 100 * time.Millisecond}, nil},
		"421 4.7.0": {lmtp.Config{}, strings.Split(strings.Repeat("EXPN all|", 20), "|")[:20]},
		"451 4.3.0": {lmtp.Config{Mailboxes: lookup(errors.New("away"))}, []string{rcpt}},
		"452 4.3.1": {lmtp.Config{TempDir: "/nowhere/at/all"}, []string{rcpt, "DATA", strings.Repeat("x\r\n", 30_000) + "."}},
		"452 4.5.3": {lmtp.Config{MaxRecipients: 1}, []string{rcpt, rcpt}},
		"500 5.5.2": {lmtp.Config{}, []string{"NOOP " + strings.Repeat("x", 4096)}},
		"550 5.1.1": {lmtp.Config{Mailboxes: lookup(email.ErrNotFound)}, []string{rcpt}},
	}
	for code, trigger := range documentedReplies(t) {
		t.Run(code, func(t *testing.T) {
			c, ok := special[code]
			if !ok {
				c.say = []string{trigger}
			}
			c.config.Receiver = &box{}
			addr := start(t, c.config).addr
			client := dial(t, addr)
			client.ask("LHLO mx.example", "220 ")
			client.hear("250 ")
			if len(c.say) > 0 && !strings.HasPrefix(c.say[0], "MAIL") {
				client.ask("MAIL FROM:<olga@customer.example>", "250 2.1.0")
			}
			if c.config.MaxConns == 1 {
				client = dial(t, addr)
			}
			for _, line := range c.say {
				client.say("%s\r\n", line)
			}
			if !strings.HasPrefix(code, "421 ") {
				client.say("QUIT\r\n")
			}
			assert.Contains(t, replies(client), code)
		})
	}
}

// replies are the beginnings of what the client hears to the end.
func replies(c *talk) (codes []string) {
	for {
		line, err := c.r.ReadString('\n')
		if err != nil {
			return codes
		}
		codes = append(codes, line[:min(9, len(line))])
	}
}

// TestNoOtherReplies holds that the table is the whole: every refusal in the source is in it.
func TestNoOtherReplies(t *testing.T) {
	table := documentedReplies(t)
	for _, code := range sourceReplies(t) {
		assert.Contains(t, table, code)
	}
}

// sourceReplies are the refusals that the package's own files have.
func sourceReplies(t *testing.T) (codes []string) {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`"([45]\d\d \d\.\d\.\d)`).FindAllSubmatch(text, -1) {
			codes = append(codes, string(found[1]))
		}
	}
	require.NotEmpty(t, codes)
	return codes
}
