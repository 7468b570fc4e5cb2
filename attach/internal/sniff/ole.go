package sniff

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

var le = binary.LittleEndian

const (
	oleMagic  = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	oleMaxReg = 0xfffffff9 // sector numbers above are markers ([MS-CFB] 2.1)

	miniCutoff = 4096 // shorter streams lie in the mini stream
)

// oleFile walks a compound file ([MS-CFB]) with random access.
type oleFile struct {
	s       *Sniffer
	sector  int64    // octets of a sector
	dir     []uint32 // sectors of the directory
	fat     [512]byte
	fatBase uint32 // index of fat's first entry
	fatLen  uint32 // entries in fat
	damaged Damage
}

// dirEntry is one entry of the directory.
type dirEntry struct {
	name               string
	kind               byte // 1 storage, 2 stream, 5 root
	left, right, child uint32
	start              uint32
	size               int64
}

// ole recognises compound files by the children of the root: only they say what the document is,
// since any other may be embedded in it.
func (s *Sniffer) ole() (Content, bool) {
	if !hasPrefix(s.head, oleMagic) {
		return Content{}, false
	}
	f := oleFile{s: s}
	root, children := f.rootChildren()
	if f.damaged != "" {
		return Content{Kind: "ole", Damaged: f.damaged}, true
	}
	c := Content{Kind: "ole"}
	for _, e := range children {
		name := strings.ToLower(e.name) // names compare without case ([MS-CFB] 2.6.4)
		if kind, ok := oleKinds[name]; ok && (e.kind == 2 || kind == "pub" && e.kind == 1) {
			// A root with two of them is a document to no program but the other one's.
			if c.Kind == "ole" || c.Kind == "doc" && kind != "doc" || kind == "encrypted" {
				c.Kind = kind
			}
		}
		if name == "macros" && e.kind == 1 {
			c.Macros = true
		}
	}
	switch c.Kind {
	case "encrypted":
		c.Encrypted = true
	case "doc":
		f.document(root, children, &c)
	default:
		c.Macros = false
	}
	return c, true
}

// oleKinds names the stream of the root that each format has, in lower case.
var oleKinds = map[string]string{
	"worddocument": "doc", "workbook": "xls", "book": "xls", "powerpoint document": "ppt",
	"__properties_version1.0": "msg", "encryptedpackage": "encrypted", "visiodocument": "vsd",
	"quill": "pub", "fileheader": "hwp",
}

func (f *oleFile) offset(sector uint32) int64 { return (int64(sector) + 1) * f.sector }

// rootChildren is the root storage and what it holds.
func (f *oleFile) rootChildren() (dirEntry, []dirEntry) {
	h := f.s.head
	if len(h) < 512 {
		f.damaged = Structure
		return dirEntry{}, nil
	}
	shift := le.Uint16(h[30:])
	if shift != 9 && shift != 12 { // [MS-CFB] 2.2
		f.damaged = Structure
		return dirEntry{}, nil
	}
	f.sector = 1 << shift
	f.readDirectoryChain(le.Uint32(h[48:]))
	if f.damaged != "" {
		return dirEntry{}, nil
	}
	root, ok := f.entry(0)
	if !ok || root.kind != 5 {
		f.damaged = Structure
		return dirEntry{}, nil
	}
	return root, f.walk(root.child)
}

// readDirectoryChain follows the directory's sectors, at most maxOLE octets of them.
func (f *oleFile) readDirectoryChain(sector uint32) {
	for sector <= oleMaxReg {
		if int64(len(f.dir))*f.sector >= maxOLE {
			f.damaged = Bounds
			return
		}
		if f.offset(sector) >= f.s.size {
			f.damaged = Structure
			return
		}
		f.dir = append(f.dir, sector)
		next, ok := f.next(sector)
		if !ok {
			f.damaged = Structure
			return
		}
		sector = next
	}
	if len(f.dir) == 0 {
		f.damaged = Structure
	}
}

// next is the sector after the given one in its chain. It keeps one block of the allocation table.
func (f *oleFile) next(sector uint32) (uint32, bool) {
	if f.fatLen == 0 || sector < f.fatBase || sector >= f.fatBase+f.fatLen {
		perSector := uint32(f.sector / 4)
		fatSector, ok := f.fatAt(sector / perSector)
		if !ok {
			return 0, false
		}
		const block = 512 / 4
		within := sector % perSector / block * block
		got := f.s.at(f.fat[:], f.offset(fatSector)+int64(within)*4)
		f.fatBase, f.fatLen = sector-sector%perSector+within, uint32(len(got)/4)
		if sector >= f.fatBase+f.fatLen {
			return 0, false
		}
	}
	return le.Uint32(f.fat[(sector-f.fatBase)*4:]), true
}

// fatAt is the sector that holds the n-th part of the allocation table. Past the 109 listed in the
// header it follows the chain of [MS-CFB] 2.5, which a file of 30 MB seldom has.
func (f *oleFile) fatAt(n uint32) (uint32, bool) {
	if n < 109 {
		sector := le.Uint32(f.s.head[76+4*n:])
		return sector, sector <= oleMaxReg
	}
	n -= 109
	perSector := uint32(f.sector/4) - 1
	sector := le.Uint32(f.s.head[68:])
	for steps := 0; sector <= oleMaxReg && steps < maxOLE/512; steps++ {
		var word [4]byte
		index := perSector
		if n < perSector {
			index = n
		}
		if len(f.s.at(word[:], f.offset(sector)+int64(index)*4)) < 4 {
			return 0, false
		}
		sector = le.Uint32(word[:])
		if n < perSector {
			return sector, sector <= oleMaxReg
		}
		n -= perSector
	}
	return 0, false
}

// walk visits the tree of siblings. Pointers to nowhere occur in honest files, those to an entry that was visited do not.
func (f *oleFile) walk(id uint32) []dirEntry {
	total := uint32(int64(len(f.dir)) * f.sector / 128)
	seen := make([]uint64, total/64+1)
	var stack [64]uint32
	todo := append(stack[:0], id)
	var out []dirEntry
	for len(todo) > 0 {
		id, todo = todo[len(todo)-1], todo[:len(todo)-1]
		if id >= total {
			continue
		}
		if seen[id/64]&(1<<(id%64)) != 0 {
			f.damaged = Structure
			return nil
		}
		seen[id/64] |= 1 << (id % 64)
		e, ok := f.entry(id)
		if !ok {
			continue
		}
		out = append(out, e)
		todo = append(todo, e.left, e.right)
	}
	return out
}

// entry reads one directory entry ([MS-CFB] 2.6.1).
func (f *oleFile) entry(id uint32) (dirEntry, bool) {
	perSector := uint32(f.sector / 128)
	var b [128]byte
	got := f.s.at(b[:], f.offset(f.dir[id/perSector])+int64(id%perSector)*128)
	if len(got) < len(b) {
		return dirEntry{}, false
	}
	return dirEntry{
		name: oleName(b[:64], int(le.Uint16(b[64:]))), kind: b[66],
		left: le.Uint32(b[68:]), right: le.Uint32(b[72:]), child: le.Uint32(b[76:]),
		start: le.Uint32(b[116:]), size: int64(le.Uint32(b[120:])),
	}, true
}

// oleName decodes an entry's name; n counts its octets with the final NUL.
func oleName(b []byte, n int) string {
	if n < 2 || n > len(b) {
		return ""
	}
	var units [32]uint16
	count := n/2 - 1
	for i := range count {
		units[i] = le.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units[:count]))
}
