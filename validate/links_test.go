package validate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

func TestShortLinks(t *testing.T) {
	for _, tt := range []struct {
		name, html string
		host       string // "" for none
	}{
		{"href", `<a href="https://clck.ru/3AbC">x</a>`, "clck.ru"},
		{"upper case", `<A HREF="HTTPS://CLCK.RU/3AbC">x</A>`, "clck.ru"},
		{"subdomain", `<a href="http://shop.page.link/a">x</a>`, "page.link"},
		{"trailing dot and port", `<a href="https://vk.cc.:8443/a">x</a>`, "vk.cc"},
		{"userinfo", `<a href="https://a.example@vk.cc/a">x</a>`, "vk.cc"},
		{"userinfo with an at", `<a href="https://a@b@vk.cc/a">x</a>`, "vk.cc"},
		{"host only in userinfo", `<a href="https://vk.cc@a.example/a">x</a>`, ""},
		{"host only in userinfo, escaped at", `<a href="https://vk.cc%40a.example/a">x</a>`, ""},
		{"backslashes", `<a href="https:\\vk.cc\a">x</a>`, "vk.cc"},
		{"many slashes", `<a href="https://///vk.cc/a">x</a>`, "vk.cc"},
		{"no slashes", `<a href="https:vk.cc/a">x</a>`, "vk.cc"},
		{"protocol relative", `<a href="//vk.cc/a">x</a>`, "vk.cc"},
		{"line break inside", "<a href='https://v\nk.cc/a'>x</a>", "vk.cc"},
		{"references", `<a href="https&colon;&sol;&sol;vk&period;cc/a">x</a>`, "vk.cc"},
		{"percent-encoded", `<a href="https://%76k%2Ecc/a">x</a>`, "vk.cc"},
		{"full width", `<a href="https://ｖｋ．ｃｃ/a">x</a>`, "vk.cc"},
		{"ideographic dot", `<a href="https://vk。cc/a">x</a>`, "vk.cc"},
		{"soft hyphen and zero width", "<a href='https://v\u00adk\u200b.cc/a'>x</a>", "vk.cc"},
		{"emoji host", `<a href="https://🍕.to/x">x</a>`, ""},
		{"homograph", `<a href="https://vк.cc/a">x</a>`, ""},
		{"no path", `<a href="https://vk.cc">x</a>`, ""},
		{"front page", `<a href="https://vk.cc/?utm=a">x</a>`, ""},
		{"own pages of a shortener", `<a href="https://bitly.com/pages/plans">x</a>`, ""},
		{"own application of a shortener", `<a href="https://tinyurl.com/app/dev">x</a><a href="https://tinyurl.com/app?x">x</a>`, ""},
		{"not UTF-8 in the host", "<a href='https://v%ff.cc/a'>x</a>", ""},
		{"bad escape in the host", "<a href='https://vk.cc%zz/a'>x</a>", ""},
		{"IPv6", "<a href='https://[::1]/a'>x</a>", ""},
		{"longer host", `<a href="https://notvk.cc/a">x</a>`, ""},
		{"host as a subdomain", `<a href="https://vk.cc.a.example/a">x</a>`, ""},
		{"in the path", `<a href="https://a.example/vk.cc/a">x</a>`, ""},
		{"in the query", `<a href="https://a.example/?u=https://vk.cc/a">x</a>`, ""},
		{"relative", `<a href="vk.cc/a">x</a>`, ""},
		{"mailto", `<a href="mailto:a@vk.cc?subject=x/y">x</a>`, ""},
		{"first of two", `<a href="https://a.example/" href="https://vk.cc/a">x</a>`, ""},
		{"deep link", `<a href="https://t.me/shop">x</a><a href="https://wa.me/79990000000">x</a>`, ""},
		{"src", `<img src="https://is.gd/a">`, "is.gd"},
		{"srcset", `<img srcset="https://a.example/1.png 1x,https://is.gd/a 2x">`, "is.gd"},
		{"srcset without spaces", `<img srcset="a.png,https://is.gd/a">`, ""},
		{"srcset without descriptors", `<img srcset="a.png, https://is.gd/a,">`, "is.gd"},
		{"background", `<td background="https://is.gd/a">`, "is.gd"},
		{"form", `<form action="https://is.gd/a">`, "is.gd"},
		{"base", `<base href="https://is.gd/"><a href="a">x</a>`, "is.gd"},
		{"refresh", `<meta name="refresh" content="0;url=https://is.gd/a">`, ""},
		{"button", `<input type="button" value="is.gd/a">`, "is.gd"},
		{"xmp", `<xmp>is.gd/a</xmp>`, "is.gd"},
		{"VML", `<!--[if gte mso 9]><v:rect><v:fill src="https://is.gd/a"/></v:rect><![endif]-->`, "is.gd"},
		{"comment", `<!-- https://is.gd/a -->`, ""},
		{"style attribute", `<p style="background:url('https://is.gd/a')">`, "is.gd"},
		{"style attribute, references", `<p style="background:url(&quot;https://is.gd/a&quot;)">`, "is.gd"},
		{"style element", `<style>p{background:URL( https://is.gd/a )}</style>`, "is.gd"},
		{"import", `<style>@import 'https://is.gd/a';</style>`, "is.gd"},
		{"CSS escape", `<style>p{background:url(https://i\73.gd/a)}</style>`, "is.gd"},
		{"CSS comment", `<style>/* url(https://is.gd/a) */</style>`, ""},
		{"script", `<p data-x="https://is.gd/a">`, ""},
		{"visible", `<p>Заказ: https://goo.su/AbC.</p>`, "goo.su"},
		{"visible, no scheme", `<p>Заказ:&nbsp;goo.su/AbC</p>`, "goo.su"},
		{"visible, references", `<p>goo&#46;su&#47;AbC</p>`, "goo.su"},
		{"visible, quoted", `<p>(«goo.su/AbC»)</p>`, "goo.su"},
		{"visible after emoji", `<p>👉goo.su/AbC</p>`, "goo.su"},
		{"visible after a colon", `<p>ссылка:goo.su/AbC</p>`, "goo.su"},
		{"visible, zero width", "<p>goo\u200b.su/AbC</p>", "goo.su"},
		{"visible in a list", `<p>-goo.su/AbC</p>`, "goo.su"},
		{"visible after a full stop", `<p>Готово.https://goo.su/AbC</p>`, "goo.su"},
		{"visible in a bare query", `<p>example.com?u=https://goo.su/x</p>`, ""},
		{"visible after a comma", `<p>a.example,goo.su/x</p>`, "goo.su"},
		{"visible, named", `<p>url=https://goo.su/x</p>`, "goo.su"},
		{"visible, protocol relative", `<p>//goo.su/x</p>`, "goo.su"},
		{"visible, other scheme", `<p>ftp://goo.su/x</p>`, ""},
		{"visible, glued", `<p>сайтgoo.su/AbC</p>`, ""},
		{"visible, address", `<p>goo.su/me@goo.su и info@goo.su</p>`, "goo.su"},
		{"visible, e-mail", `<p>info@goo.su/x</p>`, ""},
		{"visible, in a path", `<p>example.com/goo.su/x и example.com?u=goo.su/x</p>`, ""},
		{"visible, defanged", `<p>goo[.]su/x hxxps://goo.su/x</p>`, ""},
		{"visible, end of sentence", `<p>Сервис goo.su/. И ещё</p>`, ""},
		{"textarea", `<textarea>https://goo.su/x</textarea>`, "goo.su"},
		{"alt", `<img alt="goo.su/x">`, "goo.su"},
		{"fraction", `<p>1/2, и/или, 24/7, 10.12/13.12</p>`, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := check(t, validate.StageSend, validate.Content{HTML: tt.html})
			if tt.host == "" {
				assert.Empty(t, r.Findings)
				return
			}
			require.Len(t, r.Findings, 1)
			assert.Equal(t, "link.short", r.Findings[0].Code)
			assert.Equal(t, tt.host, r.Findings[0].Host)
			assert.False(t, r.Blocked())
		})
	}
}

