package sample

import (
	"bytes"
	"fmt"
	"strings"
)

// Case is a file under a name, and what should become of it.
type Case struct {
	Class string // what it is an example of
	Name  string // the file name
	Note  string
	Data  []byte
	Want  Fate
}

// Fate is what should become of a file under the default policy.
type Fate string

// The fates. A file that is told goes, with a warning about what is in it.
const (
	Accepted Fate = "accepted"
	Told     Fate = "told"
	Refused  Fate = "refused"
)

// extensions are those of the default policy.
var extensions = []string{"jpeg", "jpg", "png", "pdf", "doc", "docx", "rtf", "bmp"}

// piece is a content with its name.
type piece struct {
	note string
	data []byte
}

func cases(class string, want Fate, ext string, pieces ...piece) []Case {
	var out []Case
	for _, p := range pieces {
		out = append(out, Case{Class: class, Name: "file." + ext, Note: p.note, Data: p.data, Want: want})
	}
	return out
}

// Cases are all that the generator makes: honest files of every shape that occurs, and hostile ones of every kind that is known here.
func Cases() []Case {
	var out []Case
	for _, part := range [][]Case{
		honest(), family(), disguised(), officeDisguised(), macros(), polyglots(), damaged(), bombs(), told(),
	} {
		out = append(out, part...)
	}
	return out
}

// honest are genuine files in the shapes that programs write.
func honest() []Case {
	const class = "genuine"
	big := Pad(90_000)
	types := Types(TypeDocx, "")
	strict := strings.ReplaceAll(types.Data, "schemas.openxmlformats.org/package", "purl.oclc.org/ooxml/package")
	var out []Case
	for _, sof := range []byte{0xc0, 0xc1, 0xc2, 0xc3, 0xc9} {
		out = append(out, cases(class, Accepted, "jpg", piece{fmt.Sprintf("frame %x", sof), JPEG(640, 480, sof)})...)
	}
	out = append(out, cases(class, Accepted, "jpeg", piece{"EXIF of 60 KB", JPEG(640, 480, 0xc0, Segment(0xe1, big[:60_000]))}, piece{"no end", JPEG(4, 4, 0xc0)[:46]})...)
	out = append(out, cases(class, Accepted, "png", piece{"plain", PNG(4, 4)}, piece{"animated", PNG(4, 4, Chunk("acTL", make([]byte, 8)))}, piece{"long", PNG(4, 4, Chunk("IDAT", big))})...)
	for _, header := range []uint32{12, 16, 24, 40, 48, 52, 56, 64, 108, 124} {
		out = append(out, cases(class, Accepted, "bmp", piece{fmt.Sprintf("header of %d", header), BMP(header)})...)
	}
	for _, before := range []string{"", "\n", "\xef\xbb\xbf", "\r\n\r\n", "\x1b%-12345X@PJL JOB\n@PJL ENTER LANGUAGE=PDF\n", strings.Repeat("\x00", 600)} {
		out = append(out, cases(class, Accepted, "pdf", piece{fmt.Sprintf("behind %.12q", before), Join([]byte(before), PDF("", ""))})...)
	}
	out = append(out, cases(class, Accepted, "doc",
		piece{"plain", Doc()}, piece{"directory far behind", Doc(Entry{Name: "Data", Data: big})}, piece{"large sectors", OLESectors(12, Entry{Name: "WordDocument", Data: FIB(false)})},
		piece{"long allocation table", Doc(Entry{Name: "Data", Data: make([]byte, 8<<20)})}, piece{"Excel sheet embedded", Doc(Entry{Name: "ObjectPool", Children: []Entry{{Name: "_1", Children: []Entry{{Name: "Workbook"}}}}})},
		piece{"Word 2", Word2})...)
	out = append(out, cases(class, Accepted, "docx",
		piece{"plain", Docx()}, piece{"document first", Zip(Document, Root, types)}, piece{"types last behind a thumbnail", Zip(Part{"docProps/thumbnail.jpeg", string(big)}, Root, Document, types)},
		piece{"strict", Zip(Part{types.Name, strict}, Root, Document)}, piece{"zip64 fields", Wide(Docx())}, piece{"numbering first", Zip(Part{"word/numbering.xml", "<x/>"}, types, Root, Document)},
		piece{"chart's workbook", Docx(Part{"word/embeddings/Microsoft_Excel_Sheet1.xlsx", "x"})})...)
	return append(out, cases(class, Accepted, "rtf",
		piece{"plain", RTF("")}, piece{"controls in its head", []byte("{\\rtf1\x00\x01\x02 x}")}, piece{"picture", RTF(`{\pict ` + strings.Repeat("0123456789abcdef", 5000) + `}`)})...)
}

