package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
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

// page1 is a PDF without its table of places, which readers make anew: so it can be written by hand.
const page1 = `%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >> endobj
4 0 obj << >> stream
BT /F 24 Tf 72 760 Td (TITLE) Tj 0 -40 Td (Shelf, brackets: 16 480.50) Tj ET
endstream endobj
5 0 obj << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> endobj
trailer << /Root 1 0 R >>
%%EOF
`

// invoice is a PDF of one page.
func invoice(name, title string) attach.File {
	return attach.Bytes(name, []byte(strings.ReplaceAll(page1, "TITLE", title)), time.Time{})
}
