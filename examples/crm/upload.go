package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/crmmail/crmmail/attach"
)

// drafts keeps what belongs to letters that are being written, from one post of the form to the next, so that files are
// attached in several goes without a script. It is bounded in every direction, and forgets.
type drafts struct {
	folder string
	now    func() time.Time

	mu   sync.Mutex
	kept map[string]*draft // by who writes and the form's token
}

// draft is one letter that is being written.
type draft struct {
	files []upload
	body  string // its HTML as it would go out, for the frame that shows it
	seen  time.Time
}

// upload is one file that was attached.
type upload struct {
	ID   string
	path string
	size int64
	at   time.Time
	name string
}

// What is kept at most.
const (
	maxDrafts   = 200
	maxFiles    = 50 // of one letter; the policy may say fewer
	draftExpiry = 2 * time.Hour
)

func newDrafts(folder string, now func() time.Time) *drafts {
	return &drafts{folder: folder, now: now, kept: map[string]*draft{}}
}

// of returns a user's draft, which is made where there is none. It is called under the lock.
func (d *drafts) of(owner, token string) *draft {
	now, key := d.now(), owner+" "+token
	for old, one := range d.kept {
		if now.Sub(one.seen) > draftExpiry {
			d.forget(old)
		}
	}
	if d.kept[key] == nil {
		if len(d.kept) >= maxDrafts {
			d.forget(d.oldest())
		}
		d.kept[key] = &draft{}
	}
	d.kept[key].seen = now
	return d.kept[key]
}

func (d *drafts) oldest() (key string) {
	for one, kept := range d.kept {
		if key == "" || kept.seen.Before(d.kept[key].seen) {
			key = one
		}
	}
	return key
}

func (d *drafts) forget(key string) {
	if one := d.kept[key]; one != nil {
		for _, file := range one.files {
			_ = os.Remove(file.path) // the folder is removed at the end
		}
	}
	delete(d.kept, key)
}

// drop forgets a draft that was sent.
func (d *drafts) drop(owner, token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget(owner + " " + token)
}

// add streams a file to the disk. Of one that is longer than limit nothing is kept but its name and its length.
func (d *drafts) add(owner, token, name string, content io.Reader, limit int64) error {
	file, err := os.CreateTemp(d.folder, "upload-")
	if err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(content, limit))
	if err == nil {
		var rest int64
		rest, err = io.Copy(io.Discard, content)
		n += rest
	}
	err = errors.Join(err, file.Close())
	if err == nil && n > limit {
		err = os.Remove(file.Name())
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	to := d.of(owner, token)
	if err == nil && len(to.files) >= maxFiles {
		err = errTooMuch
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return err
	}
	to.files = append(to.files, upload{rand.Text(), file.Name(), n, d.now(), name})
	return nil
}

// remove detaches a file.
func (d *drafts) remove(owner, token, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	from := d.of(owner, token)
	from.files = slices.DeleteFunc(from.files, func(file upload) bool {
		if file.ID == id {
			_ = os.Remove(file.path)
		}
		return file.ID == id
	})
}

// files are a draft's, in the order of attaching.
func (d *drafts) files(owner, token string) []upload {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.of(owner, token).files)
}

// setBody keeps what a draft would look like; body returns it.
func (d *drafts) setBody(owner, token, html string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.of(owner, token).body = html
}

func (d *drafts) body(owner, token string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.of(owner, token).body
}

// file is the upload as the library takes it.
func (u upload) file() attach.File {
	return attach.File{Name: u.name, AttachedAt: u.at, Open: func() (io.ReadCloser, error) {
		file, err := os.Open(u.path)
		if errors.Is(err, fs.ErrNotExist) {
			return tooLong(u.size), nil
		}
		return file, err
	}}
}

// tooLong stands for a file of which only the length is known.
type tooLong int64

var errNotKept = errors.New("the file was too large to keep")

func (f tooLong) Size() int64                       { return int64(f) }
func (f tooLong) Read([]byte) (int, error)          { return 0, errNotKept }
func (f tooLong) ReadAt([]byte, int64) (int, error) { return 0, errNotKept }
func (f tooLong) Close() error                      { return nil }

// newToken names a draft; a form posted by hand may name one too.
func newToken(given string) string {
	if len(given) > 64 || strings.ContainsFunc(given, func(r rune) bool { return r < '0' || r > 'z' }) {
		given = ""
	}
	return cmp.Or(filepath.Base(cmp.Or(given, rand.Text())), rand.Text())
}
