package sniff

import (
	"compress/flate"
	"errors"
	"io"
)

// inflater inflates entries with one set of tables for all files.
type inflater struct {
	packed section
	out    io.ReadCloser
}

// section reads a part of the file through the shared window.
type section struct {
	s        *Sniffer
	pos, end int64
	b        []byte
}

func (r *section) fill() bool {
	if len(r.b) == 0 && r.pos < r.end {
		r.b = r.s.at(r.s.buf[:min(int64(len(r.s.buf)), r.end-r.pos)], r.pos)
		r.pos += int64(len(r.b))
	}
	return len(r.b) > 0
}

func (r *section) ReadByte() (byte, error) {
	if !r.fill() {
		return 0, io.EOF
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c, nil
}

func (r *section) Read(p []byte) (int, error) {
	if !r.fill() {
		return 0, io.EOF
	}
	n := copy(p, r.b)
	r.b = r.b[n:]
	return n, nil
}

// errBounds is an entry that is larger than it may be.
var errBounds = errors.New("entry beyond bounds")

// inflate returns the content of an entry, valid until the next call. It trusts no declared size.
func (s *Sniffer) inflate(item zipItem) ([]byte, Damage) {
	var local [30]byte
	got := s.at(local[:], item.offset)
	if len(got) < len(local) || string(got[:4]) != zipLocal || item.flags&1 != 0 {
		return nil, Structure
	}
	if item.unpacked > maxXML {
		return nil, Bounds
	}
	start := item.offset + 30 + int64(le.Uint16(local[26:])) + int64(le.Uint16(local[28:]))
	s.zip.packed = section{s: s, pos: start, end: min(s.size, start+item.packed)}
	var r io.Reader = &s.zip.packed
	switch item.method {
	case 0:
	case 8:
		if s.zip.out == nil {
			s.zip.out = flate.NewReader(&s.zip.packed)
		} else if err := s.zip.out.(flate.Resetter).Reset(&s.zip.packed, nil); err != nil {
			return nil, Structure
		}
		r = s.zip.out
	default:
		return nil, Structure
	}
	if err := s.readPart(r); errors.Is(err, errBounds) {
		return nil, Bounds
	} else if err != nil {
		return nil, Structure
	}
	return s.part, ""
}

// readPart reads r into the part buffer, which grows up to maxXML.
func (s *Sniffer) readPart(r io.Reader) error {
	if s.part == nil {
		s.part = make([]byte, 0, 2<<10)
	}
	s.part = s.part[:0]
	for {
		if len(s.part) == cap(s.part) {
			s.part = append(s.part, 0)[:len(s.part)]
		}
		n, err := r.Read(s.part[len(s.part):cap(s.part)])
		s.part = s.part[:len(s.part)+n]
		if len(s.part) > maxXML {
			return errBounds
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
