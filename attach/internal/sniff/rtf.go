package sniff

import (
	"bytes"
	"strings"
)

// rtf recognises Rich Text by its first control word, whatever octets follow.
func (s *Sniffer) rtf() (Content, bool) {
	c := Content{Kind: "rtf"}
	switch {
	case hasPrefix(s.head, `{\rtf`):
	case hasPrefix(s.head, `{\rt1`): // Word opens it
		c.Odd = OddVersion
	default:
		return Content{}, false
	}
	s.ends(maxTarget, func(b []byte, last bool) { scanRTF(b, last, &c) })
	return c, true
}

// maxTarget is the octets of an address that are read and reported.
const maxTarget = 512

// scanRTF looks for embedded objects and for a template on another machine. What the window cuts is left to the next.
func scanRTF(b []byte, last bool, c *Content) {
	if controlWord(b, `\object`, last) >= 0 || controlWord(b, `\objdata`, last) >= 0 {
		c.Embedded = true
	}
	for c.Template == "" {
		i := controlWord(b, `\template`, last)
		if i < 0 {
			return
		}
		b = b[i:]
		target := b[:min(len(b), maxTarget)]
		if end := bytes.IndexByte(target, '}'); end >= 0 {
			target = target[:end]
		} else if len(b) < maxTarget && !last {
			return
		}
		if address := rtfText(target); isRemote(address) {
			c.Template = clip(address)
		}
	}
}

// clip bounds an address that is shown to people.
func clip(address string) string {
	return strings.ToValidUTF8(address[:min(len(address), maxTarget)], "")
}

// controlWord is the index after a control word that is not the beginning of a longer one, or -1.
func controlWord(b []byte, word string, last bool) int {
	for base := 0; ; {
		i := bytes.Index(b[base:], []byte(word))
		if i < 0 {
			return -1
		}
		base += i + len(word)
		if base == len(b) && last || base < len(b) && (lower(b[base]) < 'a' || lower(b[base]) > 'z') {
			return base
		}
	}
}

// rtfText decodes \'xx and \\ and drops the line breaks and groups that hide an address.
func rtfText(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '\r' || c == '\n' || c == '{':
		case c != '\\' || i+1 >= len(b):
			out.WriteByte(c)
		case b[i+1] == '\'' && i+3 < len(b) && hexValue(b[i+2]) >= 0 && hexValue(b[i+3]) >= 0:
			out.WriteByte(byte(hexValue(b[i+2])<<4 | hexValue(b[i+3])))
			i += 3
		case b[i+1] == '\\':
			out.WriteByte('\\')
			i++
		}
	}
	return strings.TrimSpace(out.String())
}
