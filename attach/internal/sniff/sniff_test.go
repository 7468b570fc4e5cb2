package sniff_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach/internal/sample"
	"github.com/crmmail/crmmail/attach/internal/sniff"
)

func judge(t *testing.T, data []byte) sniff.Content {
	t.Helper()
	var s sniff.Sniffer
	c, err := s.Sniff(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	return c
}

func TestKind(t *testing.T) {
	utf16 := func(s string) string {
		b := []byte("\xff\xfe")
		for _, r := range s {
			b = binary.LittleEndian.AppendUint16(b, uint16(r))
		}
		return string(b)
	}
	types := sample.Types(sample.TypeDocx, "")
	prefixed := strings.NewReplacer("<Types xmlns=", "<ct:Types xmlns:ct=", "</Types", "</ct:Types", "<Override", "<ct:Override", "<Default", "<ct:Default").Replace(types.Data)
	tests := []struct {
		name string
		data []byte
		kind string
	}{
		{"jpeg", sample.JPEG(4, 4, 0xc0), "jpeg"},
		{"jpeg progressive", sample.JPEG(4, 4, 0xc2), "jpeg"},
		{"jpeg arithmetic", sample.JPEG(4, 4, 0xc9), "jpeg"},
		{"jpeg without its end", sample.JPEG(4, 4, 0xc0)[:46], "jpeg"},
		{"png", sample.PNG(4, 4), "png"},
		{"apng", sample.PNG(4, 4, sample.Chunk("acTL", make([]byte, 8))), "png"},
		{"pdf", sample.PDF("", ""), "pdf"},
		{"pdf after a mark", append([]byte("\xef\xbb\xbf"), sample.PDF("", "")...), "pdf"},
		{"pdf after a line", append([]byte("\n"), sample.PDF("", "")...), "pdf"},
		{"pdf after a printer's preamble", append([]byte("\x1b%-12345X@PJL JOB\n@PJL ENTER LANGUAGE=PDF\n"), sample.PDF("", "")...), "pdf"},
		{"pdf after words", append([]byte("Printed by a machine\n\n"), sample.PDF("", "")...), "pdf"},
		{"pdf after one stray letter", append([]byte("x"), sample.PDF("", "")...), "pdf"},
		{"program text with a pdf", append([]byte("const file = \""), sample.PDF("", "")...), ""},
		{"pdf too late", append(bytes.Repeat([]byte(" "), 1025), sample.PDF("", "")...), "text"},
		{"text about pdf", []byte("A file that begins with %PDF-1.7 is a PDF."), ""},
		{"program before a pdf", append(sample.EXE, sample.PDF("", "")...), "exe"},
		{"page before a pdf", append(sample.HTML, sample.PDF("", "")...), "html"},
		{"script before a pdf", append([]byte("#!/bin/sh\n"), sample.PDF("", "")...), "script"},
		{"picture before a pdf", append(sample.JPEG(4, 4, 0xc0), sample.PDF("", "")...), "jpeg"},
		{"words and a page before a pdf", append([]byte("x <script>1</script>\n"), sample.PDF("", "")...), ""},
		{"doc", sample.Doc(), "doc"},
		{"doc of Word 2", sample.Word2, "doc"},
		{"doc with a long allocation table", sample.Doc(sample.Entry{Name: "Data", Data: make([]byte, 9<<20)}), "doc"},
		{"doc in large sectors", sample.OLESectors(12, sample.Entry{Name: "Data", Data: make([]byte, 6<<20)}, sample.Entry{Name: "WordDocument", Data: sample.FIB(false)}), "doc"},
		{"xls", sample.OLE(sample.Entry{Name: "Workbook"}), "xls"},
		{"xls that embeds a document", sample.OLE(sample.Entry{Name: "Workbook"}, sample.Entry{Name: "MBD01", Children: []sample.Entry{{Name: "WordDocument"}}}), "xls"},
		{"xls and doc in one root", sample.OLE(sample.Entry{Name: "WordDocument"}, sample.Entry{Name: "Workbook"}), "xls"},
		{"ppt", sample.OLE(sample.Entry{Name: "PowerPoint Document"}), "ppt"},
		{"msg", sample.OLE(sample.Entry{Name: "__properties_version1.0"}, sample.Entry{Name: "__attach", Children: []sample.Entry{{Name: "WordDocument"}}}), "msg"},
		{"storage called WordDocument", sample.OLE(sample.Entry{Name: "WordDocument", Storage: true}), "ole"},
		{"encrypted", sample.OLE(sample.Entry{Name: "EncryptionInfo"}, sample.Entry{Name: "EncryptedPackage"}), "encrypted"},
		{"docx", sample.Docx(), "docx"},
		{"docx, document first", sample.Zip(sample.Document, sample.Root, types), "docx"},
		{"docx, types last behind a picture", sample.Zip(sample.Part{Name: "docProps/thumbnail.jpeg", Data: string(sample.Pad(60000))}, sample.Root, sample.Document, types), "docx"},
		{"docx with a prefix in its types", sample.Zip(sample.Part{Name: types.Name, Data: prefixed}, sample.Root, sample.Document), "docx"},
		{"docx with types in UTF-16", sample.Zip(sample.Part{Name: types.Name, Data: utf16(types.Data)}, sample.Root, sample.Document), "docx"},
		{"docx with backslashes", sample.Zip(types, sample.Root, sample.Part{Name: `word\document.xml`, Data: "x"}), "docx"},
		{"docx by default type", sample.Zip(sample.Part{Name: types.Name, Data: `<Types><Default Extension="xml" ContentType="` + sample.TypeDocx + `"/></Types>`}, sample.Document), "docx"},
		{"docx with zip64 fields", sample.Wide(sample.Docx()), "docx"},
		{"docm", sample.Zip(sample.Types(sample.TypeDocm, ""), sample.Root, sample.Document), "docm"},
		{"dotx", sample.Zip(sample.Types(sample.TypeDotx, ""), sample.Root, sample.Document), "dotx"},
		{"docm with a docx in a comment", sample.Zip(sample.Types(sample.TypeDocm, `<!-- <Override PartName="/x" ContentType="`+sample.TypeDocx+`"/> -->`), sample.Root, sample.Document), "docm"},
		{"docm spelt with references", sample.Zip(sample.Types(strings.Replace(sample.TypeDocm, "ms", "&#x6d;s", 1), ""), sample.Root, sample.Document), "docm"},
		{"xlsx", sample.Zip(sample.Types(sample.TypeXlsx, ""), sample.Root, sample.Document), "xlsx"},
		{"xlsx beside a document's type", sample.Zip(sample.Types(sample.TypeXlsx, `<Override PartName="/x.xml" ContentType="`+sample.TypeDocx+`"/>`), sample.Root, sample.Document), "xlsx"},
		{"zip with a folder word", sample.Zip(sample.Part{Name: "[Content_Types].xml", Data: "<Types/>"}, sample.Part{Name: "word/x.txt", Data: "x"}), "zip"},
		{"zip", sample.Zip(sample.Part{Name: "a.txt", Data: "x"}), "zip"},
		{"jar", sample.Zip(sample.Part{Name: "META-INF/MANIFEST.MF", Data: "x"}), "jar"},
		{"odt", sample.Zip(sample.Part{Name: "mimetype", Data: "application/vnd.oasis.opendocument.text"}), "odt"},
		{"docx with an end record in its comment", comment(sample.Docx(), "PK\x05\x06"+strings.Repeat("x", 40)), "docx"},
		{"rtf", sample.RTF(""), "rtf"},
		{"rtf with controls in its head", []byte("{\\rtf1\x00\x01\x02 x}"), "rtf"},
		{"rtf without its f", []byte(`{\rt1 x}`), "rtf"},
		{"text BM", []byte("BMW is a maker of cars and motorcycles."), "text"},
		{"os/2 array", append(append([]byte("BA"), make([]byte, 12)...), sample.BMP(12)...), "bmp"},
		{"html", sample.HTML, "html"}, {"html after spaces", append([]byte("\xef\xbb\xbf \r\n"), sample.HTML...), "html"},
		{"html in UTF-16", []byte(utf16("\r\n" + string(sample.HTML))), "html"}, {"html in UTF-16 without a mark", []byte(utf16(string(sample.HTML))[2:]), "html"},
		{"html in UTF-16, high octet first", swap(utf16(string(sample.HTML))), "html"}, {"html in UTF-16, high octet first, without a mark", swap(utf16(string(sample.HTML)))[2:], "html"},
		{"word xml in UTF-16", []byte(utf16(string(sample.WordXML))), "word-xml"}, {"script in UTF-16", []byte(utf16("<?php x")), "script"}, {"text in UTF-16", []byte(utf16("hello world")), "text"},
		{"mhtml", sample.MHTML, "mhtml"}, {"svg", sample.SVG, "svg"}, {"word xml", sample.WordXML, "word-xml"},
		{"exe", sample.EXE, "exe"}, {"heic", sample.HEIC, "heic"}, {"webp", sample.WebP, "webp"}, {"gif", sample.GIF, "gif"},
		{"jpeg 2000", sample.JP2, "jpeg2000"}, {"php", []byte("<?php system($_GET['c']);"), "script"},
		{"text", []byte("hello"), "text"}, {"zeros", make([]byte, 2048), ""}, {"nothing", nil, ""}, {"noise", sample.Pad(100), ""},
	}
	for _, header := range []uint32{12, 16, 24, 40, 48, 52, 56, 64, 108, 124} {
		tests = append(tests, struct {
			name string
			data []byte
			kind string
		}{"bmp " + strconv.Itoa(int(header)), sample.BMP(header), "bmp"})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := judge(t, test.data)
			assert.Equal(t, test.kind, c.Kind)
			assert.NotEmpty(t, c.MediaType)
			assert.Empty(t, c.Damaged)
		})
	}
}

