package message

import (
	"mime"
	"slices"
	"strconv"
	"strings"
)

// param writes "; name=value" with a value of ASCII that fits on a line, as it is or quoted.
func (h *header) param(name, value string) {
	h.buf = append(h.buf, ';')
	if isToken(value) && !strings.Contains(value, "'") { // some readers take that for a mark of RFC 2231
		h.space(len(name) + 1 + len(value) + 1)
		h.buf = append(append(append(h.buf, name...), '='), value...)
		return
	}
	h.space(len(name) + 3 + len(value) + 1)
	h.buf = appendQuoted(append(append(h.buf, name...), '='), value)
}

// longParam is the longest value that is written whole.
const longParam = 56

func simpleParam(value string) bool {
	return len(value) <= longParam && isASCII(value) && !strings.Contains(value, "=?") && !strings.ContainsAny(value, `"\`)
}

// extended writes a parameter of any text by RFC 2231 §3 and §4: in UTF-8, in continuations where it is long.
func (h *header) extended(name, value string) {
	if simpleParam(value) {
		h.param(name, value)
		return
	}
	h.buf = append(h.buf, ';')
	const intro = "utf-8''"
	if width := len(name) + 2 + len(intro) + extCost(value); width <= lineWidth-2 {
		h.space(width + 1)
		h.buf = appendExt(append(append(append(h.buf, name...), "*="...), intro...), value)
		return
	}
	for section := 0; value != ""; section++ {
		if section > 0 {
			h.buf = append(h.buf, ';')
		}
		h.fold()
		h.buf = append(append(h.buf, name...), '*')
		h.buf = append(strconv.AppendInt(h.buf, int64(section), 10), "*="...)
		if section == 0 {
			h.buf = append(h.buf, intro...)
		}
		n := extCut(value, lineWidth-1-h.col())
		h.buf = appendExt(h.buf, value[:n])
		value = value[n:]
	}
}

// legacy writes a parameter for readers that know RFC 2231 not: encoded words in a quoted string, which RFC 2047
// §5 forbids and such readers expect.
func (h *header) legacy(name, value string) {
	if simpleParam(value) {
		h.param(name, value)
		return
	}
	h.buf = append(h.buf, ';')
	h.fold()
	h.buf = append(append(h.buf, name...), `="`...)
	h.encode(value)
	h.buf = append(h.buf, '"')
}

// extLiteral holds attribute-char of RFC 2231 §7.
func extLiteral(c byte) bool {
	return c > ' ' && c < 0x7f && !strings.ContainsRune(`()<>@,;:\"/[]?=*'%`, rune(c))
}

func extCost(s string) int {
	cost := len(s)
	for i := 0; i < len(s); i++ {
		if !extLiteral(s[i]) {
			cost += 2
		}
	}
	return cost
}

// extCut is how much of s fits into room characters, at least one octet. Characters may be torn: the sections
// are joined before they are decoded.
func extCut(s string, room int) int {
	n := 0
	for cost := 0; n < len(s); n++ {
		if cost += extCost(s[n : n+1]); cost > room && n > 0 {
			break
		}
	}
	return n
}

func appendExt(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; extLiteral(c) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// isToken holds token of RFC 2045 §5.1.
func isToken(s string) bool {
	if s == "" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`()<>@,;:\"/[]?=`, s[i]) >= 0 {
			return false
		}
	}
	return true
}

// mediaType is a checked Content-Type of an attachment.
type mediaType struct {
	name   string // lower case
	params map[string]string
}

func (h *header) parseMediaType(field, value string) mediaType {
	if value == "" {
		return mediaType{name: "application/octet-stream"}
	}
	if !h.ok(field, value) {
		return mediaType{}
	}
	name, params, err := mime.ParseMediaType(value)
	major, minor, _ := strings.Cut(name, "/")
	if err != nil || !isToken(major) || !isToken(minor) || len(name) > longParam || major == "multipart" {
		h.fail(field, "field.media-type")
		return mediaType{}
	}
	delete(params, "name")
	delete(params, "boundary")
	return mediaType{name, params}
}

// contentType writes the Content-Type of an attachment, its own parameters in the order of their names.
func (h *header) contentType(t mediaType, name string) {
	h.begin("Content-Type")
	h.buf = append(h.buf, t.name...)
	if len(t.params) > 0 {
		keys := make([]string, 0, len(t.params))
		for key := range t.params {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			h.extended(key, t.params[key])
		}
	}
	if name != "" {
		h.legacy("name", name)
	}
	h.end()
}
