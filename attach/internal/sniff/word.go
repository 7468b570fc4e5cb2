package sniff

import "strings"

// document looks at the main stream: whether it lies in the file, and its encryption bit. A file that ends before its
// main stream does is damaged though its directory is there: the sectors are in no order, so that what is missing is any part of the
// text, and Word refuses to open it. A last sector that is not filled up is common and no damage.
func (f *oleFile) document(root dirEntry, children []dirEntry, c *Content) {
	for _, e := range children {
		if e.kind != 2 || !strings.EqualFold(e.name, "WordDocument") {
			continue
		}
		at := f.offset(e.start)
		if e.size < miniCutoff {
			at = f.miniOffset(root, e.start)
		}
		var fib [12]byte
		if len(f.s.at(fib[:], at)) < len(fib) {
			c.Damaged = Structure
			return
		}
		// [MS-DOC] 2.5.2: wIdent and fEncrypted
		c.Encrypted = le.Uint16(fib[:]) == 0xa5ec && le.Uint16(fib[10:])&0x0100 != 0
		if e.size >= miniCutoff && !f.complete(e) {
			c.Damaged = Structure
		}
	}
}

// complete tells whether every sector of a stream lies in the file, as far as the chain is followed.
func (f *oleFile) complete(e dirEntry) bool {
	sector := e.start
	for range min((e.size+f.sector-1)/f.sector, maxOLE/512) {
		if sector > oleMaxReg {
			return true // shorter than stated, which readers forgive
		}
		if f.offset(sector) >= f.s.size {
			return false
		}
		next, ok := f.next(sector)
		if !ok {
			return false
		}
		sector = next
	}
	return true
}

// miniOffset is where a short stream begins: in the stream of the root ([MS-CFB] 2.4).
func (f *oleFile) miniOffset(root dirEntry, miniSector uint32) int64 {
	within := int64(miniSector) * 64
	sector := root.start
	for range min(within/f.sector, maxOLE/512) {
		next, ok := f.next(sector)
		if !ok || sector > oleMaxReg {
			return -1
		}
		sector = next
	}
	if sector > oleMaxReg {
		return -1
	}
	return f.offset(sector) + within%f.sector
}

// word2 recognises the flat files of Word 2, which have no container.
func (s *Sniffer) word2() (Content, bool) {
	return Content{Kind: "doc", Legacy: true}, hasPrefix(s.head, "\xdb\xa5\x2d\x00")
}
