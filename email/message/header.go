package message

import (
	"strings"
	"time"
)

// Widths of a header line without its CRLF. Lines that can fold stay within lineWidth (RFC 2047 §2 asks for 76
// where encoded words stand); hardWidth is the limit of RFC 5322 §2.1.1.
const (
	lineWidth = 76
	hardWidth = 998
)

// header appends header fields to octets. The first error stays; what is written after it is of no use.
type header struct {
	buf  []byte
	line int  // where the current line begins in buf
	utf8 bool // an address outside ASCII was written
	err  error
}

func (h *header) fail(field, code string) {
	if h.err == nil {
		h.err = &FieldError{field, code}
	}
}

// ok checks that value may stand in a header at all.
func (h *header) ok(field, value string) bool {
	if code := textCode(value); code != "" {
		h.fail(field, code)
		return false
	}
	return true
}

func (h *header) col() int { return len(h.buf) - h.line }

func (h *header) begin(name string) {
	h.line = len(h.buf)
	h.buf = append(append(h.buf, name...), ": "...)
}

func (h *header) end() { h.buf = append(h.buf, '\r', '\n') }

// fold ends the line where the next word is to stand.
func (h *header) fold() {
	h.buf = append(h.buf, "\r\n "...)
	h.line = len(h.buf) - 1
}

// space separates words: it folds where a word of that width does not fit on the line any more.
func (h *header) space(width int) {
	if h.col()+1+width > lineWidth {
		h.fold()
		return
	}
	h.buf = append(h.buf, ' ')
}

func (h *header) date(t time.Time) {
	if t.IsZero() {
		h.fail("Date", "field.missing")
		return
	}
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.UTC() // a zone before standard time; the grammar knows no seconds in it
	}
	if t.Year() < 1900 || t.Year() > 9999 { // RFC 5322 §3.3
		h.fail("Date", "field.date")
		return
	}
	h.begin("Date")
	h.buf = t.AppendFormat(h.buf, "Mon, 02 Jan 2006 15:04:05 -0700")
	h.end()
}

// text writes unstructured text such as a subject (RFC 5322 §3.6.5), so that every reader gets it back exactly.
func (h *header) text(name, value string) {
	if !h.ok(name, value) {
		return
	}
	h.begin(name)
	if foldable(value, lineWidth-h.col()) {
		h.words(value)
	} else {
		h.encode(value)
	}
	h.end()
}

// foldable says whether value can stand as it is: words of printable ASCII, one space between them, none longer
// than a line, nothing that reads as an encoded word. Readers differ on folds at several spaces.
func foldable(value string, first int) bool {
	if strings.Contains(value, "=?") || !isASCII(value) {
		return false
	}
	room := first
	for rest := value; rest != ""; room = lineWidth - 1 {
		word, after, more := strings.Cut(rest, " ")
		if word == "" || len(word) > room || more && after == "" {
			return false
		}
		rest = after
	}
	return true
}

// words writes text as it is and folds in front of blanks. It begins and ends in none.
func (h *header) words(value string) {
	for value != "" {
		blanks := len(value) - len(strings.TrimLeft(value, " "))
		end := strings.IndexByte(value[blanks:], ' ') + blanks
		if end < blanks {
			end = len(value)
		}
		if blanks > 0 && h.col()+end > lineWidth {
			h.buf = append(h.buf, '\r', '\n')
			h.line = len(h.buf)
		}
		h.buf = append(h.buf, value[:end]...)
		value = value[end:]
	}
}

// field writes a further field. An ASCII body is kept to the letter and folded.
func (h *header) field(f Field) {
	switch {
	case !isFieldName(f.Name):
		h.fail("Fields", "field.name")
		return
	case isReserved(f.Name):
		h.fail(f.Name, "field.reserved")
		return
	case !h.ok(f.Name, f.Body):
		return
	}
	start := len(h.buf)
	h.begin(f.Name)
	if body := strings.Trim(f.Body, " "); isASCII(body) {
		h.words(body)
	} else {
		h.encode(body)
	}
	h.end()
	if longestLine(h.buf[start:]) > hardWidth {
		h.fail(f.Name, "field.long")
	}
}

func longestLine(b []byte) int {
	longest, line := 0, 0
	for i, c := range b {
		if c == '\n' {
			longest, line = max(longest, i-1-line), i+1
		}
	}
	return longest
}

// isFieldName holds RFC 5322 §3.6.8: printable ASCII without the colon; and so short that a body fits behind it.
func isFieldName(name string) bool {
	if name == "" || len(name) > 60 {
		return false
	}
	for i := 0; i < len(name); i++ {
		if name[i] <= ' ' || name[i] > '~' || name[i] == ':' {
			return false
		}
	}
	return true
}

// isReserved says whether Build writes that field itself, or no sender may write it.
func isReserved(name string) bool {
	switch strings.ToLower(name) {
	case "from", "sender", "reply-to", "to", "cc", "bcc", "subject", "date", "message-id", "in-reply-to",
		"references", "mime-version", "return-path", "received", "dkim-signature":
		return true
	}
	return len(name) >= 7 && (strings.EqualFold(name[:7], "resent-") || len(name) >= 8 && strings.EqualFold(name[:8], "content-"))
}

// ids writes Message-IDs in angle brackets (RFC 5322 §3.6.4); an empty list writes nothing.
func (h *header) ids(name string, list ...string) {
	if len(list) == 0 {
		return
	}
	h.begin(name)
	for i, id := range list {
		if !validID(id) {
			h.fail(name, "field.message-id")
			return
		}
		if i > 0 {
			h.space(len(id) + 2)
		}
		h.buf = append(append(append(h.buf, '<'), id...), '>')
	}
	h.end()
}
