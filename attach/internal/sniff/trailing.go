package sniff

import "bytes"

// trailing notes what follows the end of a picture or document: a ZIP archive, a program or markup,
// which another program may read instead. end is the mark that closes the format.
func (s *Sniffer) trailing(c *Content, end string) {
	if s.zipAtEnd() {
		c.Trailing = "zip"
		return
	}
	at, ok := s.lastIndex(end, max(0, s.size-tailSize), func(int64) bool { return true })
	if !ok {
		return
	}
	c.Trailing = s.behind(at + int64(len(end)))
}

// behind is the kind of program or markup that begins at a place, "" where there is none.
func (s *Sniffer) behind(at int64) string {
	var b [512]byte
	return hostileStart(bytes.TrimLeft(s.at(b[:], at), "\x00\t\n\f\r "))
}

// zipAtEnd tells an archive behind the content, with its directory where the end record says.
func (s *Sniffer) zipAtEnd() bool {
	d, ok := s.directory()
	return ok && d.entries > 0
}

// hostileStart is the kind of program or markup that b begins with, "" for anything else: fonts,
// cameras and editors append data of their own.
func hostileStart(b []byte) string {
	if kind := signature(b); kind == "exe" || kind == "script" {
		return kind
	}
	return markup(wideText(b))
}
