package attach

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode"
)

// Scanner looks for viruses in the content of files. [attach/clamd] is one.
//
// [attach/clamd]: https://pkg.go.dev/github.com/crmmail/crmmail/attach/clamd
type Scanner interface {
	// Scan reads r, to its end unless it knows earlier, and names the threat found; "" is none. An error is a scanner that could
	// not tell, [ErrScanLimit] one that does not look at so much. It must be safe for concurrent use where checks run concurrently;
	// within one check it is called for one file after another. How long it may take is its own affair, and ctx's.
	Scan(ctx context.Context, r io.Reader) (threat string, err error)
}

// ScannerFunc is a function as a [Scanner].
type ScannerFunc func(ctx context.Context, r io.Reader) (threat string, err error)

// Scan calls f.
func (f ScannerFunc) Scan(ctx context.Context, r io.Reader) (string, error) { return f(ctx, r) }

// ErrScanLimit is what a [Scanner] returns, wrapped or not, for content that is longer than it looks at.
var ErrScanLimit = errors.New("attach: longer than the scanner looks at")

// maxThreat is the octets of a threat's name that are shown.
const maxThreat = 128

// scan asks the scanner. A failure to read is the caller's to report.
func (c *checker) scan(v *Verdict, content *contentReader) {
	threat, err := c.opts.Scanner.Scan(c.ctx, content)
	switch {
	case content.err != nil || c.ctx.Err() != nil:
	case err != nil:
		v.Err = err
		p := Params{}
		if errors.Is(err, ErrScanLimit) {
			p.Hint = "limit"
		}
		if c.opts.AllowUnscanned {
			v.report(CodeNotScanned, SeverityWarning, Params{Hint: "allowed"})
			return
		}
		v.report(CodeNotScanned, SeverityError, p)
	case threat != "":
		v.report(CodeInfected, SeverityError, Params{Threat: threatName(threat)})
	}
}

// threatName bounds what a scanner says, which may follow from the file.
func threatName(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.ToValidUTF8(s[:min(len(s), maxThreat)], "")
}
