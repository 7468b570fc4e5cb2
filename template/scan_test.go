package template_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xhtml "golang.org/x/net/html"

	"github.com/crmmail/crmmail/template"
)

// netTokens is template.Tokens by another implementation.
func netTokens(doc string) []template.Token {
	kinds := map[xhtml.TokenType]string{
		xhtml.ErrorToken: "end", xhtml.TextToken: "text", xhtml.StartTagToken: "start", xhtml.SelfClosingTagToken: "self-closing",
		xhtml.EndTagToken: "end tag", xhtml.CommentToken: "comment", xhtml.DoctypeToken: "doctype",
	}
	var tokens []template.Token
	for z := xhtml.NewTokenizer(strings.NewReader(doc)); ; {
		kind := z.Next()
		t := template.Token{Kind: kinds[kind], Raw: string(z.Raw())}
		switch kind {
		case xhtml.ErrorToken:
			return append(tokens, t)
		case xhtml.TextToken:
			t.Text = string(z.Text())
		case xhtml.StartTagToken, xhtml.SelfClosingTagToken, xhtml.EndTagToken:
			name, more := z.TagName()
			for t.Name = string(name); more; {
				var key, value []byte
				key, value, more = z.TagAttr()
				t.Attrs = append(t.Attrs, [2]string{string(key), string(value)})
			}
		}
		tokens = append(tokens, t)
	}
}

// tricky are documents on which scanners differ.
var tricky = []string{
	"", "a<", "a</", "</", "<>", "</>a", "< p>", "<!", "<!>", "<!x", "<?php ?>a", "</ p>a", "<![CDATA[a>b]]>", "<p", "<p ", "<p a", "<p a=", `<p a="`,
	"<!DOCTYPE html>", "<!doctype", "<!DocTypeX>", "<!DOCTYP>", "<!-->a", "<!--->a", "<!---->a", "<!--a--!>b", "<!--a---!>b", "<!--a--!-->b", "<!-- -- >a-->b", "<!--a--", "<!---!>a-->",
	"<P A=1 a=2 B>", "<p/a/b=/ c>", "<p a=/>", "<p a=x/ a=x/>", "<p b=1 a=x/ a=y/>", "<p a/>", "<p a= />", "<p =a==b>", "<p a = 'b\"'c>", "<p/ =x>", "<a\x00B c\x00='\x00\r\n\r'>", "<ſ claſs=a>",
	"<title>&amp;<b>\x00</title>a", "<TEXTAREA>&lt;\r\n</TextArea >", "<style>&amp;</styl</style/>a", "<xmp></xmp>", "<plaintext></plaintext>", "<iframe/>a</iframe>", "<noscript><p></noscript", "<title>a",
	"<script><!--<script></script>--></script>a", "<script><!--<script>a</script>b</script>c", "<script><!-- < <script></script></script>", "<script><!--><script></script>a", "<script><!--<scriptx></script>a", "<script><!--<script>--></script>a", "<script></scriptx></SCRIPT>a",
	"&amp;&amp&AMP&am;&;&&#;&#x;&#1&#12;&#x41;&#X41 &#128;&#150&#0;&#xD800;&#x110000;&#99999999999999999999;&#4294967361;", "&notit;&notin;&copy=1&copyx&fjlig;&semi;&nLt;&nGt;&ngE;&NotEqualTilde;&CounterClockwiseContourIntegral;",
	`<a href="?a=1&copy=2&copy;=3&copyx&copy&notit;&notin;&notin&fjlig;&semi;&gtdot;&gtdot&nLt;&amp=&amp&#65=&#x41;&#1">`, "a\r\rb\r\nc\n\r", "&#xD\r", "<pre>\x00</pre>", "\xff<p\xff \xff=\xff>&\xff;",
}

// sameTokens compares all of a document with its line breaks unified, and of the document as it is all but texts and values,
// in which the scanner leaves line breaks as they are.
func sameTokens(t testing.TB, doc string) {
	unified := newlines.Replace(doc)
	require.Equal(t, netTokens(unified), template.Tokens(unified), "%q", doc)
	require.Equal(t, bare(netTokens(doc)), bare(template.Tokens(doc)), "%q", doc)
}

func bare(tokens []template.Token) []template.Token {
	for i := range tokens {
		tokens[i].Text = ""
		for k := range tokens[i].Attrs {
			tokens[i].Attrs[k][1] = ""
		}
	}
	return tokens
}

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

func TestScannerReadsAsAnother(t *testing.T) {
	for _, doc := range append(tricky, mail) {
		sameTokens(t, doc)
	}
}

func FuzzScanner(f *testing.F) {
	for _, doc := range tricky {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		sameTokens(t, doc)
	})
}

func TestScannerIsLinear(t *testing.T) {
	for _, unit := range []string{"<", "<!--", "&", "<a b=\"", "a=/ "} {
		assertLinear(t, strings.Repeat(unit, 1<<20/len(unit)))
	}
	for _, unit := range []string{
		"<!", "<!---", "--!", "&#", "&#x", "&a", "</", "<a b='x", "<a ", "<a b=/", "a=/ ", "\x00\r", "]]>",
		"<title>", "<title></titl", "<script><!--", "<script><!--<script", "<plaintext>", "<a href='&notit;", "<a href='&copy=1'>",
	} {
		for _, opening := range []string{"", "<p a='", "<p ", "<script><!--", "<title>", "<!--"} {
			assertLinear(t, opening+strings.Repeat(unit, 1<<15/len(unit)))
		}
	}
}

// assertLinear wants of a hostile document far less time than quadratic work would take, even on a busy machine.
func assertLinear(t *testing.T, doc string) {
	start := time.Now()
	template.TextFromHTML(doc)
	template.InsertPreheader(doc, "A")
	template.StripPreheader(doc + "crm-preheader")
	template.Preheader(doc + "crm-preheader")
	assert.Less(t, time.Since(start), 20*time.Second, "%.20q…", doc)
}
