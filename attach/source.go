package attach

import (
	"bytes"
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

// inMemory is how much of a stream is kept in memory before it goes to a file.
const inMemory = 256 << 10

// spool copies r: to memory while it is small, else to a temporary file that is removed when the source is closed.
func spool(ctx context.Context, r io.Reader, limit int64, buf []byte) (source, error) {
	r = io.LimitReader(reader{ctx, r}, limit+1)
	var head bytes.Buffer
	size, err := io.CopyBuffer(writer{&head}, io.LimitReader(r, inMemory), buf)
	if err != nil {
		return source{}, err
	}
	if size < inMemory {
		return source{ReaderAt: bytes.NewReader(head.Bytes()), size: size, cut: size > limit, close: func() {}}, nil
	}
	tmp, err := os.CreateTemp("", "attach-*")
	if err != nil {
		return source{}, err
	}
	closeTmp := func() { _ = tmp.Close(); _ = os.Remove(tmp.Name()) }
	size, err = io.CopyBuffer(writer{tmp}, io.MultiReader(&head, r), buf)
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

// writer hides ReadFrom, which would take a buffer of its own.
type writer struct{ io.Writer }
