// Package emlfile is a transport that sends nothing: it writes each message into a folder, where any mail program opens
// it. It is for development, for tests, and for keeping what a relay was given.
//
//	transport, err := emlfile.New("outbox")
//	if err != nil {
//		return err
//	}
//	service, err := email.New(email.Config{Transport: transport /* … */})
//
// A message is two files of one name, which begins with the time in UTC, so that a listing is in the order of sending:
//
//	20260302T100000.000Z-9f86d081884c7d65.eml    the octets as a server would get them, blind copies not among them
//	20260302T100000.000Z-9f86d081884c7d65.json   the envelope, blind copies among them: see Envelope
//
// Both appear whole or not at all, the envelope first. Nothing of the message goes into the name, and only the user who
// runs the program can read either.
package emlfile

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Envelope is what stands in the JSON beside a message.
type Envelope struct {
	ReturnPath string    `json:"return_path"` // "" is the null return path
	Recipients []string  `json:"recipients"`
	At         time.Time `json:"at"`
}

// Transport writes messages into a folder. It implements email.Transport and is safe for concurrent use, also of several
// programs.
type Transport struct{ dir string }

var _ email.Transport = (*Transport)(nil)

// New makes the folder where there is none.
func New(dir string) (*Transport, error) {
	if dir == "" {
		return nil, errors.New("email/emlfile: no folder")
	}
	dir, err := filepath.Abs(dir) // wherever the program goes
	if err != nil {
		return nil, fmt.Errorf("email/emlfile: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("email/emlfile: %w", err)
	}
	return &Transport{dir}, nil
}

// Deliver implements email.Transport. Every recipient is accepted; the receipt's ProviderID is the name of the file with
// the message, in the folder. What goes wrong with the folder, as when the disk is full, is a temporary
// *email.TransportError, and then there is no file.
func (t *Transport) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	if err := env.Validate(); err != nil {
		return email.Receipt{}, &email.TransportError{Err: err}
	}
	if err := ctx.Err(); err != nil {
		return email.Receipt{}, broken(err)
	}
	at := time.Now().UTC()
	name := filepath.Join(t.dir, at.Format("20060102T150405.000Z")+"-"+random())
	sidecar, err := json.MarshalIndent(Envelope{env.ReturnPath, env.Recipients, at}, "", "  ")
	if err != nil {
		return email.Receipt{}, broken(err)
	}
	if err := t.both(ctx, name, append(sidecar, '\n'), msg); err != nil {
		return email.Receipt{}, err
	}
	return receipt(env, filepath.Base(name)+".eml", at), nil
}

// both writes the two files, or none.
func (t *Transport) both(ctx context.Context, name string, sidecar []byte, msg io.WriterTo) error {
	if err := write(ctx, name+".json", bytes.NewReader(sidecar)); err != nil {
		return err
	}
	whole := false
	defer func() { // also where WriteTo panics
		if !whole {
			os.Remove(name + ".json")
		}
	}()
	err := write(ctx, name+".eml", msg)
	whole = err == nil
	return err
}

// write makes a file that is not seen before it is whole. An error of the content is returned as it is.
func write(ctx context.Context, name string, content io.WriterTo) error {
	file, err := os.OpenFile(name+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return broken(err)
	}
	whole := false
	defer func() { // also where WriteTo panics
		if !whole {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	w := &writer{ctx: ctx, file: file}
	if _, err := content.WriteTo(w); err != nil && w.err == nil {
		return err
	}
	if w.err != nil {
		return broken(w.err)
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return broken(err)
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return broken(err)
	}
	whole = true
	return nil
}

// writer tells its own errors from those of the content.
type writer struct {
	ctx  context.Context // of the delivery: io.Writer leaves no other way
	file *os.File
	err  error
}

func (w *writer) Write(p []byte) (n int, err error) {
	if w.err == nil {
		w.err = w.ctx.Err()
	}
	if w.err == nil {
		n, w.err = w.file.Write(p)
	}
	return n, w.err
}

func broken(err error) *email.TransportError {
	return &email.TransportError{Temporary: true, Err: fmt.Errorf("email/emlfile: %w", err)}
}

func receipt(env email.Envelope, name string, at time.Time) email.Receipt {
	r := email.Receipt{ProviderID: name}
	for _, addr := range env.Recipients {
		r.Results = append(r.Results, email.Recipient{Address: addr, Status: email.RecipientAccepted, At: at})
	}
	return r
}

// random keeps messages of the same millisecond apart.
func random() string {
	var octets [8]byte
	rand.Read(octets[:])
	return hex.EncodeToString(octets[:])
}
