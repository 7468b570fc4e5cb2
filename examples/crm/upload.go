package main

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
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

	sending sync.Mutex
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
	maxFiles    = 50      // of one letter; the policy may say fewer
	maxOctets   = 2 << 30 // of all letters' files
	draftExpiry = 2 * time.Hour
)

func newDrafts(folder string, now func() time.Time) *drafts {
	return &drafts{folder: folder, now: now, kept: map[string]*draft{}}
}

// find returns a user's draft; an empty one where there is none. It is called under the lock, as begin, oldest and forget are.
func (d *drafts) find(owner, token string) *draft {
	now := d.now()
	for old, one := range d.kept {
		if now.Sub(one.seen) > draftExpiry {
			d.forget(old)
		}
	}
	found := d.kept[owner+" "+token]
	if found == nil {
		return &draft{}
	}
	found.seen = now
	return found
}

// begin is find, and keeps what it returns.
func (d *drafts) begin(owner, token string) *draft {
	found := d.find(owner, token)
	found.seen = d.now()
	d.kept[owner+" "+token] = found
	if len(d.kept) > maxDrafts {
		d.forget(d.oldest())
	}
	return found
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

// lock has a draft sent by one at a time, who calls unlock: a form that is posted twice at once is one letter, and its files
// are not taken away from under the other.
func (d *drafts) lock(owner, token string) (unlock func()) {
	d.mu.Lock()
	one := d.begin(owner, token)
	d.mu.Unlock()
	one.sending.Lock()
	return one.sending.Unlock
}

// drop forgets a draft that was sent.
func (d *drafts) drop(owner, token string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forget(owner + " " + token)
}

// add streams a file to the disk. All files of a letter together have at most limit octets, errTooMuch otherwise.
func (d *drafts) add(owner, token, name string, content io.Reader, limit int64) error {
	file, err := os.CreateTemp(d.folder, "upload-")
	if err != nil {
		return err
	}
	n, err := io.Copy(file, io.LimitReader(content, limit+1))
	if err = errors.Join(err, file.Close()); err == nil {
		err = d.keep(owner, token, upload{rand.Text(), file.Name(), n, d.now(), name}, limit)
	}
	if err != nil {
		_ = os.Remove(file.Name())
	}
	return err
}

func (d *drafts) keep(owner, token string, file upload, limit int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	to := d.begin(owner, token)
	if len(to.files) >= maxFiles || to.octets()+file.size > limit {
		return errTooMuch
	}
	to.files = append(to.files, file)
	for d.octets() > maxOctets {
		d.forget(d.oldest()) // this draft is the newest, and within the limit
	}
	return nil
}

func (d *drafts) octets() (n int64) {
	for _, one := range d.kept {
		n += one.octets()
	}
	return n
}

func (d *draft) octets() (n int64) {
	for _, file := range d.files {
		n += file.size
	}
	return n
}

// remove detaches a file.
func (d *drafts) remove(owner, token, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	from := d.find(owner, token)
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
	return slices.Clone(d.find(owner, token).files)
}

// setBody keeps what a draft would look like; body returns it.
func (d *drafts) setBody(owner, token, html string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begin(owner, token).body = html
}

func (d *drafts) body(owner, token string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.find(owner, token).body
}

// file is the upload as the library takes it.
func (u upload) file() attach.File { return attach.Path(u.name, u.path, u.at) }

// newToken names a draft: as the form does, or anew.
func newToken(given string) string {
	odd := func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }
	if given == "" || len(given) > 64 || strings.ContainsFunc(given, odd) {
		return rand.Text()
	}
	return given
}
