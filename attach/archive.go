package attach

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// ArchiveName is the name of an archive for a message with a subject, which may be empty.
func ArchiveName(subject string) string {
	subject = strings.NewReplacer("/", "_", `\`, "_").Replace(subject)
	if isInvalid(subject) {
		return "attachments.zip"
	}
	return CleanName(CleanName(subject) + ".zip")
}

var (
	// ErrNoFiles is an archive of nothing.
	ErrNoFiles = errors.New("attach: no files to archive")
	// ErrChanged is a file whose content was another when it was opened again.
	ErrChanged = errors.New("attach: file changed while it was archived")
)

// WriteArchive writes files as a ZIP archive, in their order, under the names of [UniqueNames]. Nothing is held but small buffers.
// The same files with the same times give the same octets, whatever the time zone of this machine. Each file is opened
// twice, first for its checksum: so that entries state it in front, where programs that read in order look for it.
// What is compressed already is stored as it is.
//
// The error is ctx's, one of w or of a file, [ErrNoFiles] or [ErrChanged]; what was written is then no archive.
func WriteArchive(ctx context.Context, w io.Writer, files []File) error {
	if len(files) == 0 {
		return ErrNoFiles
	}
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	a := archiver{ctx: ctx, zip: zip.NewWriter(w), buf: make([]byte, 32<<10)}
	a.zip.RegisterCompressor(zip.Deflate, a.compressor)
	for i, name := range UniqueNames(names) {
		if err := a.add(name, files[i]); err != nil {
			return fmt.Errorf("attach: archive %q: %w", name, err)
		}
	}
	return a.zip.Close()
}

// archiver holds what the entries of an archive share.
type archiver struct {
	ctx     context.Context
	zip     *zip.Writer
	deflate *flate.Writer // compresses
	stored  *flate.Writer // only frames, for what is compressed already and over 4 GB
	store   bool          // which of the two the next entry takes
	buf     []byte
}

// compressor reuses one compressor, whose tables take more than most files.
func (a *archiver) compressor(w io.Writer) (io.WriteCloser, error) {
	slot, level := &a.deflate, flate.BestSpeed
	if a.store {
		slot, level = &a.stored, flate.NoCompression
	}
	if *slot == nil {
		d, err := flate.NewWriter(w, level)
		*slot = d
		return d, err
	}
	(*slot).Reset(w)
	return *slot, nil
}

func (a *archiver) add(name string, f File) error {
	sum := crc32.NewIEEE()
	size, err := a.copy(sum, f)
	if err != nil {
		return err
	}
	w, err := a.entry(name, f.AttachedAt.UTC(), size, sum.Sum32())
	if err != nil {
		return err
	}
	again := crc32.NewIEEE()
	n, err := a.copy(io.MultiWriter(w, again), f)
	if err != nil {
		return err
	}
	if n != size || again.Sum32() != sum.Sum32() {
		return ErrChanged
	}
	return nil
}

// copy reads the file to its end.
func (a *archiver) copy(w io.Writer, f File) (int64, error) {
	if f.Open == nil {
		return 0, errNoOpen
	}
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	n, err := io.CopyBuffer(writer{w}, reader{a.ctx, r}, a.buf)
	return n, errors.Join(err, r.Close())
}

// entry begins an entry.
func (a *archiver) entry(name string, at time.Time, size int64, sum uint32) (io.Writer, error) {
	h := &zip.FileHeader{Name: name}
	h.SetMode(0o644)
	packed := !compresses(extensionOf(name))
	if !packed || size >= math.MaxUint32 {
		// CreateRaw has no zip64 field to state such a size in front: blocks of Deflate that are stored tell their end themselves.
		h.Method, a.store = zip.Deflate, packed
		if !at.IsZero() {
			h.Modified = at
		}
		return a.zip.CreateHeader(h)
	}
	h.Method, h.CRC32 = zip.Store, sum
	h.CompressedSize64, h.UncompressedSize64 = uint64(size), uint64(size)
	h.CreatorVersion, h.ReaderVersion = h.CreatorVersion&0xff00|20, 20
	if strings.ContainsFunc(name, func(r rune) bool { return r >= utf8.RuneSelf }) {
		h.Flags |= 0x800 // the name is UTF-8 (APPNOTE.TXT 4.4.4)
	}
	setTime(h, at)
	return a.zip.CreateRaw(h)
}

// setTime writes the time where CreateRaw leaves it to its caller: in MS-DOS form, and as seconds in the extra field of Info-ZIP.
func setTime(h *zip.FileHeader, at time.Time) {
	if at.Year() < 1980 || at.Year() > 2107 {
		return
	}
	//lint:ignore SA1019 CreateRaw writes these two and not Modified.
	h.ModifiedDate = uint16(at.Day() + int(at.Month())<<5 + (at.Year()-1980)<<9)
	//lint:ignore SA1019 as above
	h.ModifiedTime = uint16(at.Second()/2 + at.Minute()<<5 + at.Hour()<<11)
	sec := uint32(at.Unix())
	h.Extra = []byte{0x55, 0x54, 5, 0, 1, byte(sec), byte(sec >> 8), byte(sec >> 16), byte(sec >> 24)}
}

// compresses tells the formats that are worth compressing: all others here are compressed in themselves.
func compresses(extension string) bool {
	switch extension {
	case "doc", "rtf", "bmp", "xls", "ppt", "txt", "csv", "xml", "html", "htm", "svg", "eml", "json", "log", "tif", "tiff":
		return true
	}
	return false
}
