package template_test

import (
	"html"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	xhtml "golang.org/x/net/html"

	"github.com/crmmail/crmmail/template"
)

const (
	style = `style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;color:transparent;mso-hide:all;"`
)

// block is what InsertPreheader puts in for a clean text.
func block(text string) string {
	n := 200 - utf8.RuneCountInString(text)
	return `<div class="crm-preheader" ` + style + `>` + html.EscapeString(text) + "</div>\n" +
		`<div class="crm-preheader" aria-hidden="true" ` + style + `>` + strings.Repeat("&#8199;&#847;", n) + strings.Repeat("&shy;", n) + "</div>\n"
}

func TestInsertPreheaderWithoutHTML(t *testing.T) {
	for _, doc := range []string{"", " \n\t"} {
		got, notes := template.InsertPreheader(doc, "Скидка")
		assert.Equal(t, doc, got, "a text-only letter stays one")
		require.Len(t, notes, 1)
		assert.Equal(t, template.CodePreheaderNoHTML, notes[0].Code)
		assert.NotEqual(t, notes[0].Text("ru"), notes[0].Text("en"))
	}
}

func TestInsertPreheaderPlace(t *testing.T) {
	// | marks where the preheader goes.
	for name, doc := range map[string]string{
		"body":                    `<html><body>|<p>A</p></body></html>`,
		"attributes":              `<html><body style="a" onload='x' bgcolor=#fff>|<p>A`,
		"capitals":                `<HTML><BODY>|A`,
		"> in an attribute":       `<body title="a > b" alt='>'>|A`,
		"body in an attribute":    `<html lang="<body>"><body>|A`,
		"body in a comment":       `<!-- <body> --><html><body>|A`,
		"odd comments":            `<html><!--><body>|A`,
		"comment never closed":    `<html>|<!-- <body>A`,
		"body in a script":        `<html><head><script>var x = "<body>";</script></head><body>|A`,
		"body in a style":         `<html><head><style>/* <body> */</style></head><body>|A`,
		"body in a title":         `<html><head><title><body></title></head><body>|A`,
		"body in a template":      `<html><head><template><body></body></template></head><body>|A`,
		"script never closed":     `<html><head>|<script><body>A`,
		"tag never closed":        `<html>|<body class="A`,
		"conditional comment":     `<html><!--[if mso]><body class="mso"><![endif]--><body>|A`,
		"downlevel-revealed":      `<!--[if !mso]><!--><body class="x"><!--<![endif]-->|A`,
		"revealed, old form":      `<![if !mso]><body> <![endif]>|A`,
		"conditional content":     `<body>|<!--[if mso]><table><tr><td><![endif]-->A`,
		"doctype and white space": "\uFEFF<!DOCTYPE html>\n<!-- x -->\n<html>\n<head>\n</head>\n<body>|\nA",
		"xml":                     `<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd"><html xmlns="x"><body>|A`,
		"two bodies":              `<body>|A<body>B`,
		"body that ends itself":   `<body/>|A`,

		"text alone":                  `|Hello`,
		"fragment":                    `|<p>A</p>`,
		"doctype alone":               `<!DOCTYPE html>|<p>A`,
		"doctype never closed":        `|<!DOCTYPE html`,
		"html alone":                  `<html>|<p>A`,
		"head without a body":         `<html><head><title>x</title></head>|<p>A`,
		"head never closed":           `<html><head><meta charset=x>|<p>A<body>B`,
		"style without a head":        `<style>p{}</style>|<p>A`,
		"text before the body":        `<html>|A<body>B`,
		"body only ends":              `<html>|</body></html>`,
		"comment without a body":      `|<!-- x --><p>A`,
		"template never closed":       `<html>|<template><p>A`,
		"less-than signs in the text": `|a < b <`,
		"stray head element":          `</title>|A`,
	} {
		t.Run(name, func(t *testing.T) {
			at := strings.Index(doc, "|")
			source := doc[:at] + doc[at+1:]
			got, notes := template.InsertPreheader(source, "Скидка")
			assert.Empty(t, notes)
			assert.Equal(t, doc[:at]+block("Скидка")+doc[at+1:], got)

			again, _ := template.InsertPreheader(got, "Скидка")
			assert.Equal(t, got, again, "inserting twice inserts once")
			other, _ := template.InsertPreheader(got, "Другая")
			assert.Equal(t, doc[:at]+block("Другая")+doc[at+1:], other, "a new one takes its place")
			assert.Equal(t, source, template.StripPreheader(got))
		})
	}
}

