package attach

import (
	"io"
	"sync"

	"github.com/crmmail/crmmail/attach/internal/sniff"
)

// Detect says what the size octets of r are: the kind ("jpeg", "docx", "exe"; "" is unknown) and the media type. It is for
// files that no policy judges, such as those of a message received. It reads little, and looks at structure, not at a
// name. The error is a read error of r.
func Detect(r io.ReaderAt, size int64) (format, mediaType string, err error) {
	c, err := sniffed(r, size)
	if err != nil {
		return "", "", err
	}
	return c.Kind, c.MediaType, nil
}

// ViewablePicture tells whether a page may show the size octets of r as a picture: what they are is [Viewable], and their
// header states its size, at most 50 megapixels and 30,000 pixels a side. It gives the media type in any case. A picture
// that a browser then cannot show (a lossless JPEG, a PNG of Apple's own kind) is no error. The error is a read error of r.
func ViewablePicture(r io.ReaderAt, size int64, also ...string) (mediaType string, ok bool, err error) {
	c, err := sniffed(r, size)
	if err != nil {
		return "", false, err
	}
	stated := c.Width > 0 && c.Height > 0
	return c.MediaType, Viewable(c.MediaType, also...) && stated && !tooBig(c), nil
}

// sniffers are at rest: the next file is read into their buffers.
var sniffers = sync.Pool{New: func() any { return new(sniff.Sniffer) }}

func sniffed(r io.ReaderAt, size int64) (sniff.Content, error) {
	s := sniffers.Get().(*sniff.Sniffer)
	defer sniffers.Put(s)
	return s.Sniff(r, size)
}
