package lmtp

import (
	"errors"
	"net"
	"sync"
	"time"
)

var errStopping = errors.New("lmtp: the server stops")

// wire is a connection whose every wait has an end: each read and write has patience, all reads of a command or a message
// together end at until, and stop ends them at once.
type wire struct {
	net.Conn
	mu       sync.Mutex
	patience time.Duration
	until    time.Time
	stopping bool
}

func newWire(conn net.Conn, patience time.Duration) *wire {
	return &wire{Conn: conn, patience: patience}
}

// allow sets the end of all reads to come.
func (w *wire) allow(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = time.Now().Add(d)
}

// stop ends the reads. Writes are left a moment, so that a client can be told.
func (w *wire) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopping = true
	w.Conn.SetReadDeadline(time.Unix(1, 0))
	w.Conn.SetWriteDeadline(time.Now().Add(parting))
}

// hurry is for a last word.
func (w *wire) hurry() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.patience = parting
}

func (w *wire) Read(p []byte) (int, error) {
	if err := w.beforeRead(); err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(p)
	if err != nil && w.isStopping() {
		err = errStopping
	}
	return n, err
}

func (w *wire) beforeRead() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.stopping {
		return errStopping
	}
	deadline := time.Now().Add(w.patience)
	if w.until.Before(deadline) {
		deadline = w.until
	}
	return w.Conn.SetReadDeadline(deadline)
}

func (w *wire) Write(p []byte) (int, error) {
	if err := w.beforeWrite(); err != nil {
		return 0, err
	}
	return w.Conn.Write(p)
}

func (w *wire) beforeWrite() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	patience := w.patience
	if w.stopping {
		patience = parting
	}
	return w.Conn.SetWriteDeadline(time.Now().Add(patience))
}

func (w *wire) isStopping() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopping
}
