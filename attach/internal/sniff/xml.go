package sniff

import (
	"bytes"
	"iter"
	"strconv"
	"strings"
)

// tag is a start tag without its namespace prefix.
type tag struct {
	name string
	rest []byte // attributes
}

// tags walks the start tags of a small XML part: no tree, no entities of its own, no allocation to
// speak of. Comments, processing instructions and CDATA are passed over.
func tags(xml []byte) iter.Seq[tag] {
	xml = toUTF8(xml)
	return func(yield func(tag) bool) {
		for {
			i := bytes.IndexByte(xml, '<')
			if i < 0 {
				return
			}
			xml = xml[i+1:]
			if skip, ok := passOver(xml); ok {
				xml = xml[skip:]
				continue
			}
			end := tagEnd(xml)
			body := xml[:end]
			xml = xml[end:]
			if len(body) == 0 || body[0] == '/' {
				continue
			}
			n := bytes.IndexAny(body, " \t\r\n/")
			if n < 0 {
				n = len(body)
			}
			name := body[:n]
			if colon := bytes.IndexByte(name, ':'); colon >= 0 {
				name = name[colon+1:]
			}
			if !yield(tag{string(name), body[n:]}) {
				return
			}
		}
	}
}

// passOver is the length of a comment, instruction or CDATA section that begins after the '<'.
func passOver(xml []byte) (int, bool) {
	for _, mark := range [...][2]string{{"!--", "-->"}, {"![CDATA[", "]]>"}, {"?", "?>"}} {
		if hasPrefix(xml, mark[0]) {
			end := bytes.Index(xml[len(mark[0]):], []byte(mark[1]))
			if end < 0 {
				return len(xml), true
			}
			return len(mark[0]) + end + len(mark[1]), true
		}
	}
	return 0, false
}

// tagEnd is the index of the '>' that ends the tag: one in an attribute's value does not.
func tagEnd(xml []byte) int {
	var quote byte
	for i, c := range xml {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i
		}
	}
	return len(xml)
}

// attr is the value of an attribute, "" where it is missing.
func (t tag) attr(name string) string {
	b := t.rest
	for {
		b = bytes.TrimLeft(b, " \t\r\n/")
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return ""
		}
		key := bytes.TrimRight(b[:eq], " \t\r\n")
		b = bytes.TrimLeft(b[eq+1:], " \t\r\n")
		if len(b) == 0 || b[0] != '"' && b[0] != '\'' {
			return ""
		}
		end := bytes.IndexByte(b[1:], b[0])
		if end < 0 {
			return ""
		}
		if string(key) == name {
			return unescape(string(b[1 : 1+end]))
		}
		b = b[end+2:]
	}
}

// unescape resolves the predefined entities and character references.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '&')
		end := -1
		if i >= 0 {
			end = strings.IndexByte(s[i:], ';')
		}
		if i < 0 || end < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		b.WriteString(entity(s[i+1 : i+end]))
		s = s[i+end+1:]
	}
}

func entity(name string) string {
	switch name {
	case "amp":
		return "&"
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "quot":
		return `"`
	case "apos":
		return "'"
	}
	digits, ok := strings.CutPrefix(name, "#")
	if !ok {
		return ""
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil {
		return ""
	}
	return string(rune(n))
}