// family are files under another name of their family, which every program opens.
func family() []Case {
	var out []Case
	for _, group := range []map[string][]byte{
		{"doc": Doc(), "docx": Docx(), "rtf": RTF("")},
		{"jpg": JPEG(4, 4, 0xc0), "png": PNG(4, 4), "bmp": BMP(40)},
	} {
		for _, ext := range extensions {
			for _, kind := range extensions {
				if _, ok := group[ext]; ok && kind != ext && group[kind] != nil {
					out = append(out, cases("genuine, under a name of its family", Accepted, ext, piece{kind, group[kind]})...)
				}
			}
		}
	}
	return out
}

// foreign are contents of formats that are not allowed.
func foreign() []piece {
	wide := []byte("\xff\xfe")
	for _, c := range string(HTML) {
		wide = append(wide, byte(c), 0)
	}
	return []piece{
		{"Windows program", EXE}, {"Linux program", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 60)...)}, {"Java class", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34\x00\x10")},
		{"shortcut", append([]byte("L\x00\x00\x00\x01\x14\x02\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46"), make([]byte, 60)...)},
		{"shell script", []byte("#!/bin/sh\nrm -rf ~\n")}, {"PHP", []byte("<?php system($_GET['c']);")}, {"batch file", []byte("@echo off\r\ndel /q *.*\r\n")},
		{"web page", HTML}, {"web page in UTF-16", wide}, {"web page behind a mark", Join([]byte("\xef\xbb\xbf\r\n"), HTML)}, {"saved web page", MHTML}, {"SVG with a script", SVG}, {"XML", []byte("<?xml version=\"1.0\"?><a/>")},
		{"archive", Zip(Part{"a.exe", "MZ"})}, {"Java archive", Zip(Part{"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n"}, Part{"A.class", "x"})},
		{"Android package", Zip(Part{"AndroidManifest.xml", "x"}, Part{"classes.dex", "x"})}, {"OpenDocument", Zip(Part{"mimetype", "application/vnd.oasis.opendocument.text"})},
		{"7z", []byte("7z\xbc\xaf\x27\x1c\x00\x04")}, {"RAR", []byte("Rar!\x1a\x07\x01\x00")}, {"gzip", []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")}, {"cabinet", append([]byte("MSCF"), make([]byte, 40)...)}, {"help file", append([]byte("ITSF\x03\x00\x00\x00"), make([]byte, 40)...)},
		{"PostScript", []byte("%!PS-Adobe-3.0\n")}, {"HEIC", HEIC}, {"WebP", WebP}, {"GIF", GIF}, {"JPEG 2000", JP2}, {"TIFF", []byte("II*\x00\x08\x00\x00\x00\x00\x00")},
		{"Photoshop", []byte("8BPS\x00\x01\x00\x00\x00\x00\x00\x00\x00\x03")}, {"icon", []byte("\x00\x00\x01\x00\x01\x00\x10\x10")},
		{"Excel", OLE(Entry{Name: "Workbook"})}, {"PowerPoint", OLE(Entry{Name: "PowerPoint Document"})}, {"Outlook message", OLE(Entry{Name: "__properties_version1.0"})}, {"installer", OLE(Entry{Name: "\u4840\u3f3f\u4577\u446c\u3e6a\u44b2\u482f"})},
		{"text", []byte("Just a text.\n")}, {"text that begins like a bitmap", []byte("BMW is a maker of cars and motorcycles.\n")}, {"text about PDF", []byte("A file that begins with %PDF-1.7 is a PDF.\n")}, {"zeros", make([]byte, 2048)}, {"noise", Pad(3000)},
	}
}

