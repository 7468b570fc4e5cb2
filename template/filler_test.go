package template_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
)

// padding is what withoutFiller takes out, by another implementation.
var padding = regexp.MustCompile(`(?i)(?:(?:` +
	`(?:\x{2007}|&#0*8199;?|&#x0*2007;?|&numsp;)[ \t\r\n]*(?:\x{034F}|&#0*847;?|&#x0*34F;?)|` +
	`(?:\x{00AD}|&#0*173;?|&#x0*AD;?|&shy;?)|` +
	`(?:\x{200C}|&#0*8204;?|&#x0*200C;?|&zwnj;)[ \t\r\n]*(?:\x{00A0}|&#0*160;?|&#x0*A0;?|&nbsp;?)` +
	`)[ \t\r\n]*){10,}`)

// pieces are what padding consists of, and what stands around it.
var pieces = []string{
	"\u2007\u034F", "&#8199;&#847;", "&#x2007 &#x34F;", "&numsp;\n&#0847;", "\u00AD", "&shy;", "&SHY ", "&#173;", "&#XAD;", "\u200C\u00A0", "&zwnj;&nbsp;", "&#8204;&#160;", "&#x200c;&#xa0;",
	"\u2007", "\u034F", "\u200C", "\u00A0", "&nbsp;", "&zwnj", "&numsp", "&amp;", "&#", "&#x", "&", ";", " ", "\t\r\n", "a", "ы", "<", "\u200B", "\xE2\x80", "\xC2", "\xFF",
}

func TestFillerAsAnother(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	taken := 0
	for range 20_000 {
		var text strings.Builder
		for range 1 + random.IntN(4) {
			piece := pieces[random.IntN(len(pieces))]
			text.WriteString(strings.Repeat(piece, 1+random.IntN(14)))
		}
		want := padding.ReplaceAllString(text.String(), "")
		require.Equal(t, want, template.WithoutFiller(text.String()), "%q", text.String())
		if want != text.String() {
			taken++
		}
	}
	assert.Greater(t, taken, 2000)
}
