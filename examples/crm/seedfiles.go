package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"time"

	"github.com/crmmail/crmmail/attach"
)

// length is how many octets a file has.
func length(file attach.File) (int64, error) {
	r, err := file.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

// photo is a picture of shelves on a wall, another one for each number.
func photo(name string, number int) attach.File {
	const width, height = 480, 320
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	wall := color.RGBA{uint8(200 + 7*number), uint8(225 - 9*number), uint8(190 + 8*number), 255}
	for y := range height {
		for x := range width {
			shade := wall
			switch {
			case y > 280:
				shade = color.RGBA{120, 100, 84, 255} // the floor
			case y%(50+6*number) < 6 && x > 60 && x < 420:
				shade = color.RGBA{150, 104, 60, 255} // a shelf
			case (x-100*number%width)*(x-100*number%width)+(y-90)*(y-90) < 900:
				shade = color.RGBA{250, 214, 120, 255} // a lamp
			}
			picture.Set(x, y, shade)
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, picture) // a buffer takes everything
	return attach.Bytes(name, out.Bytes(), time.Time{})
}

// invoice is a PDF of one page, written by hand so that the program needs no file beside it.
func invoice(name, title string) attach.File {
	content := "BT /F1 24 Tf 72 760 Td (" + title + ") Tj 0 -40 Td /F1 14 Tf (Shelf, brackets: 16 480.50) Tj ET"
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(content), content),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	var pdf bytes.Buffer
	pdf.WriteString("%PDF-1.4\n")
	offsets := make([]int, len(objects))
	for i, object := range objects {
		offsets[i] = pdf.Len()
		fmt.Fprintf(&pdf, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := pdf.Len()
	fmt.Fprintf(&pdf, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&pdf, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&pdf, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return attach.Bytes(name, pdf.Bytes(), time.Time{})
}
