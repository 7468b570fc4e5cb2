package attach

import (
	"io"

	"github.com/crmmail/crmmail/attach/internal/sniff"
)

// Detect says what the size octets of r are: the kind ("jpeg", "docx", "exe"; "" is unknown) and the media type. It is for
// files that no policy judges, such as those of a message received. It reads little, and looks at structure, not at a
// name. The error is a read error of r.
func Detect(r io.ReaderAt, size int64) (format, mediaType string, err error) {
	var s sniff.Sniffer
	c, err := s.Sniff(r, size)
	if err != nil {
		return "", "", err
	}
	return c.Kind, c.MediaType, nil
}
