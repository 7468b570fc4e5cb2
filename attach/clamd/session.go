package clamd

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"

	"github.com/crmmail/crmmail/attach"
)

const (
	chunk    = 64 << 10 // octets of content sent at once
	maxReply = 4 << 10  // octets of an answer: the name of a threat is far shorter
)

// session is one connection, for one command.
type session struct {
	ctx     context.Context
	conn    net.Conn
	timeout time.Duration
	stop    func() bool
	replied chan reply // holds the one answer, or why there is none
	done    chan struct{}
}

type reply struct {
	text string
	err  error
}

// newSession takes over a connection, and ends with ctx.
func newSession(ctx context.Context, conn net.Conn, timeout time.Duration) *session {
	s := &session{ctx: ctx, conn: conn, timeout: timeout, replied: make(chan reply, 1), done: make(chan struct{})}
	s.stop = context.AfterFunc(ctx, func() { _ = conn.Close() })
	go s.listen()
	return s
}

// scan asks about r and ends the session.
func (s *session) scan(r io.Reader, limit int64) (string, error) {
	defer s.close()
	if err := s.stream(r, limit); err != nil {
		return "", s.fault(err)
	}
	reply, err := s.answer()
	if err != nil {
		return "", s.fault(err)
	}
	return verdict(reply)
}

// listen reads the answer while content is still being sent: a daemon that has enough says so and hangs up, and who
// writes first and reads then may find the answer gone with the connection.
func (s *session) listen() {
	defer close(s.done)
	var b [maxReply]byte
	n := 0
	for {
		got, err := s.conn.Read(b[n:])
		n += got
		if i := bytes.IndexByte(b[:n], 0); i >= 0 {
			s.replied <- reply{text: string(b[:i])}
			return
		}
		if err == nil && n == len(b) {
			err = ErrProtocol
		}
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, ErrProtocol) {
				err = fmt.Errorf("%w: %w", ErrProtocol, err)
			}
			s.replied <- reply{err: err}
			return
		}
	}
}

func (s *session) close() {
	s.stop()
	_ = s.conn.Close()
	<-s.done
}

func (s *session) write(b []byte) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return err
	}
	_, err := s.conn.Write(b)
	return err
}

// answer waits for what the daemon says.
func (s *session) answer() (string, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(s.timeout)); err != nil {
		return "", err
	}
	r := <-s.replied
	return r.text, r.err
}

// sourceError is a failure to read what was to be sent.
type sourceError struct{ err error }

func (e *sourceError) Error() string { return e.err.Error() }

// stream sends r: each piece behind its length in four octets, the highest first, and a length of 0 at the end (clamd(8), INSTREAM). It
// ends early, without an error, where the daemon has answered before the end.
func (s *session) stream(r io.Reader, limit int64) error {
	if err := s.write([]byte("zINSTREAM\x00")); err != nil {
		return s.hungUp(err)
	}
	buf := make([]byte, 4+chunk)
	for sent := int64(0); ; {
		n, err := io.ReadFull(r, buf[4:])
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return &sourceError{err}
		}
		if sent += int64(n); limit > 0 && sent > limit {
			return fmt.Errorf("clamd: more than %d octets: %w", limit, attach.ErrScanLimit)
		}
		last := err != nil
		binary.BigEndian.PutUint32(buf, uint32(n))
		piece := buf[:4+n]
		if last && n > 0 {
			piece = append(piece, 0, 0, 0, 0)
		}
		if len(s.replied) > 0 {
			return nil
		}
		if err := s.write(piece); err != nil {
			return s.hungUp(err)
		}
		if last {
			return nil
		}
	}
}

// hungUp tells a daemon that answered and then hung up, which is no error of writing, from one that is gone.
func (s *session) hungUp(err error) error {
	if s.ctx.Err() != nil || errors.Is(err, os.ErrDeadlineExceeded) {
		return err
	}
	text, none := s.answer()
	if none != nil {
		return fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	s.replied <- reply{text: text}
	return nil
}

// fault is what to say of an error in the middle of a session: the end of ctx explains it all, and what the daemon said before
// it hung up explains more than that it did.
func (s *session) fault(err error) error {
	if s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	var own *sourceError
	if errors.As(err, &own) {
		return own.err
	}
	if errors.Is(err, attach.ErrScanLimit) || errors.Is(err, ErrProtocol) {
		return err
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("clamd: silent for %v: %w", s.timeout, err)
	}
	return fmt.Errorf("clamd: %w", err)
}

// verdict reads the answer to INSTREAM.
func verdict(reply string) (string, error) {
	text := strings.TrimSpace(strings.TrimPrefix(reply, "stream: "))
	switch {
	case text == "OK":
		return "", nil
	case strings.HasSuffix(text, "FOUND"):
		return threatName(strings.TrimSpace(strings.TrimSuffix(text, "FOUND"))), nil
	case strings.Contains(text, "size limit exceeded"):
		return "", fmt.Errorf("clamd: %s: %w", clip(text), attach.ErrScanLimit)
	case strings.HasSuffix(text, "ERROR"):
		return "", &Error{clip(text)}
	}
	return "", fmt.Errorf("%w: %.80q", ErrProtocol, reply)
}

// threatName drops the checksum and the length that the setting ExtendedDetectionInfo puts behind the name: "Eicar(44d8…:68)".
func threatName(s string) string {
	if open := strings.LastIndexByte(s, '('); open > 0 && strings.HasSuffix(s, ")") && strings.Contains(s[open:], ":") {
		return s[:open]
	}
	if s == "" {
		return "unnamed"
	}
	return s
}

// clip bounds what is quoted of an answer.
func clip(s string) string { return strings.ToValidUTF8(s[:min(len(s), 200)], "") }
