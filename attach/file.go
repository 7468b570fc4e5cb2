package attach

import (
	"bytes"
	"io"
	"mime/multipart"
	"os"
	"time"
)

// File is a file that somebody wants to attach. It is a description: nothing is opened before it is checked.
type File struct {
	// Name is what the sender's machine calls the file. It may hold a path and anything else; [CleanName] makes it safe.
	Name string
	// AttachedAt orders the files for display. The zero time is older than any other.
	AttachedAt time.Time
	// Open opens the content. It is called once by a check and may be called again, for sending and downloading;
	// each reader is closed by who opened it. A reader that is an [io.ReaderAt] and tells its size by Size or Seek, as
	// [os.File] does, is read at random; any other is copied first, as far as the policy's limit.
	Open func() (io.ReadCloser, error)
}

// Bytes is a File held in memory. It keeps data, which must not change afterwards.
func Bytes(name string, data []byte, at time.Time) File {
	return File{Name: name, AttachedAt: at, Open: func() (io.ReadCloser, error) {
		return memory{bytes.NewReader(data)}, nil
	}}
}

// Path is a File on this machine's disk. name is what the person calls it, which need not be the base of path.
func Path(name, path string, at time.Time) File {
	return File{Name: name, AttachedAt: at, Open: func() (io.ReadCloser, error) {
		return os.Open(path)
	}}
}

// Upload is a File that a browser sent in a form. The form keeps its content as long as the request is answered.
func Upload(header *multipart.FileHeader, at time.Time) File {
	return File{Name: header.Filename, AttachedAt: at, Open: func() (io.ReadCloser, error) {
		return header.Open()
	}}
}

// memory closes a bytes.Reader.
type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }
