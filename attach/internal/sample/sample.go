// Package sample makes files for tests: honest ones of every format, and hostile ones built of the same pieces.
package sample

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

var (
	le = binary.LittleEndian
	be = binary.BigEndian
)

// JPEG is a picture of the given size with the frame marker sof (0xc0 baseline, 0xc2 progressive, 0xc3 lossless)
// behind the given segments.
func JPEG(width, height uint16, sof byte, segments ...[]byte) []byte {
	b := []byte{0xff, 0xd8}
	b = append(b, Segment(0xe0, []byte("JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"))...)
	for _, s := range segments {
		b = append(b, s...)
	}
	frame := be.AppendUint16(be.AppendUint16([]byte{8}, height), width)
	b = append(b, Segment(sof, append(frame, 1, 1, 0x11, 0))...)
	b = append(b, Segment(0xda, []byte{1, 1, 0, 0, 63, 0})...)
	return append(b, 0x37, 0xff, 0xd9)
}

// Segment is one JPEG segment.
func Segment(marker byte, data []byte) []byte {
	return append(be.AppendUint16([]byte{0xff, marker}, uint16(len(data)+2)), data...)
}

// PNG is a picture that claims the given size, with further chunks before its data.
func PNG(width, height uint32, chunks ...[]byte) []byte {
	b := []byte("\x89PNG\r\n\x1a\n")
	b = append(b, Chunk("IHDR", append(be.AppendUint32(be.AppendUint32(nil, width), height), 8, 0, 0, 0, 0))...)
	for _, c := range chunks {
		b = append(b, c...)
	}
	b = append(b, Chunk("IDAT", []byte{0x78, 0x9c, 0x63, 0, 0, 0, 2, 0, 1})...)
	return append(b, Chunk("IEND", nil)...)
}

// Chunk is one PNG chunk.
func Chunk(name string, data []byte) []byte {
	b := append(be.AppendUint32(nil, uint32(len(data))), name...)
	b = append(b, data...)
	return be.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// BMP is a bitmap of 2 by 2 with a second header of the given size.
func BMP(header uint32) []byte {
	b := make([]byte, 14+int(header)+16)
	copy(b, "BM")
	le.PutUint32(b[2:], uint32(len(b)))
	le.PutUint32(b[10:], 14+header)
	le.PutUint32(b[14:], header)
	if header == 12 {
		le.PutUint16(b[18:], 2)
		le.PutUint16(b[20:], 2)
		return b
	}
	le.PutUint32(b[18:], 2)
	le.PutUint32(b[22:], 2)
	return b
}

// PDF is a document of one empty page. catalog goes into its catalog, objects are further objects, trailer goes into
// the trailer.
func PDF(catalog, trailer string, objects ...string) []byte {
	all := append([]string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
	}, objects...)
	b := []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var offsets []int
	for i, o := range all {
		offsets = append(offsets, len(b))
		b = fmt.Appendf(b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := len(b)
	b = fmt.Appendf(b, "xref\n0 %d\n0000000000 65535 f \n", len(all)+1)
	for _, o := range offsets {
		b = fmt.Appendf(b, "%010d 00000 n \n", o)
	}
	return fmt.Appendf(b, "trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n", len(all)+1, trailer, xref)
}

// RTF is a document with the given groups before its text.
func RTF(groups string) []byte {
	return []byte(`{\rtf1\ansi\deff0{\fonttbl{\f0 Times;}}` + groups + `\f0 Text.\par}`)
}

// Pad is n octets that are of no format, to make a file of a certain size.
func Pad(n int) []byte {
	b := make([]byte, n)
	state := uint32(2463534242)
	for i := range b {
		state ^= state << 13
		state ^= state >> 17
		state ^= state << 5
		b[i] = byte(state)
	}
	return b
}

// Join puts pieces behind each other.
func Join(pieces ...[]byte) []byte { return bytes.Join(pieces, nil) }

// HTML, MHTML, SVG and WordXML are what pages and programs save under other names.
var (
	HTML    = []byte("<html><body><p>Hello</p></body></html>")
	MHTML   = []byte("MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>x</p>\r\n--b--\r\n")
	SVG     = []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>`)
	WordXML = []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"/>`)
	EXE     = []byte("MZ\x90\x00" + strings.Repeat("\x00", 60) + "PE\x00\x00")
	HEIC    = []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic")
	WebP    = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00")
	GIF     = []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;")
	JP2     = []byte("\x00\x00\x00\x0cjP  \r\n\x87\n\x00\x00\x00\x14ftypjp2 ")
	Word2   = append([]byte("\xdb\xa5\x2d\x00"), make([]byte, 800)...)
)
