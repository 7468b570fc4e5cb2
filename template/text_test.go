package template_test

import (
	"os"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
)

func TestTextFromHTML(t *testing.T) {
	for name, c := range map[string]struct{ html, want string }{
		"empty":                  {"", ""},
		"plain":                  {"  Hello,\n\t world ", "Hello, world"},
		"entities":               {"A &amp; B &lt;C&gt; &laquo;D&raquo; &#8470;1 &quot;&#39;", "A & B <C> «D» №1 \"'"},
		"no-break space":         {"10&nbsp;000&nbsp;₽", "10 000 ₽"},
		"parted by padding":      {"&l" + strings.Repeat("&shy;", 10) + "t; &#8" + strings.Repeat("&zwnj;&nbsp;", 10) + "470;", "&lt; 470;"},
		"no references in XMP":   {"<xmp>" + strings.Repeat("&shy;", 10) + "</xmp>", strings.Repeat("&shy;", 10)},
		"soft hyphens":           {"сло&shy;во&#8203;", "слово"},
		"paragraphs":             {"<p style='x'>One</p>\n<p>Two</p>", "One\n\nTwo"},
		"breaks":                 {"One<br>Two<br/>Three<br><br><br><br>Four", "One\nTwo\nThree\n\nFour"},
		"stray end of a break":   {"One</br>Two", "One\nTwo"},
		"divisions":              {"<div>One</div><div><div>Two</div></div>Three", "One\nTwo\nThree"},
		"headings":               {"<h1>Sale</h1>Text<h2>More</h2>", "Sale\n\nText\n\nMore"},
		"inline elements":        {"<b>Bo</b>ld <i>and</i> <span>more</span>", "Bold and more"},
		"rule":                   {"One<hr>Two", "One\n\n----------\n\nTwo"},
		"table":                  {"<table><tr><th>Item<th>Price<tr><td>Chair</td><td>1 000 ₽</td></tr></table>After", "Item  Price\nChair  1 000 ₽\nAfter"},
		"nested tables":          {"<table><tr><td><table><tr><td>A</td><td>B</td></tr></table></td></tr><tr><td>C</td></tr></table>", "A  B\nC"},
		"empty cells":            {"<table><tr><td></td><td>&nbsp;</td><td>A</td></tr></table>", "A"},
		"list":                   {"Take:<ul><li>One</li><li>Two</ul>Then", "Take:\n\n- One\n- Two\n\nThen"},
		"numbered from three":    {`<ol start="3"><li>A<li>B</ol>`, "3. A\n4. B"},
		"number that is none":    {`<ol start="99999999999"><li>A</ol>`, "1. A"},
		"nested lists":           {"<ul><li>One<ol><li>A</li><li>B</li></ol></li><li>Two</li></ul>", "- One\n  1. A\n  2. B\n- Two"},
		"item of two paragraphs": {"<ul><li><p>One</p><p>More</p></li></ul>", "- One\n\n  More"},
		"item without a list":    {"<li>One", "- One"},
		"quote":                  {"Yes<blockquote>Will you?<br>Really?<p>B</p></blockquote>So", "Yes\n\n> Will you?\n> Really?\n>\n> B\n\nSo"},
		"nested quotes":          {"<blockquote>A<blockquote>B</blockquote></blockquote>", "> A\n>\n> > B"},
		"preformatted":           {"<pre>a\n  b   c\n</pre>d  e", "a\n  b   c\n\nd e"},

		"link":                  {`<a href="https://shop.ru/a?x=1&amp;y=2">Buy</a> now`, "Buy (https://shop.ru/a?x=1&y=2) now"},
		"link that says it":     {`<a href="https://shop.ru/">https://shop.ru</a>, <a href="https://www.shop.ru/">shop.ru</a>`, "https://shop.ru, shop.ru"},
		"link in a list":        {`<ul><li><a href="https://shop.ru">shop.ru</a></ul>`, "- shop.ru"},
		"link in a quote":       {`<blockquote><a href="https://shop.ru">shop.ru</a></blockquote>`, "> shop.ru"},
		"mail":                  {`<a href="mailto:a@shop.ru?subject=x">Write</a> <a href="mailto:a@shop.ru">a@shop.ru</a>`, "Write (a@shop.ru) a@shop.ru"},
		"telephone":             {`<a href="tel:+74951234567">+7 (495) 123-45-67</a> <a href="tel:112">Call</a>`, "+7 (495) 123-45-67 Call (112)"},
		"picture link":          {`<a href="https://shop.ru/b"><img src="x" alt="Buy it"></a>`, "Buy it (https://shop.ru/b)"},
		"picture without text":  {`<a href="https://shop.ru/b"><img src="x" alt=""></a>`, "https://shop.ru/b"},
		"picture between words": {`A<a href="https://shop.ru/b"><img src="x"></a>B`, "A https://shop.ru/b B"},
		"block in a link":       {`<a href="https://shop.ru/b"><div>One</div><div>Two</div></a>Three`, "One\nTwo (https://shop.ru/b)\nThree"},
		"no address":            {`<a name="x">A</a> <a href="">B</a> <a href="#top">C</a> <a href="/d">D</a>`, "A B C D"},
		"script as an address":  {`<a href="javascript:alert(1)">A</a> <a href=" JAVA	SCRIPT:x">B</a> <a href="data:text/html,x">C</a>`, "A B C"},
		"address on two lines":  {"<a href=\" https://shop.ru/\n  long \">A</a>", "A (https://shop.ru/%20%20long)"},
		"link never closed":     {`<a href="https://a.ru">A <a href="https://b.ru">B`, "A (https://a.ru) B (https://b.ru)"},
		"link ended by a cell":  {`<table><tr><td><a href="https://a.ru">A</td><td>B</td></tr></table>`, "A (https://a.ru)  B"},
		"picture":               {`<img alt="Logo &amp; Co" src=x>Text`, "Logo & CoText"},
		"address in a > quotes": {`<a title="a > b" href="https://a.ru/?a>b">A</a>`, "A (https://a.ru/?a>b)"},

		"head":             {"<html><head><title>T</title><style>p{}</style><meta charset=x></head><body>B</body></html>", "B"},
		"head not closed":  {"<head><title>T</title><p>B", "B"},
		"script":           {"A<script>if (a<b) '</p>'</script>B<noscript><p>x</p></noscript>", "AB"},
		"comments":         {"A<!-- <p>x</p> --><!--[if mso]><table><tr><td>x</td></tr></table><![endif]-->B<![if !mso]>C<![endif]>", "ABC"},
		"hidden":           {`A<div style="DISPLAY : none !important">x<div>y</div></div><span hidden>z</span>B`, "AB"},
		"hidden by size":   {`<div style="max-height:0px;overflow:hidden">x</div><p style="opacity:0.0">y</p><i style="visibility:hidden">z</i>A`, "A"},
		"not hidden":       {`<td style="font-size:0;mso-hide:all">A</td><p style="opacity:0.5;max-height:0">B</p><a style="mso-hide:all" href="https://a.ru">C</a>`, "A\n\nB\n\nC (https://a.ru)"},
		"hidden p ends":    {`<p style="display:none">x<p>A`, "A"},
		"hidden cell ends": {`<table><tr><td style="display:none">x<td>A</table>B`, "A\nB"},
		"hidden picture":   {`<img style="display:none" alt="x">A<div hidden><img alt="y"><br><a href="https://a.ru">z</a></div>`, "A"},
		"end tag across":   {`<div hidden><table><tr><td></div>x</td></tr></table></div>A`, "A"},
		"svg":              {`<svg><title>x</title><text>y</text><path/></svg>A`, "A"},
		"form":             {`<select><option>x</select><textarea>y</textarea><button>OK</button>`, "OK"},
		"padding of ours":  {"A" + strings.Repeat("&#8199;&#847;", 50) + strings.Repeat("&shy;", 50) + "B", "AB"},
		"padding of theirs": {
			"<p>A</p>" + strings.Repeat("&zwnj;&nbsp;", 60) + "<p>B</p>", "A\n\nB",
		},
		"preheader of ours": {`<div class="x_crm-preheader">x</div>A`, "A"},
		"direction marks":   {"A\u202Egnp.exe\u200F", "Agnp.exe"},
		"control":           {"A\x00\x07B", "AB"},
		"invalid UTF-8":     {"A\xffB", "A\uFFFDB"},
		"unknown element":   {"<o:p>A</o:p><x-y hidden>b</x-y>C", "AC"},
		"end tags alone":    {"</p></div>A</table></td>B</ul>C", "ABC"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, template.TextFromHTML(c.html))
		})
	}
}

