package validate_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

// activePayloads are found as one class and no other; each pair's twin differs in what makes the
// payload active and is not found at all.
var activePayloads = []struct {
	code, payload, twin string
}{
	{"active.script", `<script>go()</script>`, `&lt;script>go()</script>`},
	{"active.script", `<SCRIPT SRC=//a.example/x.js>`, `<SCRIPTS SRC=//a.example/x.js>`},
	{"active.script", `<svg><script href="x.js"/></svg>`, `<svg><desc>script</desc></svg>`},
	{"active.script", "<script\n\x0c>x", "< script>x"},
	{"active.script", `<p title='</p>'><script>`, `<p title='<script>'>`},
	{"active.script", `<!--[if gte mso 9]><script>go()</script><![endif]-->`, `<!-- [note] <script>go()</script> -->`},
	{"active.script", `<!--[if !mso]><!--><script>go()</script><!--<![endif]-->`, `<!--<script>go()</script>-->`},
	{"active.script", `<![if !mso]><script>go()</script><![endif]>`, `<![CDATA[<script>]]>`},
	{"active.script", `<noscript><script>go()</script></noscript>`, `<noscript><p>script</p></noscript>`},
	{"active.script", `<noscript><p title="</noscript><script>">`, `<noscript><p title="</noscript>">`},
	{"active.script", `<textarea></textarea><script>`, `<textarea><script></textarea>`},
	{"active.script", `<title>x</title ><script>`, `<title>x</titles><script></title>`},
	{"active.script", `<template><script>go()</script></template>`, `<template><b>go()</b></template>`},
	{"active.script", `<xmp></xmp><script>`, `<xmp><script></xmp>`},
	{"active.script", `</plaintext><script>`, `<plaintext><script>`},
	{"active.script", `</ x><script>`, `</ <script>`},
	{"active.script", `<!><script>`, `<! <script>`},
	{"active.script", `<!--a--><script>`, `<!--a--<script>-->`},
	{"active.script", `<!--->-><script>`, `<!-- -><script>-->`},
	{"active.script", `<!-- a --!><script>`, `<!-- a --! ><script>-->`},
	{"active.script", `<!--><script>`, `<!- -><!--<script>`},
	{"active.script", `<script type="application/ld+json">{}</script>`, `<code>application/ld+json</code>`},
	{"active.handler", `<img src=x onerror=go()>`, `<img src=x alt=onerror=go()>`},
	{"active.handler", `<svg/onload=go()>`, `<svg/onload=go()`},
	{"active.handler", `<a href="x"onclick="go()">x</a>`, `<a href="x onclick=go()">x</a>`},
	{"active.handler", `<div ONPOINTERRAWUPDATE=go()>`, `<div data-onpointerrawupdate=go()>`},
	{"active.handler", `<p onbrandnewevent="go()">x</p>`, `<p only="yes" on="tap:form.submit">x</p>`},
	{"active.handler", `<div seekSegmentTime="go()">`, `<div seek="go()">`},
	{"active.handler", `<svg><style><img src=x onerror=go()></style></svg>`, `<style><img src=x onerror=go()></style>`},
	{"active.handler", `<math><style><img src=x onerror=go()></style></math>`, `<style><img src=x onerror=go()></style><math>`},
	{"active.handler", `<svg><title><b onclick=go()></title></svg>`, `<title><b onclick=go()></title>`},
	{"active.handler", `<div title="a" title="b" onclick=1>`, `<div title="onclick=1">`},
	{"active.handler", "<body\tonload\n=\ngo()>", `</body onload=go()>`},
	{"active.javascript-url", `<a href="javascript:go()">x</a>`, `<a href="#javascript:go()">x</a>`},
	{"active.javascript-url", "<a href=' &#1;ja\tva\nscript:go()'>x</a>", "<a href='\u00a0javascript:go()'>x</a>"},
	{"active.javascript-url", `<a href="java&Tab;script&colon;go()">x</a>`, `<a href="javascript%3Ago()">x</a>`},
	{"active.javascript-url", `<a href=&#x6A;&#97vascript:go()>x</a>`, `<a href="java%0ascript:go()">x</a>`},
	{"active.javascript-url", `<form action="JavaScript:go()">`, `<form name="javascript:go()">`},
	{"active.javascript-url", `<button formaction="javascript:go()">`, `<button title="javascript:go()">`},
	{"active.javascript-url", `<img srcset="a.png 1x, javascript:go() 2x">`, `<img srcset="a.png 1x, b.png#javascript:go() 2x">`},
	{"active.javascript-url", `<td background="javascript:go()">`, `<td abbr="javascript:go()">`},
	{"active.javascript-url", `<math href="javascript:go()">`, `<math href="java:script">`},
	{"active.javascript-url", `<a href="view-source:javascript:go()">x</a>`, `<a href="view-source:https://a.example/">x</a>`},
	{"active.vbscript", `<a href="vbscript:MsgBox 1">x</a>`, `<a href="https://a.example/vbscript:MsgBox">x</a>`},
	{"active.vbscript", `<script language="VBScript">MsgBox 1</script>`, `<p>&lt;script language="VBScript"></p>`},
	{"active.applet", `<applet code="A.class">`, `<p>applet</p>`},
	{"active.frame", `<frameset cols="50%,*">`, `<p frameset>`},
	{"active.frame", `<p>x</p><frame src="https://a.example/">`, `<table frame="box">`},
	{"active.iframe", `<iframe src="https://a.example/"></iframe>`, `<p>iframe src="https://a.example/"</p>`},
	{"active.iframe", "<iframe/src=x>", "<iframe\x00 src=x>"},
	{"active.iframe", `<noscript><iframe src="https://a.example/"></noscript>`, `<!-- <noscript><iframe src="x"> -->`},
	{"active.iframe", `<!--[if mso]><iframe src=x></iframe><![endif]-->`, `<!--[if mso]><v:rect fill="t"></v:rect><![endif]-->`},
	{"active.object", `<embed src="a.swf">`, `<p class="embed">`},
	{"active.object", `<object data="a.pdf"></object>`, `<p>an object</p>`},
	{"active.css", `<p style="width:expression(go())">`, `<p style="content:'facial-expression (smile)'">`},
	{"active.css", `<p style="w:e\78 pression(go())">`, `<p style="content:'\201C'">`},
	{"active.css", `<p style="w:expr/**/ession(go())">`, `<p style="w:expr ession(go())">`},
	{"active.css", `<style>a{behavior:url(x.htc)}</style>`, `<style>v\:*{behavior:url(#default#VML)}</style>`},
	{"active.css", `<style>a{behavior : url(x.htc)}</style>`, `<style>a{scroll-behavior:smooth;overscroll-behavior:none}</style>`},
	{"active.css", `<style>a{-moz-binding:url(x.xml#y)}</style>`, `<style>/* -moz-binding: url(x) */a{}</style>`},
	{"active.css", `<p style="background:url(&#106;avascript:go())">`, `<p style="background:url(javascript.png)">`},
	{"active.css", `<style>@import "javascript:go()";</style>`, `<style>@import "javascript.css";</style>`},
	{"active.css", `<style>@\69mport 'data:,*%7b%7d';</style>`, `<style>a{background:url(data:image/png;base64,AA)}</style>`},
	{"active.css", `<style>a{b:"/*";width:expression(go());c:"*/"}</style>`, `<style>a{b:"x"}/* width:expression(go()) */</style>`},
	{"active.meta-refresh", `<meta http-equiv="refresh" content="0; url=https://a.example/">`, `<meta name="refresh" content="0; url=https://a.example/">`},
	{"active.other", `<a href="data:text/html,x">x</a>`, `<a href="data:text/plain,x">x</a>`},
	{"active.other", `<a href="data:image/svg+xml,x">x</a>`, `<img src="data:image/svg+xml,x">`},
	{"active.other", `<meta charset="utf-7">`, `<meta charset="iso-2022-jp">`},
	{"active.other", `<meta http-equiv="Content-Type" content="text/html; charset=x-mac-farsi">`, `<meta http-equiv="Content-Type" content="text/html; charset=utf-8">`},
	{"active.other", `<link rel="stylesheet import" href="a.html">`, `<link rel="important" href="a.css">`},
	{"active.other", `<bgsound src="a.mid">`, `<p bgsound>`},
	{"active.other", `<?xml-stylesheet href="data:,x"?>`, `<?xml-stylesheet href="a.css"?>`},
	{"active.other", `<span datasrc="#x" >`, `<span data-src="#x">`},
	{"active.other", `<xml id="x" src="a.xml"></xml>`, `<!--[if gte mso 9]><xml><o:OfficeDocumentSettings/></xml><![endif]-->`},
}