func TestRangesOfVisibleLinks(t *testing.T) {
	html := `<p>Код&colon; goo&#46;su/AbC, дальше</p>`
	r := check(t, validate.StageSend, validate.Content{HTML: html})
	require.Len(t, r.Findings, 1)
	assert.Equal(t, "goo&#46;su/AbC,", html[r.Findings[0].Start:r.Findings[0].End])
}

func TestPlainTextLinks(t *testing.T) {
	for text, host := range map[string]string{
		"<https://vk.cc/abc>":          "vk.cc",
		"see <b>vk.cc/abc</b>":         "vk.cc",
		"vk.cc/abc":                    "vk.cc",
		"a &lt;vk&period;cc/abc":       "",
		"https://example.com/vk.cc/ab": "",
		"https:\\\\vk.cc/abc":          "",
		"VK.CC/abc":                    "vk.cc",
	} {
		r := check(t, validate.StageSend, validate.Content{Text: text})
		if host == "" {
			assert.Empty(t, r.Findings, text)
			continue
		}
		require.Len(t, r.Findings, 1, text)
		assert.Equal(t, host, r.Findings[0].Host)
	}
}

func TestBrandedHosts(t *testing.T) {
	for _, url := range []string{"https://youtu.be/a", "https://lnkd.in/a", "https://goo.gl/maps/a", "https://aka.ms/a"} {
		r := check(t, validate.StageSend, validate.Content{Text: url})
		assert.Equal(t, []string{"link.branded"}, codes(r), url)
	}
	assert.Equal(t, []string{"link.short"}, codes(check(t, validate.StageSend, validate.Content{Text: "https://goo.gl/AbC"})))
}

