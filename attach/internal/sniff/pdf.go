package sniff

import "bytes"

const (
	pdfMagic  = "%PDF-"
	pdfEnd    = "%%EOF"
	pdfWindow = 1024 // octets in which readers look for the header
	maxStray  = 8    // octets that stray before a header on its own line
)

// pdf recognises a PDF whose header is where it belongs.
func (s *Sniffer) pdf() (Content, bool) {
	if !hasPrefix(s.head, pdfMagic) {
		return Content{}, false
	}
	c := Content{Kind: "pdf"}
	s.insidePDF(&c)
	return c, true
}

// latePDF recognises a PDF behind octets that readers pass over: a line break, a byte order mark, a
// printer's preamble. It is asked last, so that any other signature at the start has been heard first.
func (s *Sniffer) latePDF() (Content, bool) {
	window := s.head[:min(len(s.head), pdfWindow+len(pdfMagic))]
	at := bytes.Index(window, []byte(pdfMagic))
	if at < 0 || !versionFollows(s.head[at+len(pdfMagic):]) || hasMarkup(s.head[:at]) {
		return Content{}, false
	}
	// A text that merely speaks of PDF does so in the middle of a line, and has no objects.
	if at > maxStray && isText(s.head[at-1]) {
		return Content{}, false
	}
	if !bytes.Contains(s.head[at:], []byte(" obj")) && !s.tailHas("startxref") {
		return Content{}, false
	}
	// A byte order mark or white space is nothing to speak of.
	c := Content{Kind: "pdf", LeadingJunk: len(bytes.Trim(s.head[:at], "\xef\xbb\xbf\x00\t\n\f\r ")) > 0}
	s.insidePDF(&c)
	return c, true
}

// isText tells a printable octet of ASCII.
func isText(c byte) bool { return c > ' ' && c <= '~' }

// versionFollows tells "1.7".
func versionFollows(b []byte) bool {
	return len(b) >= 3 && isDigit(b[0]) && b[1] == '.' && isDigit(b[2])
}

func (s *Sniffer) tailHas(word string) bool {
	_, ok := s.lastIndex(word, max(0, s.size-2048), func(int64) bool { return true })
	return ok
}

// insidePDF looks for what is in plain sight at both ends of the file. Object streams hide the
// same constructs: finding none promises nothing.
func (s *Sniffer) insidePDF(c *Content) {
	s.ends(64, func(b []byte, last bool) { scanNames(b, last, c) })
	s.trailing(c, pdfEnd)
}

// scanNames reads the names of a PDF (ISO 32000-1, 7.3.5), which may be written with #xx. One that
// the window cuts is left to the next.
func scanNames(b []byte, last bool, c *Content) {
	var buf [24]byte
	for {
		i := bytes.IndexByte(b, '/')
		if i < 0 {
			return
		}
		b = b[i+1:]
		if len(b) == 0 || !interesting(b[0]) {
			continue
		}
		name, n := pdfName(buf[:0], b)
		if n == len(b) && !last {
			return
		}
		switch string(name) {
		case "JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles":
			if c.Active == "" {
				c.Active = string(name)
			}
		case "Encrypt":
			c.Encrypted = true
		}
	}
}

// interesting passes over the many names that are none of ours.
func interesting(c byte) bool { return c == 'J' || c == 'L' || c == 'E' || c == '#' }

// pdfName appends the name at the start of b to dst, as far as its capacity goes, and counts the octets it took.
func pdfName(dst, b []byte) ([]byte, int) {
	i := 0
	for ; i < len(b) && len(dst) < cap(dst); i++ {
		c := b[i]
		if c == '#' && i+2 < len(b) {
			if hi, lo := hexValue(b[i+1]), hexValue(b[i+2]); hi >= 0 && lo >= 0 {
				dst = append(dst, byte(hi<<4|lo))
				i += 2
				continue
			}
		}
		if c <= ' ' || bytes.IndexByte([]byte("()<>[]{}/%"), c) >= 0 {
			break
		}
		dst = append(dst, c)
	}
	return dst, i
}