func TestInsertPreheaderText(t *testing.T) {
	for name, c := range map[string]struct{ preheader, want string }{
		"plain":             {"Скидка 10 %", "Скидка 10 %"},
		"escaped once":      {`O'Neil <b> & "Co" &amp;`, `O'Neil <b> & "Co" &amp;`},
		"lines":             {" One\r\n\tTwo\u0085Three\u2028 ", "One Two Three"},
		"controls":          {"A\x00\x1BB\u009FC\x7F", "ABC"},
		"marks":             {"\uFEFFA\u200EB\u200FC\u202ED\u2066E\u2069F\u061C", "ABCDEF"},
		"padding of theirs": {"Sale" + strings.Repeat(" &zwnj;&nbsp;", 40) + strings.Repeat("\u2007\u034F", 12), "Sale"},
		"emoji":             {"👩‍👩‍👧 и 🇷🇺", "👩‍👩‍👧 и 🇷🇺"},
		"invalid UTF-8":     {"A\xffB", "A\uFFFDB"},
		"longest":           {strings.Repeat("я", 150), strings.Repeat("я", 150)},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes := template.InsertPreheader("<body>A", c.preheader)
			assert.Empty(t, notes)
			assert.Equal(t, "<body>"+block(c.want)+"A", got)
		})
	}
}

func TestInsertPreheaderEmpty(t *testing.T) {
	for _, preheader := range []string{"", " \r\n", "\x00\uFEFF", strings.Repeat("\u2007\u034F", 30)} {
		got, notes := template.InsertPreheader("<body>A", preheader)
		assert.Empty(t, notes)
		assert.Equal(t, "<body>A", got)
	}
}

func TestPreheaderIsCapped(t *testing.T) {
	for name, c := range map[string]struct {
		preheader    string
		length, kept int
	}{
		"one too many":            {strings.Repeat("я", 151), 151, 150},
		"cut behind a space":      {strings.Repeat("я", 149) + " конец", 155, 149},
		"letter with a mark":      {strings.Repeat("я", 149) + "е\u0308ж", 152, 149},
		"emoji with a skin tone":  {strings.Repeat("я", 149) + "👍🏽!", 152, 149},
		"emoji that are joined":   {strings.Repeat("я", 148) + "👩‍👧!!", 153, 148},
		"nothing but marks":       {"я" + strings.Repeat("\u0301", 500), 501, 150},
		"one hundred thousand":    {strings.Repeat("ab ", 33333), 99998, 149},
		"collapsed before capped": {strings.Repeat("я ", 50) + strings.Repeat(" ", 500) + strings.Repeat("ж", 51), 151, 150},
	} {
		t.Run(name, func(t *testing.T) {
			clean, notes := template.CleanPreheader(c.preheader)
			require.Len(t, notes, 1)
			assert.Equal(t, template.Note{Code: template.CodePreheaderLong, Severity: template.SeverityWarning, Length: c.length}, notes[0])
			assert.Equal(t, c.kept, utf8.RuneCountInString(clean))
			again, notes := template.CleanPreheader(clean)
			assert.Equal(t, clean, again)
			assert.Empty(t, notes)
		})
	}
}