func TestOwnHosts(t *testing.T) {
	opts := validate.Options{
		AllowHosts: []string{"go.Shop.example", "BIT.LY.", "a.extra.example"},
		ExtraHosts: []string{"extra.example", "кз.рф", "bit.ly"},
	}
	for text, want := range map[string]string{
		"https://bit.ly/a":             "",
		"https://go.shop.example/a":    "",
		"https://extra.example/a":      "extra.example",
		"https://x.extra.example/a":    "extra.example",
		"https://x.a.extra.example/a":  "",
		"https://кз.рф/a":              "xn--g1af.xn--p1ai",
		"https://extra.example":        "",
		"https://vk.cc/a":              "vk.cc",
		"https://notextra.example/abc": "",
	} {
		r := checkWith(t, opts, validate.StageSend, validate.Content{Text: text})
		if want == "" {
			assert.Empty(t, r.Findings, text)
			continue
		}
		require.Len(t, r.Findings, 1, text)
		assert.Equal(t, want, r.Findings[0].Host, text)
	}
}

func TestHostTable(t *testing.T) {
	seen := map[string]bool{}
	for _, tier := range validate.ListedHosts() {
		for _, host := range tier {
			canonical, ok := validate.CanonicalHost(host)
			assert.True(t, ok && canonical == host, "%s is not canonical", host)
			assert.False(t, seen[host], "%s stands twice", host)
			seen[host] = true
		}
	}
	for _, host := range []string{
		"t.me", "wa.me", "vk.me", "ok.me", "vk.com", "taplink.cc", "github.com", "doi.org", "twitter.com", "x.com", "e.mail.ru",
		"mail.ru", "bitrix24.ru", "sendgrid.net", "list-manage.com", "discord.gg", "google.com", "yandex.ru", "unisender.com",
	} {
		assert.False(t, seen[host], "%s is no shortener", host)
	}
}

func TestCanonicalHost(t *testing.T) {
	for given, want := range map[string]string{
		"Example.COM":     "example.com",
		"example.com.":    "example.com",
		"президент.рф":    "xn--d1abbgf6aiiy.xn--p1ai",
		"XN--P1AI.рф":     "xn--p1ai.xn--p1ai",
		"faß.de":          "xn--fa-hia.de",
		"a%2Eb.example":   "a.b.example",
		"ｅｘａｍｐｌｅ．ｃｏｍ":     "example.com",
		"my_shop.example": "my_shop.example",
		"":                "", ".": "", "a": "", "a..b": "", ".a.b": "", "a b.c": "", "a/b.c": "", "a%00.b": "",
	} {
		host, ok := validate.CanonicalHost(given)
		assert.Equal(t, want != "", ok, given)
		if ok {
			assert.Equal(t, want, host, given)
		}
	}
}
