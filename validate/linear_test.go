package validate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/validate"
)

// TestCheckIsLinear wants of hostile texts far less time than quadratic work would take, even on a busy machine.
func TestCheckIsLinear(t *testing.T) {
	const octets = 1 << 19
	for _, unit := range []string{
		"a.b", "a.", "a@", "a/", "//", "://", "http://a.", "https://a/?", "%41", "%A_", "{{", "{%", "*|", "{{a}}", "{% if a %}", "&#47", "&", "#{",
		"<", "</", "<a ", "<a b=", "<a href='", "<p>", "<a href=x>", "<!--", "--", "<svg>", "<style>", "<noscript>", "<select>", "\xff", "\x80", "ы", "\u00ad",
		"Hello, ", "Привет,\n", "url(", "/*", "\\65 ", "srcset='a,", "on", "javascript:", "data:", "<iframe srcdoc='", "\"", "'a' ~ ", "\n", "\r",
	} {
		for _, opening := range []string{"", "<a href='", "{{ '", "<svg><style>"} {
			text := opening + strings.Repeat(unit, octets/len(unit)) + "text/html"
			start := time.Now()
			checkAll(t, validate.Options{}, validate.StageSend, validate.Content{HTML: text, Bulk: true})
			checkAll(t, validate.Options{}, validate.StageSend, validate.Content{Text: text, Twig: true})
			assert.Less(t, time.Since(start), 3*time.Second, "%q behind %q", unit, opening)
		}
	}
}
