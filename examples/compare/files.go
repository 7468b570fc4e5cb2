package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"strings"
)

// mediaTypes are the files to judge, and what all contenders call their content.
var mediaTypes = map[string]string{
	"photo.jpg":     "image/jpeg",
	"teapot.png":    "image/png",
	"dot.png":       "image/png",
	"dance.gif":     "image/gif",
	"scan.bmp":      "image/bmp",
	"invoice.pdf":   "application/pdf",
	"contract.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"archive.zip":   "application/zip",
	"note.rtf":      "text/rtf",
}

// sampleFiles are the files of mediaTypes with their content.
func sampleFiles() map[string][]byte {
	return map[string][]byte{
		"photo.jpg":     encoded(func(b *bytes.Buffer) error { return jpeg.Encode(b, noise(900, 600), &jpeg.Options{Quality: 90}) }),
		"teapot.png":    encoded(func(b *bytes.Buffer) error { return png.Encode(b, noise(120, 100)) }),
		"dot.png":       encoded(func(b *bytes.Buffer) error { return png.Encode(b, noise(20, 16)) }),
		"dance.gif":     encoded(func(b *bytes.Buffer) error { return gif.Encode(b, noise(200, 150), nil) }),
		"scan.bmp":      bitmap(400, 300),
		"invoice.pdf":   noisyPDF(1<<20, 99),
		"contract.docx": zipped(docx...),
		"archive.zip":   zipped([2]string{"прайс.txt", strings.Repeat("Улун, 990 ₽\n", 20_000)}),
		"note.rtf":      []byte(`{\rtf1\ansi\deff0{\fonttbl{\f0 Georgia;}}` + strings.Repeat(`\pard Seven winds in every cup.\par `, 2000) + "}"),
	}
}

// encoded is what encode writes to memory, where none of the encoders above errs.
func encoded(encode func(*bytes.Buffer) error) []byte {
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// noise is a picture that does not shrink by compression.
func noise(width, height int) image.Image {
	r := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			n := r.Uint32()
			img.Set(x, y, color.RGBA{byte(n), byte(n >> 8), byte(n >> 16), 255})
		}
	}
	return img
}

// bitmap is a BMP of 24 bits a pixel.
func bitmap(width, height int) []byte {
	row := (width*3 + 3) &^ 3
	head := []any{[2]byte{'B', 'M'}, uint32(54 + row*height), uint32(0), uint32(54),
		uint32(40), int32(width), int32(height), uint16(1), uint16(24), uint32(0), uint32(row * height), int32(2835), int32(2835), uint32(0), uint32(0)}
	return encoded(func(b *bytes.Buffer) error {
		for _, field := range head {
			if err := binary.Write(b, binary.LittleEndian, field); err != nil {
				return err
			}
		}
		b.Write(bytes.Repeat([]byte{0x90}, row*height))
		return nil
	})
}

// noisyPDF is a PDF of one page with a stream that makes it so many octets, about.
func noisyPDF(size int, seed uint64) []byte {
	var b bytes.Buffer
	var at []int
	object := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	object("<</Type/Catalog/Pages 2 0 R>>")
	object("<</Type/Pages/Kids[3 0 R]/Count 1>>")
	object("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>")
	stream := make([]byte, size-700)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(stream)
	object(fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(stream), stream))
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, xref)
	return b.Bytes()
}

// docx are the parts of a document of Word.
var docx = [][2]string{
	{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
	{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
	{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + strings.Repeat("<w:p><w:r><w:t>Договор поставки чая.</w:t></w:r></w:p>", 2000) + `</w:body></w:document>`},
}

func zipped(entries ...[2]string) []byte {
	return encoded(func(b *bytes.Buffer) error {
		z := zip.NewWriter(b)
		for _, entry := range entries {
			w, err := z.Create(entry[0])
			if err != nil {
				return err
			}
			if _, err := w.Write([]byte(entry[1])); err != nil {
				return err
			}
		}
		return z.Close()
	})
}