// webp is the first chunk of a WebP.
func webp(chunk string, data ...byte) []byte {
	return sample.Join([]byte("RIFF\x16\x00\x00\x00WEBP"+chunk+"\x0a\x00\x00\x00"), data)
}

// TestWideSample holds the sample itself to the standard library.
func TestWideSample(t *testing.T) {
	data := sample.Wide(sample.Docx())
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	b, err := fs.ReadFile(r, "[Content_Types].xml")
	require.NoError(t, err)
	assert.Contains(t, string(b), sample.TypeDocx)
}

// swap exchanges the octets of each pair.
func swap(s string) []byte {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return b
}

func TestInside(t *testing.T) {
	vba := sample.Part{Name: "word/vbaProject.bin", Data: "x"}
	tests := []struct {
		name string
		data []byte
		want sniff.Content
	}{
		{"jpeg size", sample.JPEG(640, 480, 0xc0, sample.Segment(0xe1, make([]byte, 60000)), []byte{0xff}), sniff.Content{Kind: "jpeg", Width: 640, Height: 480}},
		{"png size", sample.PNG(60000, 60000), sniff.Content{Kind: "png", Width: 60000, Height: 60000}},
		{"gif size", []byte("GIF89a\x80\x02\xe0\x01\x00\x00\x00;"), sniff.Content{Kind: "gif", Width: 640, Height: 480}},
		{"gif cut", []byte("GIF89a\x80\x02"), sniff.Content{Kind: "gif"}},
		{"webp size, extended", webp("VP8X", 0, 0, 0, 0, 0x7f, 2, 0, 0xdf, 1, 0), sniff.Content{Kind: "webp", Width: 640, Height: 480}},
		{"webp size, lossless", webp("VP8L", 0x2f, 0x7f, 0xc2, 0x77, 0, 0, 0, 0, 0, 0), sniff.Content{Kind: "webp", Width: 640, Height: 480}},
		{"webp size, lossy", webp("VP8 ", 0, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0xe0, 1), sniff.Content{Kind: "webp", Width: 640, Height: 480}},
		{"webp of another kind", webp("XXXX", 0, 0, 0, 0x9d, 1, 0x2a, 0x80, 2, 0xe0, 1), sniff.Content{Kind: "webp"}},
		{"png cut", sample.PNG(4, 4)[:50], sniff.Content{Kind: "png", Width: 4, Height: 4, Damaged: sniff.Cut}},
		{"png with a tail", append(sample.PNG(4, 4), "camera data"...), sniff.Content{Kind: "png", Width: 4, Height: 4}},
		{"png with an archive", append(sample.PNG(4, 4), sample.Zip(sample.Document)...), sniff.Content{Kind: "png", Width: 4, Height: 4, Trailing: "zip"}},
		{"jpeg with a page", append(append(sample.JPEG(4, 4, 0xc0), '\n'), sample.HTML...), sniff.Content{Kind: "jpeg", Width: 4, Height: 4, Trailing: "html"}},
		{"pdf with a program", append(sample.PDF("", ""), sample.EXE...), sniff.Content{Kind: "pdf", Trailing: "exe"}},
		{"pdf with an archive", append(sample.PDF("", ""), sample.Docx()...), sniff.Content{Kind: "pdf", Trailing: "zip"}},
		{"pdf that launches", sample.PDF("/OpenAction 4 0 R", "", "<</S/Launch/F(x)>>"), sniff.Content{Kind: "pdf", Active: "Launch"}},
		{"pdf with a script", sample.PDF("", "", "<</S/#4aava#53cript/JS(1)>>"), sniff.Content{Kind: "pdf", Active: "JavaScript"}},
		{"pdf with a file", sample.PDF("", "", "<</Type/EmbeddedFile>>"), sniff.Content{Kind: "pdf", Active: "EmbeddedFile"}},
		{"pdf with a launching name only", sample.PDF("", "", "<</S/LaunchPad>>"), sniff.Content{Kind: "pdf"}},
		{"pdf encrypted", sample.PDF("", "/Encrypt 4 0 R", "<<>>"), sniff.Content{Kind: "pdf", Encrypted: true}},
		{"pdf with a script at the end of much", sample.PDF("", "", "<<>>stream\n"+string(sample.Pad(1<<20))+"endstream", "<</S/JavaScript>>"), sniff.Content{Kind: "pdf", Active: "JavaScript"}},
		{"doc with macros", sample.Doc(sample.Entry{Name: "Macros", Storage: true}), sniff.Content{Kind: "doc", Macros: true}},
		{"doc encrypted", sample.OLE(sample.Entry{Name: "WordDocument", Data: sample.FIB(true)}), sniff.Content{Kind: "doc", Encrypted: true}},
		{"doc encrypted, in the mini stream", mini(), sniff.Content{Kind: "doc", Encrypted: true}},
		{"docx with macros", sample.Docx(vba), sniff.Content{Kind: "docx", Macros: true}},
		{"docm", sample.Zip(sample.Types(sample.TypeDocm, ""), sample.Root, sample.Document, vba), sniff.Content{Kind: "docm", Macros: true}},
		{"docx with an object", sample.Docx(sample.Part{Name: "word/embeddings/oleObject1.bin", Data: "x"}), sniff.Content{Kind: "docx", Embedded: true}},
		{"docx with a chart's workbook", sample.Docx(sample.Part{Name: "word/embeddings/Sheet1.xlsx", Data: "x"}), sniff.Content{Kind: "docx"}},
		{"docx with a path out", sample.Docx(sample.Part{Name: "../../evil.txt", Data: "x"}), sniff.Content{Kind: "docx", Odd: sniff.OddPath}},
		{"docx with an absolute path", sample.Docx(sample.Part{Name: `C:\evil.txt`, Data: "x"}), sniff.Content{Kind: "docx", Odd: sniff.OddPath}},
		{"docx with two dots in a name", sample.Docx(sample.Part{Name: "word/a..b.xml", Data: "x"}), sniff.Content{Kind: "docx"}},
		{"rtf with an object", sample.RTF(`{\object{\*\objdata 0105}}`), sniff.Content{Kind: "rtf", Embedded: true}},
		{"rtf with a word like object", sample.RTF(`{\objectual}`), sniff.Content{Kind: "rtf"}},
		{"rtf with a remote template", sample.RTF(`{\*\template http://a.invalid/t}`), sniff.Content{Kind: "rtf", Template: "http://a.invalid/t"}},
		{"rtf with a hidden template", sample.RTF(`{\*\template \'68ttp:` + "\n" + `//a.invalid/t}`), sniff.Content{Kind: "rtf", Template: "http://a.invalid/t"}},
		{"rtf with a share", sample.RTF(`{\*\template \\\\host\\share\\t.dot}`), sniff.Content{Kind: "rtf", Template: `\\host\share\t.dot`}},
		{"rtf with a local template", sample.RTF(`{\*\template C:\\Users\\a\\Normal.dotm}`), sniff.Content{Kind: "rtf"}},
		{"rtf odd", []byte(`{\rt1 x}`), sniff.Content{Kind: "rtf", Odd: sniff.OddVersion}},
		{"bmp with another size", append(sample.BMP(40), 0), sniff.Content{Kind: "bmp", Width: 2, Height: 2, Odd: sniff.OddSize}},
		{"word 2", sample.Word2, sniff.Content{Kind: "doc", Legacy: true}},
		{"pdf after words", append([]byte("Printed\n"), sample.PDF("", "")...), sniff.Content{Kind: "pdf", LeadingJunk: true}},
		{"pdf after a line break", append([]byte("\xef\xbb\xbf\r\n"), sample.PDF("", "")...), sniff.Content{Kind: "pdf"}},
	}
	for target, remote := range map[string]bool{
		"http://a.invalid/t.dotm": true, "HTTPS://a.invalid/t": true, "ftp://a.invalid/t": true, `\\host\share\t.dot`: true,
		"file://host/share/t.dot": true, "file:////host/share/t.dot": true, `file:///\\host\share\t.dot`: true,
		"file:///C:/Users/a/t.dot": false, "file:///C:\\Users\\a\\t.dot": false, `C:\Users\t.dot`: false, "Normal.dotm": false,
		"file://localhost/c/t.dot": false, "http&#58;//a.invalid/t": true, "file://C:/t.dot": false,
	} {
		want := sniff.Content{Kind: "docx"}
		if remote {
			want.Template = strings.ReplaceAll(target, "&#58;", ":")
		}
		tests = append(tests, struct {
			name string
			data []byte
			want sniff.Content
		}{"template " + target, sample.Docx(sample.Settings(target)), want})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := judge(t, test.data)
			got.MediaType, got.Data = "", 0
			assert.Equal(t, test.want, got)
		})
	}
}

