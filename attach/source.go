package attach

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
)

// source is the opened content of a file, readable at random.
type source struct {
	io.ReaderAt
	size  int64
	cut   bool // the content goes on after size, which is one more than the limit
	close func()
}

var errNoOpen = errors.New("file has no Open function")

// openSource opens f. What cannot be read at random is copied, limit+1 octets at most.
func openSource(ctx context.Context, f File, limit int64, buffer func() []byte) (source, error) {
	if f.Open == nil {
		return source{}, errNoOpen
	}
	r, err := f.Open()
	if err != nil {
		return source{}, err
	}
	if at, ok := r.(io.ReaderAt); ok {
		if size, ok := honestSize(at); ok {
			return source{ReaderAt: at, size: size, close: func() { _ = r.Close() }}, nil
		}
	}
	defer func() { _ = r.Close() }()
	return spool(ctx, r, limit, buffer())
}

// honestSize is the size that r states, when there is an octet before and none at that place: a size is
// never believed.
func honestSize(r io.ReaderAt) (int64, bool) {
	var size int64
	switch r := r.(type) {
	case interface{ Size() int64 }:
		size = r.Size()
	case io.Seeker:
		end, err := r.Seek(0, io.SeekEnd)
		if err != nil {
			return 0, false
		}
		if _, err := r.Seek(0, io.SeekStart); err != nil {
			return 0, false
		}
		size = end
	default:
		return 0, false
	}
	if size < 0 || size == math.MaxInt64 {
		return 0, false
	}
	var b [2]byte
	from := max(0, size-1)
	n, err := r.ReadAt(b[:], from)
	return size, int64(n) == size-from && errors.Is(err, io.EOF)
}

// spool copies r to a temporary file that has no name, so that nothing is left behind.
func spool(ctx context.Context, r io.Reader, limit int64, buf []byte) (source, error) {
	tmp, err := os.CreateTemp("", "attach-*")
	if err != nil {
		return source{}, err
	}
	closeTmp := func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }
	bounded := io.LimitReader(reader{ctx, r}, limit+1)
	size, err := io.CopyBuffer(writer{tmp}, bounded, buf)
	if err != nil {
		closeTmp()
		return source{}, err
	}
	return source{ReaderAt: tmp, size: size, cut: size > limit, close: closeTmp}, nil
}

// reader stops when its context ends.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

// writer hides an os.File's ReadFrom, which would take a buffer of its own.
type writer struct{ io.Writer }
