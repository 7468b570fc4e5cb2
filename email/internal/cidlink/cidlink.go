// Package cidlink leads what a letter's HTML shows of the parts of its own message (RFC 2392) elsewhere.
package cidlink

import (
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// Lead replaces the cid: links by which a document shows something within itself: those of the attributes src, srcset,
// background, poster and style, of style elements, and of the same within conditional comments. link makes them of their
// Content-ID, which is without angle brackets and decoded; an empty one leaves the link as it is. All else stays, octet for
// octet.
func Lead(doc string, link func(contentID string) string) string {
	if !strings.Contains(strings.ToLower(doc), "cid:") {
		return doc
	}
	return leader{link}.document(doc, true)
}

type leader struct {
	link func(contentID string) string
}

// document reads conditional comments once: none begins within another.
func (l leader) document(doc string, conditional bool) string {
	var out strings.Builder
	z := html.NewTokenizer(strings.NewReader(doc))
	inStyle := false
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch kind {
		case html.ErrorToken:
			return out.String() + raw
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if l.attributes(&token) {
				raw = token.String()
			}
			inStyle = token.Data == "style"
		case html.EndTagToken:
			inStyle = false
		case html.TextToken:
			if inStyle {
				raw = l.css(raw)
			}
		case html.CommentToken:
			if conditional {
				raw = l.comment(raw)
			}
		}
		out.WriteString(raw)
	}
}

// comment is <!--[if mso]> HTML <![endif]-->, or another, which stays as it is.
func (l leader) comment(raw string) string {
	const begins = "<!--[if"
	begin, end := strings.IndexByte(raw, '>')+1, strings.LastIndex(raw, "<![")
	if len(raw) < len(begins) || !strings.EqualFold(raw[:len(begins)], begins) || begin > end {
		return raw
	}
	return raw[:begin] + l.document(raw[begin:end], false) + raw[end:]
}

func (l leader) attributes(token *html.Token) (changed bool) {
	for i, attr := range token.Attr {
		var value string
		switch attr.Key {
		case "src", "background", "poster":
			value = l.url(attr.Val)
		case "srcset":
			value = l.candidates(attr.Val)
		case "style":
			value = l.css(attr.Val)
		default:
			continue
		}
		if value != attr.Val {
			token.Attr[i].Val, changed = value, true
		}
	}
	return changed
}

// url is what a link leads to, and itself where that is nowhere.
func (l leader) url(value string) string {
	const scheme = "cid:"
	id := strings.TrimSpace(value)
	if len(id) < len(scheme) || !strings.EqualFold(id[:len(scheme)], scheme) {
		return value
	}
	id = id[len(scheme):]
	if plain, err := url.PathUnescape(id); err == nil {
		id = plain
	}
	if to := l.link(id); to != "" {
		return to
	}
	return value
}

// candidates are the URLs of srcset, each with its descriptors.
func (l leader) candidates(value string) string {
	list := strings.Split(value, ",")
	for i, candidate := range list {
		first, descriptors, _ := strings.Cut(strings.TrimSpace(candidate), " ")
		if to := l.url(first); to != first {
			list[i] = strings.TrimSpace(bare.Replace(to) + " " + descriptors)
		}
	}
	return strings.Join(list, ",")
}

var cssURL = regexp.MustCompile(`(?i)(url\(\s*["']?\s*)(cid:[^"')]*)`)

func (l leader) css(text string) string {
	return cssURL.ReplaceAllStringFunc(text, func(found string) string {
		parts := cssURL.FindStringSubmatch(found)
		if to := l.url(parts[2]); to != parts[2] {
			return parts[1] + bare.Replace(to)
		}
		return found
	})
}

// bare takes from a URL what would end it where it stands without quotation marks.
var bare = strings.NewReplacer(`"`, "%22", "'", "%27", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", `\`, "%5C",
	" ", "%20", "\t", "%09", "\n", "%0A", "\f", "%0C", "\r", "%0D", ",", "%2C")
