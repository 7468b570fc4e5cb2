package lmtp

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// inMemory is how many octets of a message are held in memory.
const inMemory = 64 << 10

var errTooBig = errors.New("lmtp: message too big")

// spool holds a message: in memory, or in a file where it is larger.
type spool struct {
	dir  string
	max  int64
	size int64

	memory bytes.Buffer
	file   *os.File
}

// Write keeps p, or fails with errTooBig or the file system's error.
func (s *spool) Write(p []byte) (int, error) {
	if int64(len(p)) > s.max-s.size {
		return 0, errTooBig
	}
	if s.file == nil && s.memory.Len()+len(p) > inMemory {
		if err := s.spill(); err != nil {
			return 0, err
		}
	}
	var n int
	var err error
	if s.file == nil {
		n, err = s.memory.Write(p)
	} else {
		n, err = s.file.Write(p)
	}
	s.size += int64(n)
	return n, err
}

func (s *spool) spill() error {
	file, err := os.CreateTemp(s.dir, "lmtp-")
	if err != nil {
		return err
	}
	os.Remove(file.Name()) // where the system lets a file be used without a name, none is left behind by a crash
	s.file = file
	_, err = s.memory.WriteTo(file)
	s.memory = bytes.Buffer{}
	return err
}

// Reader reads the message from its beginning. Several can be in use.
func (s *spool) Reader() io.Reader {
	if s.file == nil {
		return bytes.NewReader(s.memory.Bytes())
	}
	return io.NewSectionReader(s.file, 0, s.size)
}

// Close throws the message away.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	defer os.Remove(s.file.Name()) // where it could not be done before
	return s.file.Close()
}
