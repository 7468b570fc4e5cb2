package sample

import (
	"archive/zip"
	"bytes"
)

// Part is an entry of an archive.
type Part struct {
	Name string
	Data string
}

// Zip is an archive of the given entries. Names are written as they are.
func Zip(parts ...Part) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, p := range parts {
		h := &zip.FileHeader{Name: p.Name, Method: zip.Deflate}
		if p.Data == "" {
			h.Method = zip.Store // thirty thousand compressors take seconds
		}
		f, err := w.CreateHeader(h)
		if err == nil {
			_, err = f.Write([]byte(p.Data))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// The main types of parts that tests need.
const (
	TypeDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	TypeDotx = "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"
	TypeDocm = "application/vnd.ms-word.document.macroEnabled.main+xml"
	TypeXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
)

// Types is the part that states the type of every other; override is a further element.
func Types(mainType, override string) Part {
	return Part{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="` + mainType + `"/>` + override + `</Types>`}
}

// The other parts of a small document.
var (
	Root     = Part{"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`}
	Document = Part{"word/document.xml", `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>`}
)

// Docx is a small document with further parts.
func Docx(more ...Part) []byte {
	return Zip(append([]Part{Types(TypeDocx, ""), Root, Document}, more...)...)
}

// Settings is the part that attaches a template.
func Settings(target string) Part {
	return Part{"word/_rels/settings.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="` + target + `" TargetMode="External"/></Relationships>`}
}

// Hide is an archive whose end record does not count the last entry.
func Hide(archive []byte) []byte {
	archive = bytes.Clone(archive)
	end := bytes.LastIndex(archive, []byte("PK\x05\x06"))
	for _, at := range []int{end + 8, end + 10} {
		le.PutUint16(archive[at:], le.Uint16(archive[at:])-1)
	}
	return archive
}

// Wide is an archive with all its sizes and offsets in zip64 fields, as some writers do for small ones too.
func Wide(archive []byte) []byte {
	end := bytes.LastIndex(archive, []byte("PK\x05\x06"))
	count, start := int(le.Uint16(archive[end+10:])), int(le.Uint32(archive[end+16:]))
	out := bytes.Clone(archive[:start])
	for b := archive[start:end]; len(b) > 0; {
		name, extra := 46+int(le.Uint16(b[28:])), int(le.Uint16(b[30:]))
		n := name + extra + int(le.Uint16(b[32:]))
		field := le.AppendUint16(le.AppendUint16(nil, 1), 24)
		for _, at := range []int{24, 20, 42} {
			field = le.AppendUint64(field, uint64(le.Uint32(b[at:])))
		}
		entry := Join(b[:name], field, b[name:n])
		for _, at := range []int{24, 20, 42} {
			le.PutUint32(entry[at:], 0xffffffff)
		}
		le.PutUint16(entry[30:], uint16(extra+len(field)))
		out, b = append(out, entry...), b[n:]
	}
	record := len(out)
	out = append(out, "PK\x06\x06\x2c\x00\x00\x00\x00\x00\x00\x00\x2d\x00\x2d\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	for _, n := range []int{count, count, record - start, start} {
		out = le.AppendUint64(out, uint64(n))
	}
	out = append(out, "PK\x06\x07\x00\x00\x00\x00"...)
	out = le.AppendUint32(le.AppendUint64(out, uint64(record)), 1)
	return append(out, "PK\x05\x06\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"...)
}