func TestDamaged(t *testing.T) {
	doc, docx := sample.Doc(), sample.Docx()
	loop := bytes.Clone(doc)
	// The directory's first sector follows itself.
	dir := binary.LittleEndian.Uint32(loop[48:])
	table := binary.LittleEndian.Uint32(loop[76:])
	binary.LittleEndian.PutUint32(loop[(int(table)+1)*512+int(dir)*4:], dir)
	outside := bytes.Clone(doc)
	entry := bytes.Index(outside, []byte("W\x00o\x00r\x00d\x00D"))
	binary.LittleEndian.PutUint32(outside[entry+116:], 1<<20)
	tree := bytes.Clone(doc)
	binary.LittleEndian.PutUint32(tree[entry+68:], 1) // its own left sibling
	// Table and directory first, so that a cut file still has them.
	broken := sample.OLE(sample.Entry{Name: "1Table"}, sample.Entry{Name: "WordDocument", Data: sample.FIB(false)})
	binary.LittleEndian.PutUint32(broken[bytes.Index(broken, []byte("W\x00o\x00r\x00d\x00D"))+120:], 8<<10)
	table = binary.LittleEndian.Uint32(broken[76:])
	binary.LittleEndian.PutUint32(broken[(int(table)+1)*512+15*4:], 1000)
	many := make([]sample.Part, 30_000)
	for i := range many {
		many[i] = sample.Part{Name: "word/media/" + strconv.Itoa(i)}
	}
	bomb := sample.Part{Name: "[Content_Types].xml", Data: strings.Repeat(" ", 5<<20)}
	tests := []struct {
		name string
		data []byte
		want sniff.Damage
	}{
		{"doc cut in its header", doc[:300], sniff.Structure},
		{"doc cut before its directory", doc[:600], sniff.Structure},
		{"doc cut before its table", doc[:len(doc)-512], sniff.Structure},
		{"doc with a loop", loop, sniff.Bounds},
		{"doc whose stream is missing", outside, sniff.Structure},
		{"doc with a tree that loops", tree, sniff.Structure},
		{"doc whose stream breaks off", broken, sniff.Structure},
		{"docx with two lists of types", sample.Docx(sample.Types(sample.TypeXlsx, "")), sniff.Structure},
		{"docx with two roots", sample.Docx(sample.Root), sniff.Structure},
		{"docx with two documents", sample.Docx(sample.Document), sniff.Structure},
		{"docx with an entry that is not counted", sample.Hide(docx), sniff.Structure},
		{"docx cut", docx[:len(docx)-30], sniff.Structure},
		{"docx without its document", sample.Zip(sample.Types(sample.TypeDocx, ""), sample.Root), sniff.Structure},
		{"docx of 30,000 entries", sample.Zip(append([]sample.Part{sample.Types(sample.TypeDocx, ""), sample.Document}, many...)...), sniff.Bounds},
		{"docx with a bomb", sample.Zip(bomb, sample.Document), sniff.Bounds},
		{"docx with a bomb that lies about its size", lie(sample.Zip(bomb, sample.Document)), sniff.Bounds},
		{"docx with a bomb of settings", sample.Docx(sample.Part{Name: "word/_rels/settings.xml.rels", Data: strings.Repeat(" ", 5<<20)}), sniff.Bounds},
		{"docx with broken compression", breakPart(docx), sniff.Structure},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &counter{r: bytes.NewReader(test.data)}
			var s sniff.Sniffer
			c, err := s.Sniff(r, int64(len(test.data)))
			require.NoError(t, err)
			assert.Equal(t, test.want, c.Damaged)
			assert.Less(t, r.n, int64(1200<<10), "octets read")
		})
	}
}

