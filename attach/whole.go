package attach

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"

	"github.com/crmmail/crmmail/attach/internal/sniff"
)

// readWhole reads the file once to its end, for all who need that: the scanner, the hash, and the search for what
// follows the end of content; the zero content has none.
func (c *checker) readWhole(v *Verdict, src source, content sniff.Content) {
	c.tail.Start(content)
	r := &contentReader{ctx: c.ctx, src: src, tail: &c.tail}
	if c.opts.Hash {
		r.sha = c.newHash()
	}
	if c.opts.Scanner != nil && src.size > 0 {
		c.scan(v, r)
	}
	if c.opts.Hash && c.ctx.Err() == nil && r.err == nil { // a scanner need not read to the end
		_, r.err = io.CopyBuffer(writer{io.Discard}, r, c.buffer())
	}
	if c.ctx.Err() != nil {
		return
	}
	if r.err != nil {
		v.fail(r.err)
		return
	}
	if kind := c.tail.Kind(); kind != "" {
		v.report(CodeTrailingData, SeverityWarning, Params{Detected: kind})
	}
	if c.opts.Hash {
		var sum [sha256.Size]byte
		v.SHA256 = hex.EncodeToString(r.sha.Sum(sum[:0]))
	}
}

func (c *checker) newHash() hash.Hash {
	if c.sha == nil {
		c.sha = sha256.New()
	}
	c.sha.Reset()
	return c.sha
}

// fail reports a file that cannot be read.
func (v *Verdict) fail(err error) {
	v.Err = err
	v.report(CodeReadFailed, SeverityError, Params{})
}

// contentReader reads a file from its beginning, and shows what passes to the hash and to the search behind its end.
type contentReader struct {
	ctx  context.Context
	src  source
	off  int64
	sha  hash.Hash // nil where none is wanted
	tail *sniff.Tail
	err  error // why reading ended, where that was not the end of the file
}

func (r *contentReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if r.err != nil {
		return 0, r.err
	}
	if rest := r.src.size - r.off; int64(len(p)) > rest {
		p = p[:rest]
	}
	if r.off == r.src.size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.src.ReadAt(p, r.off)
	if n <= 0 || n < len(p) && err != nil && !errors.Is(err, io.EOF) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the file became shorter
		}
		r.err = err
		return 0, err
	}
	r.off += int64(n)
	if r.sha != nil {
		r.sha.Write(p[:n])
	}
	r.tail.Write(p[:n])
	return n, nil
}
