package sample

import "unicode/utf16"

// Entry is a storage or a stream of a compound file. One with Children, or Storage set, is a storage.
type Entry struct {
	Name     string
	Data     []byte
	Storage  bool
	Children []Entry
}

const (
	endOfChain = 0xfffffffe
	fatMark    = 0xfffffffd
	noEntry    = 0xffffffff
)

// oleWriter lays out a compound file: allocation table, streams, directory.
type oleWriter struct {
	sector int // octets
	fat    []uint32
	data   []byte // sectors
	dir    []byte
}

// OLE is a compound file whose root holds the given entries, in sectors of 512.
func OLE(entries ...Entry) []byte { return OLESectors(9, entries...) }

// OLESectors is a compound file with sectors of 2 to the power of shift: 9, or 12 in its newer version.
func OLESectors(shift uint16, entries ...Entry) []byte {
	w := oleWriter{sector: 1 << shift}
	w.entry("Root Entry", 5, endOfChain, 0)
	w.children(0, entries)
	dirStart := w.store(w.dir)
	return w.file(dirStart, shift)
}

// children appends entries as one chain of right siblings under the parent.
func (w *oleWriter) children(parent int, entries []Entry) {
	link := parent*128 + 76
	for _, e := range entries {
		id := len(w.dir) / 128
		le.PutUint32(w.dir[link:], uint32(id))
		if e.Storage || e.Children != nil {
			w.entry(e.Name, 1, 0, 0)
			w.children(id, e.Children)
		} else {
			data := e.Data
			if len(data) < 4096 { // shorter ones would need a mini stream
				data = append(append([]byte{}, data...), make([]byte, 4096-len(data))...)
			}
			w.entry(e.Name, 2, w.store(data), len(data))
		}
		link = id*128 + 72
	}
}

func (w *oleWriter) entry(name string, kind byte, start uint32, size int) {
	b := make([]byte, 128)
	units := utf16.Encode([]rune(name))
	for i, u := range units {
		le.PutUint16(b[2*i:], u)
	}
	le.PutUint16(b[64:], uint16(2*len(units)+2))
	b[66], b[67] = kind, 1
	for _, at := range []int{68, 72, 76} {
		le.PutUint32(b[at:], noEntry)
	}
	le.PutUint32(b[116:], start)
	le.PutUint32(b[120:], uint32(size))
	w.dir = append(w.dir, b...)
}

// store puts data into sectors and returns the first.
func (w *oleWriter) store(data []byte) uint32 {
	first := uint32(len(w.fat))
	for off := 0; off < len(data); off += w.sector {
		w.fat = append(w.fat, uint32(len(w.fat)+1))
		sector := make([]byte, w.sector)
		copy(sector, data[off:])
		w.data = append(w.data, sector...)
	}
	w.fat[len(w.fat)-1] = endOfChain
	return first
}

// file puts the header before the sectors and the allocation table behind them, with the chain of table sectors that
// the header has no room for.
func (w *oleWriter) file(dirStart uint32, shift uint16) []byte {
	perSector := w.sector / 4
	tables, chain := 0, 0
	for {
		needTables := (len(w.fat) + tables + chain + perSector - 1) / perSector
		needChain := max(0, (needTables-109+perSector-2)/(perSector-1))
		if needTables == tables && needChain == chain {
			break
		}
		tables, chain = needTables, needChain
	}
	firstTable := uint32(len(w.fat))
	for range tables {
		w.fat = append(w.fat, fatMark)
	}
	firstChain := uint32(len(w.fat))
	for range chain {
		w.fat = append(w.fat, fatMark-1)
	}
	h := make([]byte, w.sector)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	le.PutUint16(h[24:], 0x3e)
	le.PutUint16(h[26:], 3+(shift-9)/3)
	le.PutUint16(h[28:], 0xfffe)
	le.PutUint16(h[30:], shift)
	le.PutUint16(h[32:], 6)
	le.PutUint32(h[44:], uint32(tables))
	le.PutUint32(h[48:], dirStart)
	le.PutUint32(h[56:], 4096)
	le.PutUint32(h[60:], endOfChain)
	le.PutUint32(h[68:], endOfChain)
	le.PutUint32(h[72:], uint32(chain))
	if chain > 0 {
		le.PutUint32(h[68:], firstChain)
	}
	for i := range 109 {
		le.PutUint32(h[76+4*i:], noEntry)
		if i < tables {
			le.PutUint32(h[76+4*i:], firstTable+uint32(i))
		}
	}
	out := append(h, w.data...)
	for i := range tables * perSector {
		v := uint32(noEntry)
		if i < len(w.fat) {
			v = w.fat[i]
		}
		out = le.AppendUint32(out, v)
	}
	for c := range chain {
		for i := range perSector - 1 {
			n := 109 + c*(perSector-1) + i
			v := uint32(noEntry)
			if n < tables {
				v = firstTable + uint32(n)
			}
			out = le.AppendUint32(out, v)
		}
		next := uint32(endOfChain)
		if c+1 < chain {
			next = firstChain + uint32(c) + 1
		}
		out = le.AppendUint32(out, next)
	}
	return out
}

// FIB is the head of a Word document's main stream.
func FIB(encrypted bool) []byte {
	b := make([]byte, 4096)
	le.PutUint16(b, 0xa5ec)
	le.PutUint16(b[2:], 0xc1)
	if encrypted {
		le.PutUint16(b[10:], 0x0100)
	}
	return b
}

// Doc is a document of Word 97, with further entries in its root.
func Doc(more ...Entry) []byte {
	return OLE(append([]Entry{{Name: "WordDocument", Data: FIB(false)}, {Name: "1Table", Data: make([]byte, 4096)}}, more...)...)
}