func TestOwnPreheader(t *testing.T) {
	hidden := `<div style="display:none;max-height:0">Сегодня скидки</div>`
	for name, c := range map[string]struct {
		doc string
		own bool
	}{
		"hidden division":            {`<body>` + hidden + `<p>A`, true},
		"nested":                     {`<body><div class="wrap"><center>` + hidden + `A`, true},
		"with padding":               {`<body><span style="opacity:0">Скидки` + strings.Repeat("&zwnj;&nbsp;", 99) + `</span>A`, true},
		"behind a pixel":             {`<body><img src=x width=1 height=1><!-- x -->` + hidden, true},
		"behind a style sheet":       {`<body><style>p{}</style>` + hidden, true},
		"without a body":             {hidden + `<p>A`, true},
		"hidden by a sheet":          {`<head><style>.preheader { display:none !important }</style></head><body><span class="preheader">Скидки</span>A`, true},
		"hidden by a sheet, by id":   {`<style>#previewText{max-height:0;overflow:hidden}</style><body><div id="previewText">Скидки</div>A`, true},
		"someone's copy of ours":     {`<body><div class="m_12crm-preheader">Скидки</div>A`, true},
		"with spans":                 {`<body><div hidden><span>Ски</span><b>дки</b><br></div>A`, true},
		"padding alone":              {`<body><div style="display:none">` + strings.Repeat("&zwnj;&nbsp;", 99) + `</div>A`, false},
		"empty":                      {`<body><div style="display:none"> </div>A`, false},
		"behind visible text":        {`<body><p>A</p>` + hidden, false},
		"block for phones":           {`<body><div style="display:none"><table><tr><td><img src=x>Меню</td></tr></table></div>A`, false},
		"visible bar of that class":  {`<head><style>.preheader{color:red}</style></head><body><td class="preheader">Открыть в браузере</td>A`, false},
		"hidden for Outlook alone":   {`<body><div style="mso-hide:all">A</div>`, false},
		"never closed":               {`<body><div style="display:none">A`, false},
		"in a comment":               {`<body><!--` + hidden + `-->A`, false},
		"picture behind a stray end": {`<body><a-b hidden>A</c-d><img src=x></a-b>A`, false},
		"script":                     {`<body><script>` + hidden + `</script>A`, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, notes := template.InsertPreheader(c.doc, "Из поля")
			if !c.own {
				assert.Empty(t, notes)
				assert.Contains(t, got, "Из поля")
				return
			}
			assert.Equal(t, c.doc, got)
			assert.Equal(t, []template.Note{{Code: template.CodePreheaderOwn, Severity: template.SeverityWarning}}, notes)
			same, notes := template.InsertPreheader(c.doc, "")
			assert.Equal(t, c.doc, same)
			assert.Empty(t, notes, "without a preheader in the field there is nothing to warn of")
		})
	}
}

func TestInsertPreheaderIsBounded(t *testing.T) {
	const n = 50000
	for name, unit := range map[string]string{
		"divisions": "<div>", "classes": `<div class="preheader">`, "hidden": "<div hidden>", "sheets": "<style>.preheader</style>",
		"scripts": "<script>", "comments": "<!--", "templates": "<template>", "open": "<", "bodies": "<body", "ours": `<div class="crm-preheader">`,
		"padding": "&#8199;&#847;",
	} {
		t.Run(name, func(t *testing.T) {
			doc := strings.Repeat(unit, n)
			got, _ := template.InsertPreheader(doc, "A")
			assert.LessOrEqual(t, len(got), len(doc)+5000)
			assert.LessOrEqual(t, len(template.StripPreheader(got)), len(got))
		})
	}
}

func TestStripPreheader(t *testing.T) {
	filler := strings.Repeat("&#8199;&#847;", 5) + "\n " + strings.Repeat("&shy;", 5)
	for name, c := range map[string]struct{ doc, want string }{
		"nothing to strip":       {`<p class="x">A</p>`, `<p class="x">A</p>`},
		"class with a prefix":    {`<div class="x_crm-preheader" dir="ltr">S<div>x</div></div><p>A</p>`, `<p>A</p>`},
		"class among others":     {`<div class="a m_-8crm-preheader b">S</div>A`, `A`},
		"class that is another":  {`<div class="crm-preheader-bar">S</div>A`, `<div class="crm-preheader-bar">S</div>A`},
		"other element":          {`<span class='crm-preheader'>S</span>A`, `A`},
		"never closed":           {`<p>A</p><div class="crm-preheader">S<p>B</p>`, `<p>A</p><div class="crm-preheader">S<p>B</p>`},
		"classes rewritten":      {`<div style="display:none">` + filler + `</div>A`, `<div style="display:none"></div>A`},
		"characters":             {"A" + strings.Repeat("\u200C\u00A0", 6) + strings.Repeat("\u2007\u034F", 6) + "B", "AB"},
		"hexadecimal":            {"A" + strings.Repeat("&#x2007;&#x34f;", 10) + "B", "AB"},
		"nine are text":          {"A" + strings.Repeat("&shy;", 9) + "B", "A" + strings.Repeat("&shy;", 9) + "B"},
		"indent is text":         {strings.Repeat("&nbsp;", 40) + "A", strings.Repeat("&nbsp;", 40) + "A"},
		"in an attribute":        {`<p title="` + filler + `">A</p>`, `<p title="` + filler + `">A</p>`},
		"in a script":            {`<script>` + filler + `</script>A`, `<script>` + filler + `</script>A`},
		"tag never closed":       {filler + `<p class="crm-preheader`, `<p class="crm-preheader`},
		"element of no standard": {`<a-b class="crm-preheader">S<c-d>x</c-d><A-B>y</a-b>z</a-b>A`, `A`},
		"void element":           {`<img class="crm-preheader">A`, `<img class="crm-preheader">A`},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, template.StripPreheader(c.doc))
		})
	}
}

