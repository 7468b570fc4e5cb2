package validate

import (
	"html"
	"strings"
)

// unescape decodes the character references of an attribute value or a text.
func unescape(s string) string {
	at := strings.IndexByte(s, '&')
	if at < 0 {
		return s
	}
	if rest, ampersand := strings.CutPrefix(s[at:], "&amp;"); ampersand && strings.IndexByte(rest, '&') < 0 {
		return s[:at+1] + rest // as in most links
	}
	return html.UnescapeString(s)
}

// schemeOf returns the scheme of url in lower case, as a browser sees it, and what follows the
// colon: leading controls and spaces are dropped, tabs and line breaks vanish anywhere (URL
// Standard, "basic URL parser"). There is no scheme in a relative reference.
func schemeOf(url string) (scheme, rest string) {
	var buf [maxScheme]byte
	n := 0
	url = trimURL(url)
	for i := 0; i < len(url); i++ {
		c := url[i]
		switch {
		case c == '\t' || c == '\n' || c == '\r':
		case c == ':' && n > 0:
			return schemeName(buf[:n]), url[i+1:]
		case n == len(buf):
			return "", url
		case isLetter(c):
			buf[n] = c | 0x20
			n++
		case n > 0 && ('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.'):
			buf[n] = c
			n++
		default:
			return "", url
		}
	}
	return "", url
}

// maxScheme is longer than any scheme that matters here.
const maxScheme = 24

// trimURL drops what a browser strips from both ends of a URL: C0 controls and spaces. NUL stays:
// it never reaches the URL parser, the HTML tokenizer makes U+FFFD of it.
func trimURL(s string) string {
	for s != "" && s[0] <= ' ' && s[0] != 0 {
		s = s[1:]
	}
	for s != "" && s[len(s)-1] <= ' ' && s[len(s)-1] != 0 {
		s = s[:len(s)-1]
	}
	return s
}

// schemeName returns b as a string, without allocating for the schemes of everyday mail.
func schemeName(b []byte) string {
	switch string(b) {
	case "https":
		return "https"
	case "http":
		return "http"
	case "mailto":
		return "mailto"
	case "tel":
		return "tel"
	}
	return string(b)
}

// danger is what an active URL does.
type danger uint8

const (
	harmless danger = iota
	runsJavaScript
	runsVBScript
	carriesDocument // a data: URL of a type that can hold scripts
)

// dangerOf tells what opening url may do. Schemes that only wrap another URL are looked through.
func dangerOf(url string) danger {
	for range maxWrappers {
		scheme, rest := schemeOf(url)
		switch scheme {
		case "javascript", "livescript", "mocha":
			return runsJavaScript
		case "vbscript", "vbs":
			return runsVBScript
		case "data":
			if isDocumentType(rest) {
				return carriesDocument
			}
			return harmless
		case "feed", "view-source", "jar", "pcast", "wyciwyg":
			url = rest
		default:
			return harmless
		}
	}
	return harmless
}

// maxWrappers bounds chains like feed:feed:javascript:.
const maxWrappers = 4

// isDocumentType reports whether rest, what follows "data:", is of a type that a browser shows as
// a document with scripts, or runs.
func isDocumentType(rest string) bool {
	head, _, _ := strings.Cut(rest, ",")
	media, _, _ := strings.Cut(head, ";")
	media = lower(trimURL(stripLineBreaks(media)))
	switch media {
	case "text/html", "text/xml", "text/xsl", "application/xml", "text/javascript", "application/javascript",
		"application/x-javascript", "text/ecmascript", "application/ecmascript", "text/vbscript",
		"image/svg-xml", "application/x-shockwave-flash":
		return true
	}
	return strings.HasSuffix(media, "+xml")
}

// stripLineBreaks drops what the URL parser drops anywhere: tab, CR and LF.
func stripLineBreaks(s string) string {
	if strings.IndexByte(s, '\t') < 0 && strings.IndexByte(s, '\n') < 0 && strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
}

// candidates calls check with each URL of a srcset value; the descriptors after it are dropped.
func candidates(srcset string, check func(url string)) {
	for srcset != "" {
		srcset = strings.TrimLeft(srcset, ", \t\r\n\f")
		end := strings.IndexAny(srcset, " \t\r\n\f")
		if end < 0 {
			check(strings.TrimRight(srcset, ","))
			return
		}
		url := srcset[:end]
		check(strings.TrimRight(url, ","))
		srcset = srcset[end:]
		if !strings.HasSuffix(url, ",") {
			_, srcset, _ = strings.Cut(srcset, ",")
		}
	}
}
