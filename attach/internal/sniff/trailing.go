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
	var b [512]byte
	rest := s.at(b[:], at+int64(len(end)))
	c.Trailing = hostileStart(bytes.TrimLeft(rest, "\x00\t\n\f\r "))
}

// zipAtEnd tells an archive behind the content: an end record at the very end of the file whose
// directory is where it says.
func (s *Sniffer) zipAtEnd() bool {
	at, ok := s.lastIndex(zipEnd, max(0, s.size-tailSize), func(int64) bool { return true })
	if !ok {
		return false
	}
	var r [22]byte
	if len(s.at(r[:], at)) < len(r) {
		return false
	}
	var sig [4]byte
	size := int64(le.Uint32(r[12:]))
	return size > 0 && string(s.at(sig[:], at-size)) == zipEntry
}

// hostileStart is the kind of program or markup that b begins with, "" for anything else: fonts,
// cameras and editors append data of their own.
func hostileStart(b []byte) string {
	if kind := signature(b); kind == "exe" || kind == "script" {
		return kind
	}
	return markup(b)
}