func TestActivePayloads(t *testing.T) {
	for _, tt := range activePayloads {
		t.Run(tt.code+" "+tt.payload, func(t *testing.T) {
			r := check(t, validate.StageSend, validate.Content{HTML: tt.payload})
			require.NotEmpty(t, r.Findings, "not found")
			for _, f := range r.Findings {
				assert.Equal(t, tt.code, f.Code)
			}
			assert.True(t, r.Blocked())
			for _, code := range codes(check(t, validate.StageSend, validate.Content{HTML: tt.twin})) {
				assert.NotContains(t, code, "active.", "twin %s", tt.twin)
			}
		})
	}
}

func TestSeveralClassesAtOnce(t *testing.T) {
	for _, tt := range []struct {
		html string
		want []string
	}{
		{`<object classid="&#99;lsid:d27cdb6e-ae6d-11cf-96b8-444553540000"></object>`, []string{"active.activex", "active.object"}},
		{`<script>new ActiveXObject("A")</script>`, []string{"active.script", "active.activex"}},
		{`<p onclick="new ActiveXObject('A')">`, []string{"active.activex", "active.handler"}},
		{`<div onclick="vbscript:MsgBox 1">`, []string{"active.handler", "active.vbscript"}},
		{`<iframe srcdoc="&lt;script>go()&lt;/script>"></iframe>`, []string{"active.iframe", "active.script"}},
		{`<iframe srcdoc="<iframe srcdoc='&lt;p onclick=go()>'>"></iframe>`, []string{"active.iframe", "active.handler", "active.iframe"}},
		{`<svg><a><animate attributeName="href" values="#;javascript:go()"/></a></svg>`, []string{"active.svg"}},
		{`<svg><set attributeName="onclick" to="go()"/></svg>`, []string{"active.svg"}},
		{`<svg><set attributeName="fill" to="red"/></svg>`, []string{}},
		{`<meta http-equiv=refresh content="0;url=javascript:go()">`, []string{"active.javascript-url", "active.meta-refresh"}},
		{`<meta http-equiv=refresh content="0;url='vbscript:go()'">`, []string{"active.meta-refresh", "active.vbscript"}},
		{`<meta http-equiv=refresh content="0;url=data:text/html,x">`, []string{"active.meta-refresh", "active.other"}},
		{`<svg><use href="data:image/svg+xml,x#y"/></svg>`, []string{"active.svg", "active.other"}},
		{`<svg><use href="#y"/></svg>`, []string{}},
		{`<script><!--<script></script>--></script><p onclick=go()>`, []string{"active.script", "active.handler"}},
		{`<script><!--<script></script><p onclick=go()>`, []string{"active.script"}},
		{`<script><!----><script></script><p onclick=go()>`, []string{"active.script", "active.handler"}},
		{"<style>a{width:expr\\\r\nession(go());b:\\0000e9}</style>", []string{"active.css"}},
		{"<style>a{width:ex\\70\r\nression(go())}</style>", []string{"active.css"}},
		{`<param name=x value="javascript:go()"><input value="javascript:go()">`, []string{"active.javascript-url"}},
	} {
		t.Run(tt.html, func(t *testing.T) {
			assert.Equal(t, tt.want, codes(check(t, validate.StageSend, validate.Content{HTML: tt.html})))
		})
	}
}

