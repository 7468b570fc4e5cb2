package sqlstore

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Folder keeps contents as files, where they are too much for a database. It takes the place of a Store in
// email.Config.Blobs; what refers to them stays in the database. It is safe for concurrent use, also by several processes
// where the system has flock, as Unix has; elsewhere a folder is for one Folder at a time.
//
// A content is a file by the name of its SHA-256, in one of 256 folders by its first two digits. It is there as a whole and
// on the disk, or not at all. When it was put, or put again, is the file's time of modification, so backups must keep that.
type Folder struct {
	dir    string
	tenant string
	naming sync.Mutex // with a file's lock for other processes: a content gets its name, or loses it
}

var (
	_ email.Blobs       = (*Folder)(nil)
	_ email.BlobLister  = (*Folder)(nil)
	_ email.BlobRemover = (*Folder)(nil)
)

// uploadsFolder holds contents on their way.
const uploadsFolder = "uploads"

// OpenFolder makes a Folder below dir, which is made where there is none; each tenant has a folder of its own in it. What
// a crash has left half-written is deleted when the folder is opened a day later.
func OpenFolder(dir, tenant string) (*Folder, error) {
	sum := sha256.Sum256([]byte(tenant))
	f := &Folder{dir: filepath.Join(dir, "tenant-"+hex.EncodeToString(sum[:8])), tenant: tenant}
	if err := os.MkdirAll(filepath.Join(f.dir, uploadsFolder), 0o700); err != nil {
		return nil, wrap("open folder", err)
	}
	return f, wrap("open folder", f.removeUploads(time.Now().Add(-uploadMemory)))
}

// Tenant is whose contents the Folder keeps.
func (f *Folder) Tenant() string { return f.tenant }

// removeUploads deletes what was last written to before a time.
func (f *Folder) removeUploads(before time.Time) error {
	entries, err := os.ReadDir(filepath.Join(f.dir, uploadsFolder))
	for _, entry := range entries {
		info, gone := entry.Info()
		if gone == nil && info.ModTime().Before(before) {
			err = errors.Join(err, remove(filepath.Join(f.dir, uploadsFolder, entry.Name())))
		}
	}
	return err
}

// PutBlob implements email.Blobs. When it returns, the content is on the disk.
func (f *Folder) PutBlob(ctx context.Context, r io.Reader) (email.Blob, error) {
	upload, err := os.CreateTemp(filepath.Join(f.dir, uploadsFolder), "")
	if err != nil {
		return email.Blob{}, wrap("put blob", err)
	}
	blob, err := write(ctx, upload, r)
	if err = errors.Join(err, upload.Close()); err == nil {
		err = f.keep(upload.Name(), blob.ID)
	}
	if err != nil {
		return email.Blob{}, wrap("put blob", errors.Join(err, remove(upload.Name())))
	}
	return blob, nil
}

// write copies r into a file and on to the disk.
func write(ctx context.Context, file *os.File, r io.Reader) (email.Blob, error) {
	chunk, hash, size := make([]byte, chunkSize), sha256.New(), int64(0)
	for n := chunkSize; n == chunkSize; {
		var err error
		if n, err = readChunk(ctx, r, chunk); err != nil {
			return email.Blob{}, err
		}
		hash.Write(chunk[:n])
		if _, err := file.Write(chunk[:n]); err != nil {
			return email.Blob{}, err
		}
		size += int64(n)
	}
	return email.Blob{ID: hex.EncodeToString(hash.Sum(nil)), Size: size}, file.Sync()
}

// keep makes a content of an upload, in place of the same content where it is kept already: it is as young as the new one
// then.
func (f *Folder) keep(upload, id string) error {
	path := f.path(id)
	if err := f.makeShard(filepath.Dir(path)); err != nil {
		return err
	}
	unlock, err := f.lock()
	if err != nil {
		return err
	}
	defer unlock()
	now := time.Now()
	if err := os.Chtimes(upload, now, now); err != nil {
		return err
	}
	if err := os.Rename(upload, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// makeShard makes the folder of some contents, on the disk too.
func (f *Folder) makeShard(dir string) error {
	err := os.Mkdir(dir, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	return cmp.Or(err, syncFolder(f.dir))
}

// lock keeps others from naming and removing contents.
func (f *Folder) lock() (unlock func(), err error) {
	f.naming.Lock()
	unlockFile, err := lockFile(filepath.Join(f.dir, "lock"))
	if err != nil {
		f.naming.Unlock()
		return nil, err
	}
	return func() { unlockFile(); f.naming.Unlock() }, nil
}

func (f *Folder) path(id string) string { return filepath.Join(f.dir, id[:2], id) }

// OpenBlob implements email.Blobs; the reader is an io.ReadSeeker, too. It reads on where the content is removed meanwhile.
func (f *Folder) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, wrap("open blob", err)
	}
	if !isBlobID(id) {
		return nil, wrap("open blob", email.ErrNotFound)
	}
	file, err := os.Open(f.path(id))
	if errors.Is(err, fs.ErrNotExist) {
		err = email.ErrNotFound
	}
	if err != nil {
		return nil, wrap("open blob", err)
	}
	info, err := file.Stat()
	if err != nil {
		return nil, wrap("open blob", errors.Join(err, file.Close()))
	}
	return content{io.NewSectionReader(file, 0, info.Size()), file}, nil
}

// content is an open file without what else files can do.
type content struct {
	*io.SectionReader
	io.Closer
}

// isBlobID tells ids from what would lead elsewhere.
func isBlobID(id string) bool {
	if len(id) != hex.EncodedLen(sha256.Size) {
		return false
	}
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// RemoveBlobs implements email.BlobRemover, by the clock of this machine.
func (f *Folder) RemoveBlobs(ctx context.Context, ids []string, since time.Time) error {
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return wrap("remove blobs", err)
		}
		if !isBlobID(id) {
			continue
		}
		if err := f.removeBlob(f.path(id), since); err != nil {
			return wrap("remove blobs", err)
		}
	}
	return wrap("remove blobs", ctx.Err())
}

// removeBlob looks and removes at once, as far as PutBlob is concerned.
func (f *Folder) removeBlob(path string, since time.Time) error {
	unlock, err := f.lock()
	if err != nil {
		return err
	}
	defer unlock()
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.ModTime().Before(since) {
		return nil
	}
	return cmp.Or(err, remove(path))
}

// ListBlobs implements email.BlobLister, by the clock of this machine.
func (f *Folder) ListBlobs(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	var ids []string
	for shard := range 256 {
		name := fmt.Sprintf("%02x", shard)
		if err := ctx.Err(); err != nil {
			return nil, wrap("list blobs", err)
		}
		if after != "" && name < after[:min(2, len(after))] {
			continue
		}
		entries, err := os.ReadDir(filepath.Join(f.dir, name)) // sorted
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, wrap("list blobs", err)
		}
		for _, entry := range entries {
			if len(ids) >= limit {
				return ids, nil
			}
			if !isBlobID(entry.Name()) || entry.Name() <= after {
				continue
			}
			info, err := entry.Info()
			if err == nil && info.ModTime().Before(before) { // otherwise it is gone, or young
				ids = append(ids, entry.Name())
			}
		}
	}
	return ids, nil
}

// remove deletes a file that may be gone.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