// disguised are files of other formats under each allowed extension.
func disguised() []Case {
	var out []Case
	for _, ext := range extensions {
		out = append(out, cases("another format under an allowed extension", Refused, ext, foreign()...)...)
	}
	return out
}

// officeDisguised are Office files that are no Word document, or only hold one.
func officeDisguised() []Case {
	word := Entry{Name: "WordDocument", Data: FIB(false)}
	types := func(main string) []byte { return Zip(Types(main, ""), Root, Document) }
	var out []Case
	for _, ext := range []string{"doc", "docx"} {
		out = append(out, cases("another Office format, or a Word document inside one", Refused, ext,
			piece{"workbook with a document", OLE(Entry{Name: "Workbook"}, Entry{Name: "MBD01", Children: []Entry{word}})},
			piece{"message with a document", OLE(Entry{Name: "__properties_version1.0"}, Entry{Name: "__attach", Children: []Entry{word}})},
			piece{"two roots", OLE(word, Entry{Name: "Workbook"})}, piece{"storage called WordDocument", OLE(Entry{Name: "WordDocument", Storage: true})},
			piece{"template", types(TypeDotx)}, piece{"workbook", types(TypeXlsx)},
			piece{"workbook beside a document's type", Zip(Types(TypeXlsx, `<Override PartName="/x.xml" ContentType="`+TypeDocx+`"/>`), Root, Document)},
			piece{"archive with a folder word", Zip(Part{"[Content_Types].xml", "<Types/>"}, Part{"word/x.txt", "x"})})...)
	}
	return out
}

// macros are documents that run code, under the name of those that do not.
func macros() []Case {
	vba := Part{"word/vbaProject.bin", "x"}
	docm := func(main, override string) []byte { return Zip(Types(main, override), Root, Document, vba) }
	const dotm = "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"
	return cases("macros under .docx", Refused, "docx",
		piece{"docm", docm(TypeDocm, "")}, piece{"dotm", docm(dotm, "")}, piece{"macros in a docx", Docx(vba)},
		piece{"docx in a comment", docm(TypeDocm, `<!-- <Override PartName="/x" ContentType="`+TypeDocx+`"/> -->`)},
		piece{"spelt with references", docm(strings.Replace(TypeDocm, "ms", "&#x6d;s", 1), "")}, piece{"in capitals", docm(strings.ToUpper(TypeDocm), "")},
		piece{"macros elsewhere", Docx(Part{"custom/VBAPROJECT.BIN", "x"})}, piece{"macros not counted", Hide(Docx(vba))},
		piece{"macros under another name", Zip(Types(TypeDocx, `<Override PartName="/word/a.dat" ContentType="application/vnd.ms-office.vbaProject"/>`), Root, Document, Part{"word/a.dat", "x"})},
		piece{"stored first", Zip(vba, Document, Root, Types(TypeDocm, ""))})
}

// polyglots begin as one format and go on as another.
func polyglots() []Case {
	pdf := PDF("", "")
	var pieces []piece
	for _, p := range []piece{{"program", EXE}, {"page", HTML}, {"script", []byte("#!/bin/sh\nexit\n")}, {"archive", Zip(Document)}, {"compound file", Doc()}, {"JPEG", JPEG(4, 4, 0xc0)}, {"PNG", PNG(4, 4)},
		{"GIF", GIF}, {"SVG", SVG}, {"words and a script", []byte("x <script>1</script>\n")}, {"PHP", []byte("<?php eval($_GET[1]);?>\n")}, {"program text", []byte("const file = \"")}, {"RTF", RTF("")}, {"too much space", []byte(strings.Repeat(" ", 1100))}} {
		pieces = append(pieces, piece{p.note + " before a PDF", Join(p.data[:min(len(p.data), 900)], pdf)})
	}
	pieces[len(pieces)-1].data = Join([]byte(strings.Repeat(" ", 1100)), pdf)
	return cases("a PDF behind another format, under .pdf", Refused, "pdf", pieces...)
}