func FuzzInsertPreheader(f *testing.F) {
	for _, doc := range []string{
		"<body>A", "<!--<body>--><html><body title='>'>A", "<script><body></script>A", "<![if !mso]><body><![endif]>A",
		"<template><body></template><head><title>x</title>A", "<frameset><body>", "<svg><body>", "<select><body>", mail,
	} {
		f.Add(doc, "Скидка <b> & \"x\"")
	}
	f.Fuzz(func(t *testing.T, doc, preheader string) {
		if strings.Contains(doc, "crm-preheader") {
			return
		}
		got, notes := template.InsertPreheader(doc, preheader)
		clean, _ := template.CleanPreheader(preheader)
		if got == doc {
			require.True(t, clean == "" || len(notes) > 0)
			return
		}
		before, rest, found := strings.Cut(got, block(clean))
		require.True(t, found)
		require.Equal(t, doc, before+rest, "nothing else changes")
		again, _ := template.InsertPreheader(got, preheader)
		require.Equal(t, got, again, "inserting twice inserts once")
		if root, err := xhtml.Parse(strings.NewReader(got)); err == nil { // a tree too deep for the parser is none
			require.Equal(t, clean, firstOfBody(t, root), "never inside a comment, script or attribute")
		}
	})
}

// firstOfBody returns the text of the first element of the body, as a browser builds it.
func firstOfBody(t *testing.T, root *xhtml.Node) string {
	for node := range root.Descendants() {
		if node.Type != xhtml.ElementNode || node.Data != "body" {
			continue
		}
		for child := range node.ChildNodes() {
			if child.Type == xhtml.CommentNode || strings.TrimSpace(child.Data) == "" {
				continue
			}
			require.Equal(t, "div", child.Data)
			if child.FirstChild == nil {
				return ""
			}
			return child.FirstChild.Data
		}
	}
	return "there is no body"
}

func FuzzStripPreheader(f *testing.F) {
	f.Add("<div class=crm-preheader>A</div>\nB")
	f.Add("A" + strings.Repeat("&shy;", 10))
	f.Add("<p>A<div class='x crm-preheader'>B<div>")
	f.Fuzz(func(t *testing.T, doc string) {
		got := template.StripPreheader(doc)
		require.LessOrEqual(t, len(got), len(doc))
		if !strings.Contains(doc, "crm-preheader") && !strings.ContainsAny(doc, "&\u00AD\u2007\u200C") {
			require.Equal(t, doc, got)
		}
	})
}

func BenchmarkInsertPreheader(b *testing.B) {
	for name, doc := range map[string]string{"shop": mail, "order": order(b)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(doc)))
			for b.Loop() {
				template.InsertPreheader(doc, "Скидка 10 % на второй заказ — только до пятницы")
			}
		})
	}
}

func TestPreheaderIsFoundAgain(t *testing.T) {
	for _, text := range []string{"Заберите до пятницы", `a < b & "c"`, "<b>", "&amp;", strings.Repeat("я", template.MaxPreheader)} {
		doc, _ := template.InsertPreheader("<html><body class=x><p>Hello</p></body></html>", text)
		assert.Equal(t, text, template.Preheader(doc))
	}
	for _, doc := range []string{"", "<p>crm-preheader</p>", `<p class="crm-preheader"`, `<p class="crm-preheader"><b>x</b>`, "<!-- crm-preheader -->"} {
		assert.Empty(t, template.Preheader(doc), doc)
	}
}
