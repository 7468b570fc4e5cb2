package template

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// Letter is the four parts of a letter: their sources in a [Template], or what they rendered to in a [Rendering].
// Every part may be empty.
type Letter struct {
	Subject, Preheader, HTML string
	// Text is the text/plain part. Empty means that it is made of the HTML.
	Text string
}

// Template is a letter that a host keeps.
type Template struct {
	ID, Name string
	// Event decides where the template is offered and which variables it gets.
	Event     Event
	Letter    Letter
	UpdatedAt time.Time
}

// Hash returns the hexadecimal SHA-256 of what the template says: event and parts. A rule pins it, so that an edited
// template is noticed; another ID, name or time leaves it as it is.
func (t Template) Hash() string {
	sum := sha256.New()
	for _, part := range []string{string(t.Event), t.Letter.Subject, t.Letter.Preheader, t.Letter.HTML, t.Letter.Text} {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part)))) // "a"+"bc" is not "ab"+"c"
		sum.Write([]byte(part))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Loader is what a host implements over its templates. It is safe for concurrent use and sees one tenant's only.
type Loader interface {
	// Template returns the template with this id; its error wraps [ErrNotFound] where there is none.
	Template(ctx context.Context, id string) (Template, error)
	// Templates returns the templates written for event, in the order they are offered; none is not an error.
	Templates(ctx context.Context, event Event) ([]Template, error)
}
