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

// text recognises markup and saved web pages.
func (s *Sniffer) text() (Content, bool) {
	head := wideText(s.head)
	kind := markup(head)
	if kind == "" && savedPage(head) {
		kind = "mhtml"
	}
	return Content{Kind: kind}, kind != ""
}

// wideText is UTF-16 text as UTF-8, any other as it is. Windows writes pages in UTF-16, with a mark in front or without: what
// begins with '<' or a letter and a zero is such text.
func wideText(b []byte) []byte {
	switch {
	case hasPrefix(b, "\xff\xfe") || hasPrefix(b, "\xfe\xff"):
		return toUTF8(b)
	case len(b) < 4 || b[0] == 0 == (b[1] == 0) || b[2] == 0 != (b[0] == 0) || b[3] == 0 != (b[1] == 0):
		return b
	case b[0] == 0:
		return toUTF8(append([]byte("\xfe\xff"), b...))
	}
	return toUTF8(append([]byte("\xff\xfe"), b...))
}

// savedPage tells a web page saved with its pictures: a MIME message that says so in its header.
func savedPage(b []byte) bool {
	header := bytes.ToLower(trimText(b))
	if i := bytes.Index(header, []byte("\n\r\n")); i >= 0 {
		header = header[:i]
	}
	if !hasPrefix(header, "mime-version:") && !hasPrefix(header, "from:") && !hasPrefix(header, "content-type:") {
		return false
	}
	return bytes.Contains(header, []byte("multipart/related")) || bytes.Contains(header, []byte("text/html"))
}

// trimText drops the byte order mark and the white space before a text.
func trimText(b []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n\f")
}

// markup is what kind of markup b begins with, "" for none.
func markup(b []byte) string {
	b = trimText(b)
	if len(b) < 2 || b[0] != '<' || !startsTag(b[1]) {
		return ""
	}
	text := strings.ToLower(string(b[:min(len(b), 2048)]))
	switch {
	case strings.HasPrefix(text, "<?php"), strings.HasPrefix(text, "<?="), strings.HasPrefix(text, "<%"):
		return "script"
	case strings.Contains(text, "<svg"):
		return "svg"
	case strings.Contains(text, "progid=\"word.document\""), strings.Contains(text, "office/word/2003/wordml"),
		strings.Contains(text, "schemas.microsoft.com/office/2006/xmlpackage"):
		return "word-xml"
	case strings.HasPrefix(text, "<?xml") && !strings.Contains(text, "<html"):
		return "xml"
	}
	for _, name := range htmlStarts {
		if strings.Contains(text, name) {
			return "html"
		}
	}
	return "xml"
}

var htmlStarts = [...]string{
	"<!doctype html", "<html", "<head", "<body", "<script", "<style", "<table", "<div", "<p>", "<p ", "<br", "<a ", "<h1",
	"<title", "<meta", "<iframe", "<img", "<font", "<span", "<b>", "<center",
}

func startsTag(c byte) bool {
	return c == '!' || c == '?' || c == '%' || 'a' <= lower(c) && lower(c) <= 'z'
}

// hasMarkup tells a tag anywhere in b.
func hasMarkup(b []byte) bool {
	for i, c := range b {
		if c == '<' && i+1 < len(b) && startsTag(b[i+1]) {
			return true
		}
	}
	return false
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

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// mediaType is the registered media type of a kind.
func mediaType(kind string) string {
	if t, ok := mediaTypes[kind]; ok {
		return t
	}
	return "application/octet-stream"
}

const ooxml = "application/vnd.openxmlformats-officedocument."

var mediaTypes = map[string]string{
	"jpeg": "image/jpeg", "png": "image/png", "bmp": "image/bmp", "gif": "image/gif", "webp": "image/webp",
	"heic": "image/heic", "avif": "image/avif", "tiff": "image/tiff", "jpeg2000": "image/jp2", "svg": "image/svg+xml",
	"psd": "image/vnd.adobe.photoshop", "ico": "image/vnd.microsoft.icon",
	"pdf": "application/pdf", "postscript": "application/postscript", "rtf": "application/rtf",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
	"msg": "application/vnd.ms-outlook", "vsd": "application/vnd.visio", "pub": "application/vnd.ms-publisher",
	"docx": ooxml + "wordprocessingml.document", "dotx": ooxml + "wordprocessingml.template",
	"xlsx": ooxml + "spreadsheetml.sheet", "xltx": ooxml + "spreadsheetml.template",
	"pptx": ooxml + "presentationml.presentation", "ppsx": ooxml + "presentationml.slideshow", "potx": ooxml + "presentationml.template",
	"docm": "application/vnd.ms-word.document.macroEnabled.12", "dotm": "application/vnd.ms-word.template.macroEnabled.12",
	"xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12", "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
	"odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
	"odp": "application/vnd.oasis.opendocument.presentation", "epub": "application/epub+zip",
	"zip": "application/zip", "jar": "application/java-archive", "gzip": "application/gzip", "7z": "application/x-7z-compressed",
	"rar": "application/vnd.rar", "html": "text/html", "mhtml": "multipart/related", "xml": "text/xml", "word-xml": "text/xml",
	"text": "text/plain",
}
