package cidlink_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/email/internal/cidlink"
)

// The property: a tokenizer reads the same elements in the result, in the same order, whatever a link is led to.
func FuzzLead(f *testing.F) {
	for _, seed := range []string{
		`<img src="cid:a@b"><p>`, `<img src=cid:%00><script>"cid:"</script>`, `<a href='cid:"><script>x</script>'>`, "<IMG SRC=\"CID:x\" \x00=", `<title><img src="cid:x"></title>`,
		`<svg><style><img src="cid:1"></style></svg>`, `<textarea><img src=cid:1></textarea>`, `<plaintext><img src=cid:1>`,
	} {
		f.Add(seed, `x"><script>`)
	}
	f.Fuzz(func(t *testing.T, doc, to string) {
		require.Equal(t, tags(doc), tags(cidlink.Lead(doc, func(string) string { return to })))
	})
}

func tags(doc string) (list []string) {
	z := html.NewTokenizer(strings.NewReader(doc))
	for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
		if kind != html.TextToken && kind != html.CommentToken && kind != html.DoctypeToken {
			name, _ := z.TagName()
			list = append(list, string(name))
		}
	}
	return list
}
