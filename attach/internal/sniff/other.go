package sniff

import (
	"bytes"
	"strings"

	"github.com/gabriel-vasile/mimetype"
)

// magic is a signature and what it stands for.
type magic struct{ prefix, kind string }

// magics are the formats that only need a name, so that a person learns what the file is.
var magics = [...]magic{
	{"MZ", "exe"}, {"\x7fELF", "exe"}, {"\xca\xfe\xba\xbe", "exe"}, {"\xfe\xed\xfa\xce", "exe"}, {"\xfe\xed\xfa\xcf", "exe"},
	{"\xce\xfa\xed\xfe", "exe"}, {"\xcf\xfa\xed\xfe", "exe"}, {"\x00asm", "exe"}, {"L\x00\x00\x00\x01\x14\x02\x00", "exe"},
	{"#!", "script"},
	{"GIF87a", "gif"}, {"GIF89a", "gif"},
	{"\x00\x00\x00\x0cjP  \r\n\x87\n", "jpeg2000"}, {"\xff\x4f\xff\x51", "jpeg2000"},
	{"II*\x00", "tiff"}, {"MM\x00*", "tiff"}, {"8BPS", "psd"}, {"\x00\x00\x01\x00", "ico"}, {"\x00\x00\x02\x00", "ico"},
	{"%!PS", "postscript"}, {"\xc5\xd0\xd3\xc6", "postscript"},
	{"7z\xbc\xaf\x27\x1c", "7z"}, {"Rar!\x1a\x07", "rar"}, {"\x1f\x8b", "gzip"}, {"BZh", "bzip2"}, {"\xfd7zXZ\x00", "xz"},
	{"\x28\xb5\x2f\xfd", "zstd"}, {"MSCF", "cab"}, {"ITSF", "chm"},
}

// signature is the kind whose signature b begins with.
func signature(b []byte) string {
	for _, m := range magics {
		if hasPrefix(b, m.prefix) {
			return m.kind
		}
	}
	if len(b) < 12 {
		return ""
	}
	switch {
	case string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "webp"
	case string(b[4:8]) == "ftyp":
		return brand(b)
	}
	return ""
}

// brand tells the pictures among the files of the ISO base media format (ISO/IEC 14496-12).
func brand(b []byte) string {
	size := min(int(be.Uint32(b)), len(b))
	for i := 8; i+4 <= size; i += 4 {
		switch string(b[i : i+4]) {
		case "avif", "avis":
			return "avif"
		case "heic", "heix", "heim", "heis", "hevc", "hevx":
			return "heic"
		}
	}
	switch string(b[8:12]) {
	case "mif1", "msf1":
		return "heic"
	}
	return "video"
}

// signed recognises the formats that have no place in a message but a name.
func (s *Sniffer) signed() (Content, bool) {
	c := Content{Kind: signature(s.head)}
	switch h := s.head; {
	case c.Kind == "gif" && len(h) >= 10:
		c.Width, c.Height = int64(le.Uint16(h[6:])), int64(le.Uint16(h[8:]))
	case c.Kind == "webp" && len(h) >= 30:
		c.Width, c.Height = webpSize(h)
	}
	return c, c.Kind != ""
}

// other names what no structure decided. mimetype is asked with the head only, below its own limit,
// which is global to the process and therefore left alone.
func (s *Sniffer) other() Content {
	if len(bytes.Trim(s.head, "\x00")) == 0 {
		return Content{}
	}
	found := mimetype.Detect(s.head[:min(len(s.head), 3072)])
	kind := strings.TrimPrefix(found.Extension(), ".")
	if found.Is("text/plain") {
		kind = "text"
	}
	if _, decided := mediaTypes[kind]; decided && kind != "text" {
		return Content{} // decided by structure above, and it was not
	}
	media, _, _ := strings.Cut(found.String(), ";")
	return Content{Kind: kind, MediaType: media}
}