// damaged are documents that no program opens.
func damaged() []Case {
	var out []Case
	for _, c := range []struct {
		ext  string
		data []byte
	}{{"docx", Docx(Part{"word/media/a.png", string(Pad(5000))})}, {"doc", Doc()}} {
		for _, percent := range []int{1, 5, 10, 30, 50, 70, 90, 95} {
			out = append(out, cases("documents that are cut or broken", Refused, c.ext, piece{fmt.Sprintf("cut at %d %%", percent), c.data[:max(8, len(c.data)*percent/100)]})...)
		}
	}
	loop := Doc()
	dir, table := le.Uint32(loop[48:]), le.Uint32(loop[76:])
	le.PutUint32(loop[(int(table)+1)*512+int(dir)*4:], dir)
	tree := Doc()
	le.PutUint32(tree[bytes.Index(tree, []byte("W\x00o\x00r\x00d\x00D"))+68:], 1)
	out = append(out, cases("documents that are cut or broken", Refused, "doc", piece{"chain that loops", loop}, piece{"tree that loops", tree})...)
	return append(out, cases("documents that are cut or broken", Refused, "docx",
		piece{"no document", Zip(Types(TypeDocx, ""), Root)}, piece{"two lists of types", Docx(Types(TypeXlsx, ""))},
		piece{"two roots", Docx(Root)}, piece{"two documents", Docx(Document)})...)
}

// bombs are small files that unpack to much.
func bombs() []Case {
	many := []Part{Types(TypeDocx, ""), Document}
	for i := range 30_000 {
		many = append(many, Part{Name: fmt.Sprintf("word/media/%d", i)})
	}
	spaces := strings.Repeat(" ", 5<<20)
	return cases("bombs", Refused, "docx", piece{"30,000 entries", Zip(many...)}, piece{"types of 5 MB", Zip(Part{"[Content_Types].xml", spaces}, Document)},
		piece{"settings of 5 MB", Docx(Part{"word/_rels/settings.xml.rels", spaces})})
}

// told are files of an allowed format with something in them that a person should know of.
func told() []Case {
	const class = "an allowed format with something in it"
	var out []Case
	add := func(ext string, pieces ...piece) { out = append(out, cases(class, Told, ext, pieces...)...) }
	program := Join(EXE, Pad(2000))
	add("pdf", piece{"script", PDF("", "", "<</S/JavaScript/JS(1)>>")}, piece{"script spelt with #", PDF("", "", "<</S/#4aava#53cript/JS(1)>>")}, piece{"launch", PDF("", "", "<</S/Launch/F(x)>>")},
		piece{"file inside", PDF("", "", "<</Type/EmbeddedFile>>")}, piece{"password", PDF("", "/Encrypt 4 0 R", "<<>>")}, piece{"archive behind", Join(PDF("", ""), Zip(Document))}, piece{"program behind", Join(PDF("", ""), program)})
	add("jpg", piece{"archive behind", Join(JPEG(4, 4, 0xc0), Zip(Document))}, piece{"page behind", Join(JPEG(4, 4, 0xc0), HTML)}, piece{"gigapixels", JPEG(60_000, 60_000, 0xc0)})
	add("png", piece{"program behind", Join(PNG(4, 4), program)}, piece{"gigapixels", PNG(60_000, 60_000)}, piece{"cut", PNG(4, 4)[:50]})
	add("docx", piece{"template on the web", Docx(Settings("http://a.invalid/t.dotm"))}, piece{"template on a share", Docx(Settings(`\\a.invalid\t\t.dotm`))}, piece{"object", Docx(Part{"word/embeddings/oleObject1.bin", "x"})},
		piece{"path out", Docx(Part{"../../evil.txt", "x"})}, piece{"password", OLE(Entry{Name: "EncryptionInfo"}, Entry{Name: "EncryptedPackage"})})
	add("doc", piece{"macros", Doc(Entry{Name: "Macros", Storage: true})}, piece{"macros in capitals", Doc(Entry{Name: "MACROS", Storage: true})}, piece{"password", OLE(Entry{Name: "WordDocument", Data: FIB(true)})})
	add("rtf", piece{"object", RTF(`{\object{\*\objdata 0105}}`)}, piece{"template on the web", RTF(`{\*\template http://a.invalid/t}`)}, piece{"template hidden", RTF(`{\*\template \'68ttp://a.invalid/t}`)})
	return out
}
