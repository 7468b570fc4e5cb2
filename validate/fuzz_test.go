package validate_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/validate"
)

// seeds are the payloads and twins of all tables.
func seeds(f *testing.F) {
	for _, p := range activePayloads {
		f.Add(p.payload, false)
		f.Add(p.twin, false)
	}
	for _, a := range advised {
		f.Add(a.html, false)
		f.Add(a.twin, true)
	}
	for _, s := range []string{
		letter, `{% if a %}<a href="{% if b %}//is.gd/a{% else %}x{% endif %}">{{ "a#{b ~ 'c'}" }}{# x #}`,
		`{% verbatim %}{{ x }}{% endverbatim %}`, `<p style="a:\65 xpression(b)">&#47;goo.su/x`, `<a href="https:\\%62it&period;ly\x">`,
		`<svg><style><!--</style><img onerror=1>--></style>`, `<noscript><!--</noscript><img onerror=1>-->`,
		`<style>a{b:"/*";c:url(/*);d:expression(e)}`, "<p>" + strings.Repeat("\x80", 200), `<iframe srcdoc="&lt;iframe srcdoc='&amp;lt;b onclick=1'">`,
	} {
		f.Add(s, true)
		f.Add(s, false)
	}
}

// FuzzCheck holds that nothing panics, that every range lies in its part, holds the construct that
// the snippet shows, and has a true line and column.
func FuzzCheck(f *testing.F) {
	seeds(f)
	v, err := validate.New(validate.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, twig bool) {
		r, err := v.Check(context.Background(), validate.StageActivate,
			validate.Content{HTML: text, Text: text, Subject: text, Preheader: text, Twig: twig, Bulk: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range r.Findings {
			if found.Start < 0 || found.Start >= found.End || found.End > len(text) {
				t.Fatalf("%s at %d:%d of %d", found.Code, found.Start, found.End, len(text))
			}
			before := text[:found.Start]
			if line := strings.Count(before, "\n") + 1; line != found.Line {
				t.Fatalf("%s in line %d, not %d", found.Code, line, found.Line)
			}
			if column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1; column != found.Column {
				t.Fatalf("%s in column %d, not %d", found.Code, column, found.Column)
			}
			if !utf8.ValidString(found.Snippet) || !showsConstruct(text[found.Start:found.End], found.Snippet) {
				t.Fatalf("snippet %q of %q", found.Snippet, text[found.Start:found.End])
			}
		}
	})
}

// showsConstruct reports whether snippet begins as construct does, spaces and unprintables aside.
func showsConstruct(construct, snippet string) bool {
	plain := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r <= ' ' || r > '~' {
				return -1
			}
			return r
		}, s)
	}
	return strings.HasPrefix(plain(construct), plain(strings.TrimSuffix(snippet, "…")))
}

// FuzzTwigSpans holds that the spans are in order and in the source, that each starts with a delimiter and
// that what stands between them has none but in verbatim blocks.
func FuzzTwigSpans(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, source string, _ bool) {
		end := 0
		for _, s := range validate.TwigSpans(source) {
			if s.Start < end || s.End < s.Start+2 || s.End > len(source) || source[s.Start] != '{' || !strings.ContainsAny(source[s.Start+1:s.Start+2], "{%#") {
				t.Fatalf("%v behind %d in %q", s, end, source)
			}
			if between := source[end:s.Start]; strings.Contains(between, "{{") && !strings.Contains(source, "verbatim") {
				t.Fatalf("text %q in %q", between, source)
			}
			end = s.End
		}
	})
}

// FuzzTreeHoldsNothingMore holds that whatever the tree of golang.org/x/net/html has of active
// elements and handlers, with scripts or without, is found: reading tokens loses nothing.
func FuzzTreeHoldsNothingMore(f *testing.F) {
	seeds(f)
	v, err := validate.New(validate.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, _ bool) {
		r, err := v.Check(context.Background(), validate.StageSend, validate.Content{HTML: text})
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]bool{}
		for _, f := range r.Findings {
			found[f.Code] = true
		}
		if found["content.too-deep"] {
			return
		}
		for _, scripting := range []bool{true, false} {
			root, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(scripting))
			if err != nil {
				continue
			}
			for n := range root.Descendants() {
				if code := activeNode(n); code != "" && !found[code] && !(code == "active.script" && found["active.vbscript"]) {
					t.Fatalf("scripting %v: <%s %v> in %q, found %v", scripting, n.Data, n.Attr, text, found)
				}
			}
		}
	})
}

// activeNode returns the code that a node of the tree asks for.
func activeNode(n *html.Node) string {
	if n.Type != html.ElementNode {
		return ""
	}
	switch n.Data {
	case "script", "iframe", "applet", "object":
		return "active." + n.Data
	case "embed":
		return "active.object"
	case "frameset":
		return "active.frame"
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "onclick", "onerror", "onload":
			if a.Namespace == "" {
				return "active.handler"
			}
		}
	}
	return ""
}

// FuzzScanner holds that the scanner reads the same start tags as the tokenizer of
// golang.org/x/net/html does where scripts do not run: their names and the names of their attributes.
func FuzzScanner(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string, _ bool) {
		if strings.ContainsAny(text, "\x00\r") {
			return // replaced by the tokenizer
		}
		var want [][]string
		z := html.NewTokenizer(strings.NewReader(text))
		for kind := z.Next(); kind != html.ErrorToken; kind = z.Next() {
			if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
				token := z.Token()
				want = append(want, namesOf(token))
				if token.Data == "noscript" {
					z.NextIsNotRawText()
				}
			}
		}
		got := validate.StartTags(text)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%q\n got %q\nwant %q", text, got, want)
		}
	})
}

// namesOf returns the name of a token and of its attributes, each once.
func namesOf(token html.Token) []string {
	list := []string{token.Data}
	for _, a := range token.Attr {
		if !slices.Contains(list[1:], a.Key) {
			list = append(list, a.Key)
		}
	}
	return list
}
