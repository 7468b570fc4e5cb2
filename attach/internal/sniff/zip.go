package sniff

import (
	"bytes"
	"strings"
)

const (
	zipLocal = "PK\x03\x04"
	zipEntry = "PK\x01\x02"
	zipEnd   = "PK\x05\x06"
	zipEnd64 = "PK\x06\x06"
)

// zipDirectory is where the central directory of an archive stands (APPNOTE.TXT 4.3.12, 4.3.16).
type zipDirectory struct {
	start, size int64
	entries     uint64
	base        int64 // octets before the archive, which shift every offset
}

// zipItem is one entry of the central directory. name is valid until the next entry is read.
type zipItem struct {
	name             []byte
	method, flags    uint16
	packed, unpacked int64
	offset           int64
}

// directory locates the central directory by the last end record that tells the truth: one may stand in a comment.
func (s *Sniffer) directory() (d zipDirectory, ok bool) {
	for _, window := range [...]int64{int64(len(s.buf)), tailSize} {
		from := max(0, s.size-window)
		s.lastIndex(zipEnd, from, func(at int64) bool {
			d, ok = s.directoryAt(at)
			return ok
		})
		if ok || from == 0 {
			break
		}
	}
	return d, ok
}

// directoryAt is the central directory that the end record at a place states, if it is there.
func (s *Sniffer) directoryAt(at int64) (zipDirectory, bool) {
	var r [22]byte
	if len(s.at(r[:], at)) < len(r) || at+22+int64(le.Uint16(r[20:])) > s.size {
		return zipDirectory{}, false
	}
	d := zipDirectory{entries: uint64(le.Uint16(r[10:])), size: int64(le.Uint32(r[12:])), start: int64(le.Uint32(r[16:]))}
	end := at
	if d.entries == 0xffff || d.size == 0xffffffff || d.start == 0xffffffff {
		if end64, ok := s.end64(at, &d); ok {
			end = end64
		}
	}
	if d.size < 0 || d.start < 0 || d.size > end || d.start > end-d.size {
		return d, false
	}
	d.base = end - d.size - d.start
	// Some writers count offsets from the file's start though octets precede the archive.
	if d.base > 0 && s.isEntry(d.start) {
		d.base = 0
	}
	d.start += d.base
	return d, d.entries == 0 || s.isEntry(d.start)
}

func (s *Sniffer) isEntry(at int64) bool {
	var sig [4]byte
	return string(s.at(sig[:], at)) == zipEntry
}

// end64 reads the zip64 end record through its locator (APPNOTE.TXT 4.3.14, 4.3.15).
func (s *Sniffer) end64(at int64, d *zipDirectory) (int64, bool) {
	var locator [20]byte
	if len(s.at(locator[:], at-20)) < 20 || string(locator[:4]) != "PK\x06\x07" {
		return 0, false
	}
	pos := int64(le.Uint64(locator[8:]))
	var r [56]byte
	if len(s.at(r[:], pos)) < len(r) || string(r[:4]) != zipEnd64 {
		return 0, false
	}
	d.entries, d.size, d.start = le.Uint64(r[32:]), int64(le.Uint64(r[40:])), int64(le.Uint64(r[48:]))
	return pos, true
}

// each calls visit with every entry of the directory. Entries beyond the stated number are seen by some programs only.
func (s *Sniffer) each(d zipDirectory, visit func(zipItem)) Damage {
	if d.entries > maxEntries || d.size > maxDirectory {
		return Bounds
	}
	var b []byte
	pos, limit := d.start, d.start+d.size
	for range d.entries {
		item, n, ok := parseItem(b)
		if !ok { // the entry runs past the window
			b = s.at(s.buf[:min(int64(len(s.buf)), max(0, limit-pos))], pos)
			if item, n, ok = parseItem(b); !ok {
				return Structure
			}
		}
		item.offset += d.base
		visit(item)
		b, pos = b[n:], pos+int64(n)
	}
	if s.isEntry(pos) {
		return Structure
	}
	return ""
}

// parseItem reads the entry at the start of b and the octets it takes.
func parseItem(b []byte) (zipItem, int, bool) {
	if len(b) < 46 || string(b[:4]) != zipEntry {
		return zipItem{}, 0, false
	}
	name := int(le.Uint16(b[28:]))
	n := 46 + name + int(le.Uint16(b[30:])) + int(le.Uint16(b[32:]))
	if len(b) < 46+name {
		return zipItem{}, 0, false
	}
	item := zipItem{
		name: b[46 : 46+name], flags: le.Uint16(b[8:]), method: le.Uint16(b[10:]),
		packed: int64(le.Uint32(b[20:])), unpacked: int64(le.Uint32(b[24:])), offset: int64(le.Uint32(b[42:])),
	}
	if n > len(b) {
		return item, len(b), false
	}
	item.wide(b[46+name : 46+name+int(le.Uint16(b[30:]))])
	return item, n, true
}

// wide takes the sizes and the offset that stand in the zip64 extra field instead (APPNOTE.TXT 4.5.3): in this order,
// and only those that the entry itself leaves to it. Some writers do so for small files too.
func (i *zipItem) wide(extra []byte) {
	for len(extra) >= 4 {
		id, rest := le.Uint16(extra), extra[4:]
		field := rest[:min(int(le.Uint16(extra[2:])), len(rest))]
		extra = rest[len(field):]
		if id != 1 {
			continue
		}
		for _, value := range [...]*int64{&i.unpacked, &i.packed, &i.offset} {
			if *value == 0xffffffff && len(field) >= 8 {
				*value, field = int64(le.Uint64(field)), field[8:]
			}
		}
		return
	}
}

// escapes tells a name that leaves the archive when unpacked.
func escapes(name []byte) bool {
	if len(name) == 0 {
		return false
	}
	if name[0] == '/' || name[0] == '\\' || len(name) > 1 && name[1] == ':' {
		return true
	}
	if !bytes.Contains(name, []byte("..")) {
		return false
	}
	for _, part := range strings.FieldsFunc(string(name), func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." {
			return true
		}
	}
	return false
}
