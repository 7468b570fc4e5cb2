package sniff

import "encoding/binary"

var be = binary.BigEndian

const jpegEnd = "\xff\xd9"

// jpeg recognises JPEG (ITU-T T.81) and reads its size from the frame header. Cameras omit the end
// marker, so a missing one is no damage.
func (s *Sniffer) jpeg() (Content, bool) {
	if !hasPrefix(s.head, "\xff\xd8\xff") {
		return Content{}, false
	}
	c := Content{Kind: "jpeg"}
	pos := int64(2)
	var b [9]byte
	for range maxSegments {
		got := s.at(b[:], pos)
		if len(got) < 4 || got[0] != 0xff {
			break
		}
		marker := got[1]
		switch {
		case marker == 0xff: // fill octet
			pos++
			continue
		case marker == 0x01 || marker >= 0xd0 && marker <= 0xd8: // stand alone
			pos += 2
			continue
		case isFrame(marker) && len(got) == len(b):
			c.Height, c.Width = int64(be.Uint16(b[5:])), int64(be.Uint16(b[7:]))
		}
		if marker == 0xd9 {
			break
		}
		pos += 2 + int64(be.Uint16(got[2:]))
		if marker == 0xda {
			c.Data = pos
			break
		}
	}
	s.trailing(&c, jpegEnd)
	return c, true
}

// isFrame tells a start of frame (T.81 table B.1): all of C0 to CF but the tables DHT, JPG and DAC.
func isFrame(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

const (
	pngMagic = "\x89PNG\r\n\x1a\n"
	pngEnd   = "\x00\x00\x00\x00IEND\xae\x42\x60\x82"
)

// png recognises PNG and APNG; one without its last chunk is cut.
func (s *Sniffer) png() (Content, bool) {
	if !hasPrefix(s.head, pngMagic) {
		return Content{}, false
	}
	c := Content{Kind: "png"}
	if h := s.head; len(h) >= 24 && string(h[12:16]) == "IHDR" {
		c.Width, c.Height = int64(be.Uint32(h[16:])), int64(be.Uint32(h[20:]))
	}
	var last [len(pngEnd)]byte
	if string(s.at(last[:], s.size-int64(len(last)))) == pngEnd {
		return c, true
	}
	end, ok := s.pngLength()
	if !ok {
		c.Damaged = Cut
	}
	s.trailing(&c, pngEnd)
	if c.Trailing == "" && end > 0 {
		c.Trailing = s.behind(end)
	}
	return c, true
}

// pngLength walks the chunks to the last one and tells where it ends. A file of more chunks than it walks counts as complete.
func (s *Sniffer) pngLength() (int64, bool) {
	pos := int64(len(pngMagic))
	var b [8]byte
	for range maxSegments {
		if len(s.at(b[:], pos)) < len(b) {
			// CgBI and other dialects keep the chunk layout, so that nothing is told apart here.
			return 0, false
		}
		pos += 12 + int64(be.Uint32(b[:]))
		if string(b[4:]) == "IEND" {
			return pos, pos <= s.size
		}
	}
	return 0, true
}

// webpSize reads the size of the picture in the first 30 octets of a WebP: of the whole canvas, of a lossless or of a
// lossy picture (RFC 9649 §2.7, §3.4, RFC 6386 §9.1).
func webpSize(h []byte) (width, height int64) {
	switch string(h[12:16]) {
	case "VP8X":
		return 1 + int64(le.Uint32(h[23:])>>8), 1 + int64(le.Uint32(h[26:])>>8)
	case "VP8L":
		bits := le.Uint32(h[21:])
		return 1 + int64(bits&0x3fff), 1 + int64(bits>>14&0x3fff)
	case "VP8 ":
		return int64(le.Uint16(h[26:]) & 0x3fff), int64(le.Uint16(h[28:]) & 0x3fff)
	}
	return 0, 0
}

// bmp recognises Windows and OS/2 bitmaps by the size of their second header: text may begin with "BM" too.
func (s *Sniffer) bmp() (Content, bool) {
	h := s.head
	if hasPrefix(h, "BA") && len(h) > 14 { // OS/2 array: its first image follows
		h = h[14:]
	}
	if !hasPrefix(h, "BM") || len(h) < 18 {
		return Content{}, false
	}
	c := Content{Kind: "bmp"}
	switch le.Uint32(h[14:]) {
	case 12:
		if len(h) >= 22 {
			c.Width, c.Height = int64(le.Uint16(h[18:])), int64(le.Uint16(h[20:]))
		}
	case 16, 24, 40, 48, 52, 56, 64, 108, 124:
		if len(h) >= 26 {
			// A negative height is a bitmap stored top down.
			c.Width, c.Height = int64(int32(le.Uint32(h[18:]))), abs(int64(int32(le.Uint32(h[22:]))))
		}
	default:
		return Content{}, false
	}
	if declared := int64(le.Uint32(h[2:])); s.head[1] == 'M' && declared != 0 && declared != s.size {
		c.Odd = OddSize
	}
	return c, true
}

func abs(n int64) int64 { return max(n, -n) }
