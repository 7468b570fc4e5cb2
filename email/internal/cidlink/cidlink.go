// Package cidlink leads the links of a letter's HTML to the parts of its own message (RFC 2392) elsewhere.
package cidlink

import (
	"net/url"
	"strings"

	"golang.org/x/net/html"
)

// Lead replaces the cid: links in the attributes of a document by what link makes of their Content-ID, which is without angle
// brackets and decoded; an empty one leaves the link as it is. All else stays, octet for octet.
func Lead(doc string, link func(contentID string) string) string {
	if !strings.Contains(strings.ToLower(doc), "cid:") {
		return doc
	}
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		if kind == html.ErrorToken {
			return out.String() + raw
		}
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			if token := z.Token(); lead(&token, link) {
				raw = token.String()
			}
		}
		out.WriteString(raw)
	}
}

func lead(token *html.Token, link func(contentID string) string) (changed bool) {
	for i, attr := range token.Attr {
		id, ok := cutPrefixFold(strings.TrimSpace(attr.Val), "cid:")
		if !ok {
			continue
		}
		if plain, err := url.PathUnescape(id); err == nil {
			id = plain
		}
		if to := link(id); to != "" {
			token.Attr[i].Val, changed = to, true
		}
	}
	return changed
}

func cutPrefixFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}
