package cidlink_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/email/internal/cidlink"
)

func TestLead(t *testing.T) {
	for doc, want := range map[string]string{
		`<td style="background:url(cid:a)">`:               `<td style="background:url(/%28a)">`,
		`<td style="background: URL( 'CID:a' )">cid:a`:     `<td style="background: URL( &#39;/%28a&#39; )">cid:a`,
		`<style>b{background:url("cid:a")}</style>`:        `<style>b{background:url("/%28a")}</style>`,
		`<img srcset="cid:a 2x,x.png, cid:b">`:             `<img srcset="/%28a 2x,x.png,/%28b">`,
		`<!--[if mso]><v:fill src="cid:a"/><![endif]-->`:   `<!--[if mso]><v:fill src="/(a"/><![endif]-->`,
		`<!-- <img src="cid:a"> -->`:                       `<!-- <img src="cid:a"> -->`,
		`<a href="cid:a" title="cid:a"><p alt='cid:a'>`:    `<a href="cid:a" title="cid:a"><p alt='cid:a'>`,
		`<img src="cid:a%40b">`:                            `<img src="/(a@b">`,
		`<p style="color:red">cid:a url(cid:a)<b class=x>`: `<p style="color:red">cid:a url(cid:a)<b class=x>`,
	} {
		require.Equal(t, want, cidlink.Lead(doc, func(id string) string { return "/(" + id }))
	}
}

// The property: a tokenizer reads the same elements in the result, in the same order, whatever a link is led to.
func FuzzLead(f *testing.F) {
	for _, seed := range []string{
		`<img src="cid:a@b"><p>`, `<img src=cid:%00><script>"cid:"</script>`, `<a href='cid:"><script>x</script>'>`, "<IMG SRC=\"CID:x\" \x00=", `<title><img src="cid:x"></title>`,
		`<svg><style><img src="cid:1"></style></svg>`, `<textarea><img src=cid:1></textarea>`, `<plaintext><img src=cid:1>`,
		`<p style="background:url('cid:1')"><style>a{background:url(cid:1)}</style><img srcset="cid:1 2x, cid:2">`,
		`<!--[if mso]><img src="cid:1"><![endif]--><!--[if><!--[if><![`,
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