func TestTextFromHTMLIsBounded(t *testing.T) {
	const n = 20000
	for name, unit := range map[string]string{
		"quotes": "<blockquote>", "lists": "<ul><li>", "links": `<a href="https://a.ru">`, "tables": "<table><tr><td>",
		"paragraphs": "<p>x", "end tags": "</div>", "hidden": "<div hidden>", "rows": "x<br>", "open": "<", "attributes": "<p a=1 ",
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Repeat(unit, n) + strings.Repeat("x<br>", n)
			assert.Less(t, len(template.TextFromHTML(doc)), 60*n+len(doc))
		})
	}
}

// TestTextOfNestedLinks: each of the links that are open is compared with the same long line, at no cost of its length.
func TestTextOfNestedLinks(t *testing.T) {
	line := strings.Repeat("x", 8<<20)
	began := time.Now()
	text := template.TextFromHTML(strings.Repeat("<a href=https://a.ru><table>", 256) + line)
	assert.Less(t, time.Since(began), 2*time.Second)
	assert.Equal(t, line+strings.Repeat(" (https://a.ru)", 256), text)
}

func FuzzTextFromHTML(f *testing.F) {
	for _, doc := range []string{"<p>A</p>", "<ul><li>A<ol><li>B", "<a href=https://a.ru>A", "<blockquote><pre> a\n b", "<table><tr><td>A<td hidden>B", mail} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		text := template.TextFromHTML(doc)
		require.True(t, utf8.ValidString(text))
		require.Equal(t, strings.TrimSpace(text), text)
		require.NotContains(t, text, "\n\n\n")
		for _, line := range strings.Split(text, "\n") {
			require.Equal(t, strings.TrimRightFunc(line, unicode.IsSpace), line, "no line ends with a space")
			require.False(t, strings.ContainsFunc(line, unicode.IsControl))
		}
	})
}

