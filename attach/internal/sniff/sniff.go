// Package sniff says what a file is by its structure, reading little of it.
//
// It never reads a file whole, never decodes a picture and inflates nothing but the few small parts that say what an
// archive holds. Every walk is bounded, so that a hostile file costs what an honest one does.
package sniff

import "io"

// Bounds of a single file. They are far above what real documents need.
const (
	maxEntries   = 10_000     // entries of a ZIP archive
	maxDirectory = 4 << 20    // octets of a ZIP directory
	maxXML       = 1 << 20    // inflated octets of one XML part
	maxOLE       = 1 << 20    // octets of an OLE directory
	maxSegments  = 4_096      // segments of a JPEG, chunks of a PNG
	headSize     = 2_048      // octets every file is first judged by
	tailSize     = 22 + 1<<16 // octets in which a ZIP end record can stand
)

// Content is what a file is, and what stands out in it.
type Content struct {
	// Kind is the format in one word: "jpeg", "docx", "xlsx", "html", "exe"; "" is unknown.
	Kind string
	// MediaType is the media type of the content, "application/octet-stream" where unknown.
	MediaType string

	Damaged     Damage
	Encrypted   bool
	Macros      bool
	Embedded    bool   // an OLE object inside
	Legacy      bool   // Word 2
	LeadingJunk bool   // words or controls before the header of a PDF
	Template    string // remote template that the document fetches when opened
	Active      string // name of the active construct in a PDF
	Trailing    string // kind of what follows the end of the file
	Odd         Oddity
	Width       int64 // pixels; 0 is unknown
	Height      int64
	Data        int64 // where the picture of a JPEG begins behind its header; 0 is unknown
}

// Damage is why a file cannot be opened; "" is an intact file.
type Damage string

// The kinds of damage.
const (
	Structure Damage = "structure" // cut or broken
	Bounds    Damage = "bounds"    // beyond what is read: a bomb, or a hundred times what real files hold
	Cut       Damage = "cut"       // the end is missing; readers show what there is
)

// Oddity is what is unusual about a file that readers open all the same.
type Oddity string

// The oddities.
const (
	OddVersion Oddity = "version" // RTF without the f of \rtf
	OddSize    Oddity = "size"    // a BMP that declares another size
	OddPath    Oddity = "path"    // an archive entry whose name leaves the archive
)

// Sniffer judges files one after another with the same buffers. The zero value is ready.
// It is not safe for concurrent use.
type Sniffer struct {
	r    io.ReaderAt
	size int64
	err  error // first read error other than io.EOF

	headBuf [headSize]byte
	head    []byte
	buf     [8 << 10]byte // windows and directory blocks
	part    []byte        // an inflated XML part
	zip     inflater
}

// Sniff says what the size octets of r are. The error is a read error of r; whatever the
// octets are, they are never an error.
func (s *Sniffer) Sniff(r io.ReaderAt, size int64) (Content, error) {
	s.r, s.size, s.err = r, size, nil
	defer func() { s.r = nil }()
	s.head = s.at(s.headBuf[:], 0)
	c := s.detect()
	if s.err != nil {
		return Content{}, s.err
	}
	if c.MediaType == "" {
		c.MediaType = mediaType(c.Kind)
	}
	return c, nil
}

// detect asks the formats in the order of their signatures; the first that recognises the head answers.
func (s *Sniffer) detect() Content {
	for _, format := range formats {
		if c, ok := format(s); ok {
			return c
		}
	}
	return s.other()
}

// formats is the order of asking: what starts the file decides, so that nothing later in it can.
var formats = [...]func(*Sniffer) (Content, bool){
	(*Sniffer).jpeg, (*Sniffer).png, (*Sniffer).pdf, (*Sniffer).ole, (*Sniffer).archive,
	(*Sniffer).rtf, (*Sniffer).bmp, (*Sniffer).word2, (*Sniffer).signed, (*Sniffer).text, (*Sniffer).latePDF,
}
