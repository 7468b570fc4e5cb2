package attach

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// contentDisposition is the header field's body for a disposition, "attachment" or "inline", and a file name (RFC 6266). The
// name is cleaned first. A name beyond ASCII stands there twice, as RFC 6266 §4.3 wants: in ASCII for old programs, and
// exactly as RFC 8187 encodes it.
func contentDisposition(disposition, name string) string {
	if disposition != "inline" {
		disposition = "attachment"
	}
	name = CleanName(name)
	ascii := asciiName(name)
	field := disposition + `; filename="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(ascii) + `"`
	if ascii == name && !strings.ContainsAny(name, `"%`) {
		return field
	}
	return field + "; filename*=UTF-8''" + encodeExt(name)
}

// asciiName stands in for name where only ASCII is understood. A percent sign goes too: some browsers decode it.
func asciiName(name string) string {
	return strings.Map(func(r rune) rune {
		if r > '~' || r == '%' || r < ' ' {
			return '_'
		}
		return r
	}, name)
}

// encodeExt is the value-chars of RFC 8187 §3.2.1.
func encodeExt(s string) string {
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < utf8.RuneSelf && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0) {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}

// viewable are the pictures that every browser shows and that run nothing.
var viewable = []string{"image/jpeg", "image/png", "image/bmp"}

// Viewable tells whether content of a media type may be shown in the page: jpeg, png and bmp, and the pictures in also
// ("image/gif", "image/webp"). HTML, SVG and PDF are never: they run code in the page's own name. Pass the type that [Detect] or
// a [Verdict] gave, never the one that a sender states. [ViewablePicture] looks at the size of the picture too.
func Viewable(mediaType string, also ...string) bool {
	mediaType, _, _ = strings.Cut(strings.ToLower(mediaType), ";")
	mediaType = strings.TrimSpace(mediaType)
	if slices.Contains(viewable, mediaType) {
		return true
	}
	return (mediaType == "image/gif" || mediaType == "image/webp") && slices.Contains(also, mediaType)
}

// SetDownloadHeader writes the header fields under which a stored file is safe to hand to a browser: the disposition
// with its name, the media type, and orders not to guess another one and to run nothing. The disposition "inline" becomes
// "attachment" where the content is not [Viewable].
func SetDownloadHeader(h http.Header, disposition, name, mediaType string, also ...string) {
	if !Viewable(mediaType, also...) {
		disposition = "attachment"
	}
	if !plainMediaType(mediaType) {
		mediaType = "application/octet-stream"
	}
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", contentDisposition(disposition, name))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private")
}

// plainMediaType accepts type "/" subtype in token characters (RFC 9110 §8.3.1), without parameters.
func plainMediaType(s string) bool {
	main, sub, ok := strings.Cut(s, "/")
	return ok && isToken(main) && isToken(sub)
}

func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
	})
}