// mail is a letter as shops send it: 12 KB of tables, styles and links.
var mail = `<!DOCTYPE html><html lang="ru"><head><meta charset="utf-8"><title>Заказ</title><style>` +
	strings.Repeat(`@media (max-width:600px){.c{width:100%!important}} `, 40) + `</style></head>
<body bgcolor="#ffffff" style="margin:0"><!--[if mso]><table><tr><td width="600"><![endif]-->
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:20px 0">
<a href="https://shop.example/?utm_source=mail"><img src="https://cdn.shop.example/logo.png" width="120" alt="Магазин"></a></td></tr>
<tr><td><h1 style="font:24px Arial">Заказ №А-42 принят</h1><p>Здравствуйте, Анна! Мы получили ваш заказ и&nbsp;уже собираем&nbsp;его.</p>
<table width="600" class="c">` + strings.Repeat(`<tr><td style="padding:8px;border-bottom:1px solid #eeeeee"><a href="https://shop.example/p/1?utm_source=mail&amp;x=1" style="color:#0055aa;text-decoration:none">Товар «Модель» &amp; Co</a></td>
<td align="right" style="padding:8px">2</td><td align="right" style="padding:8px;white-space:nowrap">1&nbsp;234,50&nbsp;₽</td></tr>
`, 20) + `</table><p>Итого: <b>24&nbsp;690,00&nbsp;₽</b></p><ul><li>Доставка завтра</li><li>Оплата картой</li></ul></td></tr>
<tr><td style="font-size:12px;color:#999999"><a href="https://shop.example/unsubscribe">Отписаться</a></td></tr></table>
<!--[if mso]></td></tr></table><![endif]--></body></html>`

func BenchmarkTextFromHTML(b *testing.B) {
	for name, doc := range map[string]string{"shop": mail, "order": order(b)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				template.TextFromHTML(doc)
			}
		})
	}
}

// order is the letter of 3 KB that examples/compare measures.
func order(t testing.TB) string {
	doc, err := os.ReadFile("../examples/compare/inputs/order.html")
	require.NoError(t, err)
	return string(doc)
}