// breakPart spoils the compressed octets of the first entry.
func breakPart(archive []byte) []byte {
	archive = bytes.Clone(archive)
	copy(archive[30+len("[Content_Types].xml"):], "\xff\xff\xff\xff\xff\xff")
	return archive
}

// mini is a short encrypted document whose main stream lies at the 17th mini sector.
func mini() []byte {
	file := sample.OLE(sample.Entry{Name: "WordDocument", Data: append(make([]byte, 1024), sample.FIB(true)...)})
	root := bytes.Index(file, []byte("R\x00o\x00o\x00t\x00"))
	entry := bytes.Index(file, []byte("W\x00o\x00r\x00d\x00D"))
	copy(file[root+116:root+120], file[entry+116:entry+120])
	binary.LittleEndian.PutUint32(file[entry+116:], 16)
	binary.LittleEndian.PutUint32(file[entry+120:], 1000)
	return file
}

// comment adds a comment to an archive.
func comment(archive []byte, text string) []byte {
	binary.LittleEndian.PutUint16(archive[len(archive)-2:], uint16(len(text)))
	return append(archive, text...)
}

// lie states 100 octets for the first entry of the directory.
func lie(archive []byte) []byte {
	at := bytes.Index(archive, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(archive[at+24:], 100)
	return archive
}

// counter counts octets read and holds reads to the file.
type counter struct {
	r io.ReaderAt
	n int64
}

func (c *counter) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.n += int64(n)
	return n, err
}