func TestAllowedScripts(t *testing.T) {
	const data = `<script type="application/ld+json">{"@type":"EmailMessage"}</script>`
	const amp = `<script async src="https://cdn.ampproject.org/v0.js"></script>`
	both := validate.Content{HTML: data + amp}
	assert.Len(t, check(t, validate.StageSend, both).Findings, 2)
	assert.Empty(t, checkWith(t, validate.Options{AllowDataBlocks: true, AllowAMP: true}, validate.StageSend, both).Findings)
	for _, html := range []string{
		`<script type="application/ld+json" src="x.js">`, `<script src="https://cdn.ampproject.org.example/v0.js">`,
		`<script src="https://cdn.ampproject.org@a.example/v0.js">`, `<script type=module>`,
	} {
		r := checkWith(t, validate.Options{AllowDataBlocks: true, AllowAMP: true}, validate.StageSend, validate.Content{HTML: html})
		assert.Equal(t, []string{"active.script"}, codes(r), html)
	}
}

func TestRealMailIsClean(t *testing.T) {
	assert.Empty(t, check(t, validate.StageSend, validate.Content{HTML: letter, Bulk: true}).Findings)
	assert.Empty(t, check(t, validate.StageActivate, validate.Content{HTML: letter, Twig: true}).Findings)
}

func TestTooMuchIsAFinding(t *testing.T) {
	for _, tt := range []struct{ name, html, code string }{
		{"depth", strings.Repeat("<div>", 600), "content.too-deep"},
		{"size", strings.Repeat("<p>x</p>", 1<<17) + "x", "content.too-large"},
		{"srcdoc in srcdoc", nestedSrcdoc(6), "content.too-deep"},
		{"invalid UTF-8", "a\xffb", "content.invalid-utf8"},
		{"overlong UTF-8", "\xc0\xbcscript>", "content.invalid-utf8"},
		{"NUL", "<ifr\x00ame>", "content.control-character"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Contains(t, codes(check(t, validate.StageSend, validate.Content{HTML: tt.html})), tt.code)
		})
	}
	assert.Empty(t, check(t, validate.StageSend, validate.Content{HTML: strings.Repeat("<p>a<br>b<td>", 2000)}).Findings)
}

func TestTooDeepForATreeIsStillFound(t *testing.T) {
	html := strings.Repeat("<div>", 600) + "<svg><style><img src=x onerror=go()></style>"
	assert.Contains(t, codes(check(t, validate.StageSend, validate.Content{HTML: html})), "active.handler")
}

func nestedSrcdoc(depth int) string {
	html := "<p>x</p>"
	for range depth {
		html = `<iframe srcdoc="` + strings.NewReplacer("&", "&amp;", `"`, "&quot;").Replace(html) + `">`
	}
	return html
}
