// Package codec holds the content transfer encodings of RFC 2045 (and uuencode), written for speed and,
// on the way in, for tolerance: what is not of the alphabet is skipped or kept, never fatal.
package codec

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Columns of base64 in lines (RFC 2045 §6.8): 57 octets of content make 76 characters and CRLF.
const (
	LineIn  = 57
	LineOut = 78
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// pairs holds the two characters of every 12-bit value, the first in the low octet.
var pairs = func() (t [4096]uint16) {
	for i := range t {
		t[i] = uint16(alphabet[i>>6]) | uint16(alphabet[i&63])<<8
	}
	return t
}()

// EncodedLen is the number of octets that n octets take in base64 lines, each line closed by CRLF.
func EncodedLen(n int64) int64 {
	lines, rest := n/LineIn, n%LineIn
	size := lines * LineOut
	if rest > 0 {
		size += (rest+2)/3*4 + 2
	}
	return size
}

// EncodeLines writes src in base64 lines into dst, which must hold EncodedLen(len(src)) octets, and returns
// the number written. Only the last call for one content may give a src that is not a multiple of LineIn.
func EncodeLines(dst, src []byte) int {
	n := 0
	for len(src) >= LineIn {
		encodeLine((*[LineOut]byte)(dst[n:]), (*[LineIn]byte)(src))
		src, n = src[LineIn:], n+LineOut
	}
	if len(src) == 0 {
		return n
	}
	n += encodeGroups(dst[n:], src)
	dst[n], dst[n+1] = '\r', '\n'
	return n + 2
}

// AppendTextLines appends s, its line breaks as CRLF, in base64 lines.
func AppendTextLines(dst []byte, s string) []byte {
	var chunk [32 * LineIn]byte
	filled := 0
	put := func(piece string) {
		for piece != "" {
			n := copy(chunk[filled:], piece)
			filled, piece = filled+n, piece[n:]
			if filled == len(chunk) {
				dst, filled = AppendLines(dst, chunk[:]), 0
			}
		}
	}
	for all := linesOf(s); all.more(); {
		line, broken := all.next()
		put(line)
		if broken {
			put("\r\n")
		}
	}
	return AppendLines(dst, chunk[:filled])
}

// AppendLines appends src in base64 lines. See [EncodeLines] for content in several calls.
func AppendLines(dst, src []byte) []byte {
	n, size := len(dst), int(EncodedLen(int64(len(src))))
	dst = slices.Grow(dst, size)[:n+size]
	EncodeLines(dst[n:], src)
	return dst
}

// AppendBase64 appends src in base64 without line breaks, as an encoded word wants it.
func AppendBase64[T ~string | ~[]byte](dst []byte, src T) []byte {
	for len(src) >= 3 {
		v := uint(src[0])<<16 | uint(src[1])<<8 | uint(src[2])
		hi, lo := pairs[v>>12&0xfff], pairs[v&0xfff]
		dst = append(dst, byte(hi), byte(hi>>8), byte(lo), byte(lo>>8))
		src = src[3:]
	}
	switch len(src) {
	case 1:
		hi := pairs[uint(src[0])<<4]
		dst = append(dst, byte(hi), byte(hi>>8), '=', '=')
	case 2:
		v := uint(src[0])<<16 | uint(src[1])<<8
		hi, lo := pairs[v>>12&0xfff], pairs[v&0xfff]
		dst = append(dst, byte(hi), byte(hi>>8), byte(lo), '=')
	}
	return dst
}

func encodeGroups(dst, src []byte) int {
	return len(AppendBase64(dst[:0], src))
}

// encodeLine takes six octets at a time: four table look-ups, one store.
func encodeLine(dst *[LineOut]byte, src *[LineIn]byte) {
	for i, o := 0, 0; i < 54; i, o = i+6, o+8 {
		v := binary.BigEndian.Uint64(src[i : i+8 : i+8])
		binary.LittleEndian.PutUint64(dst[o:o+8:o+8],
			uint64(pairs[v>>52])|uint64(pairs[v>>40&0xfff])<<16|uint64(pairs[v>>28&0xfff])<<32|uint64(pairs[v>>16&0xfff])<<48)
	}
	v := uint(src[54])<<16 | uint(src[55])<<8 | uint(src[56])
	hi, lo := pairs[v>>12&0xfff], pairs[v&0xfff]
	dst[72], dst[73], dst[74], dst[75] = byte(hi), byte(hi>>8), byte(lo), byte(lo>>8)
	dst[76], dst[77] = '\r', '\n'
}

const (
	bad = 0xff // not of the alphabet
	pad = 0xfe
)

var values = func() (t [256]byte) {
	for i := range t {
		t[i] = bad
	}
	for i := range len(alphabet) {
		t[alphabet[i]] = byte(i)
	}
	t['='] = pad
	return t
}()

// wide holds the value of a character shifted to its place in a group of four; the top bit says it is none.
var wide = func() (t [4][256]uint32) {
	for place := range t {
		for c := range t[place] {
			t[place][c] = 1 << 31
			if v := values[c]; v < 64 {
				t[place][c] = uint32(v) << (18 - 6*place)
			}
		}
	}
	return t
}()

// Base64 decodes base64 that comes in lines, or in pieces of them. Characters outside the alphabet are skipped
// and counted. After padding only lines go on that are whole groups of base64: some senders encode in runs, and
// some relays put text below. The zero value is ready.
type Base64 struct {
	Skipped int // octets that were neither base64, padding nor white space
	acc     uint32
	have    int  // characters in acc
	padded  bool // padding was met in an earlier line
}

// Decode appends what src yields to dst.
func (d *Base64) Decode(dst, src []byte) []byte {
	if d.padded && !isRun(src) {
		d.Skipped += len(bytes.TrimSpace(src))
		return dst
	}
	if d.have == 0 {
		dst, src = decodeClean(dst, src)
	}
	for i := 0; i < len(src); i++ {
		v := values[src[i]]
		switch {
		case v < 64:
			d.acc = d.acc<<6 | uint32(v)
			if d.have++; d.have == 4 {
				dst = append(dst, byte(d.acc>>16), byte(d.acc>>8), byte(d.acc))
				d.acc, d.have = 0, 0
				var rest []byte
				dst, rest = decodeClean(dst, src[i+1:])
				i = len(src) - len(rest) - 1
			}
		case v == pad:
			dst = d.Flush(dst)
			d.padded = true
		case src[i] != ' ' && src[i] != '\t' && src[i] != '\r' && src[i] != '\n':
			d.Skipped++
		}
	}
	return dst
}

// Lines decodes the lines at the beginning of src that are full and clean, as most are, much faster than one by
// one, and returns how many octets of src they were.
func (d *Base64) Lines(dst, src []byte) ([]byte, int) {
	if d.have > 0 || d.padded {
		return dst, 0
	}
	n := 0
	for len(src)-n >= LineOut {
		line := src[n : n+LineOut]
		next := LineOut
		if line[LineOut-2] == '\n' {
			next--
		} else if line[LineOut-2] != '\r' || line[LineOut-1] != '\n' {
			break
		}
		room := len(dst)
		dst = slices.Grow(dst, LineIn)[:room+LineIn]
		if !decodeLine((*[LineIn]byte)(dst[room:]), (*[LineOut]byte)(line)) {
			return dst[:room], n
		}
		n += next
	}
	return dst, n
}

// decodeLine decodes 76 characters and says whether all were of the alphabet.
func decodeLine(dst *[LineIn]byte, src *[LineOut]byte) bool {
	var wrong uint32
	for i, o := 0, 0; i < 76; i, o = i+4, o+3 {
		v := wide[0][src[i]] | wide[1][src[i+1]] | wide[2][src[i+2]] | wide[3][src[i+3]]
		wrong |= v
		dst[o], dst[o+1], dst[o+2] = byte(v>>16), byte(v>>8), byte(v)
	}
	return wrong>>31 == 0
}

// isRun says whether line is whole groups of base64.
func isRun(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, c := range line {
		if values[c] == bad {
			return false
		}
	}
	return len(line)%4 == 0
}

// Flush appends the octets of an unfinished group, as at padding or at the end.
func (d *Base64) Flush(dst []byte) []byte {
	switch d.have {
	case 2:
		dst = append(dst, byte(d.acc>>4))
	case 3:
		dst = append(dst, byte(d.acc>>10), byte(d.acc>>2))
	}
	d.acc, d.have = 0, 0
	return dst
}

// decodeClean decodes whole groups up to the first character that is not of the alphabet, and returns the rest.
func decodeClean(dst, src []byte) ([]byte, []byte) {
	for len(src) >= 8 {
		s := (*[8]byte)(src)
		a := wide[0][s[0]] | wide[1][s[1]] | wide[2][s[2]] | wide[3][s[3]]
		b := wide[0][s[4]] | wide[1][s[5]] | wide[2][s[6]] | wide[3][s[7]]
		if (a|b)>>31 != 0 {
			break
		}
		dst = append(dst, byte(a>>16), byte(a>>8), byte(a), byte(b>>16), byte(b>>8), byte(b))
		src = src[8:]
	}
	for len(src) >= 4 {
		s := (*[4]byte)(src)
		a := wide[0][s[0]] | wide[1][s[1]] | wide[2][s[2]] | wide[3][s[3]]
		if a>>31 != 0 {
			break
		}
		dst = append(dst, byte(a>>16), byte(a>>8), byte(a))
		src = src[4:]
	}
	return dst, src
}