func TestReadsLittle(t *testing.T) {
	big := string(sample.Pad(3 << 20))
	for name, data := range map[string][]byte{
		"doc":  sample.Doc(sample.Entry{Name: "Data", Data: []byte(big)}),
		"docx": sample.Docx(sample.Part{Name: "word/media/image1.png", Data: big}),
		"jpeg": append(sample.JPEG(10, 10, 0xc0), big...),
		"png":  sample.PNG(10, 10, sample.Chunk("IDAT", []byte(big))),
		"pdf":  sample.PDF("", "", "<<>>stream\n"+big+"\nendstream"),
		"rtf":  sample.RTF(`{\pict ` + big + `}`),
		"bmp":  append(sample.BMP(40), big...),
	} {
		t.Run(name, func(t *testing.T) {
			r := &counter{r: bytes.NewReader(data)}
			var s sniff.Sniffer
			c, err := s.Sniff(r, int64(len(data)))
			require.NoError(t, err)
			assert.Equal(t, name, c.Kind)
			t.Logf("%d of %d octets", r.n, len(data))
			assert.Less(t, r.n, int64(300<<10))
		})
	}
}

// TestWindows holds that a construct is found wherever a window may cut it, and that a longer word is not taken for it.
func TestWindows(t *testing.T) {
	for shift := 8<<10 - 600; shift < 8<<10+100; shift += 7 {
		space := strings.Repeat(" ", shift)
		assert.Equal(t, "JavaScript", judge(t, sample.PDF(space, "", "<</S/#4a#61#76#61#53#63#72#69#70#74/JS(1)>>")).Active, shift)
		assert.Empty(t, judge(t, sample.PDF(space+"/LaunchPad", "")).Active, shift)
		assert.Equal(t, "http://a.invalid/template.dotm", judge(t, sample.RTF(space+`{\*\template http://a.invalid/template.dotm}`)).Template, shift)
		assert.True(t, judge(t, sample.RTF(space+`{\object}`)).Embedded, shift)
		assert.False(t, judge(t, sample.RTF(space+`{\objectual}`)).Embedded, shift)
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, data := range map[string][]byte{"doc": sample.Doc(), "docx": sample.Docx(), "pdf": sample.PDF("", ""), "png": sample.PNG(1, 1)} {
		t.Run(name, func(t *testing.T) {
			var s sniff.Sniffer
			_, err := s.Sniff(failing{bytes.NewReader(data), broken}, int64(len(data)))
			require.ErrorIs(t, err, broken)
		})
	}
}

// failing gives the first octets only.
type failing struct {
	r   io.ReaderAt
	err error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 || len(p) > 100 {
		return 0, f.err
	}
	return f.r.ReadAt(p, off)
}

// FuzzSniff holds that whatever the octets are, sniffing ends without a panic, reads a bounded number of octets from
// inside the file, leaves no error, and says the same again with the same buffers.
func FuzzSniff(f *testing.F) {
	for _, data := range [][]byte{
		sample.JPEG(4, 4, 0xc0), sample.PNG(4, 4), sample.PDF("/AA", "/Encrypt 1 0 R"), sample.Doc(), sample.Docx(sample.Settings("http://x")),
		sample.RTF(`{\*\template http://x}`), sample.BMP(12), sample.BMP(40), sample.HTML, sample.MHTML, sample.WordXML, sample.HEIC, sample.Word2,
		append(sample.PNG(4, 4), sample.Zip(sample.Document)...),
	} {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &counter{r: bytes.NewReader(data)}
		var s sniff.Sniffer
		first, err := s.Sniff(r, int64(len(data)))
		require.NoError(t, err)
		require.Less(t, r.n, int64(16<<20))
		again, err := s.Sniff(r, int64(len(data)))
		require.NoError(t, err)
		require.Equal(t, first, again)
		require.NotEmpty(t, first.MediaType)
	})
}
