package lmtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

const (
	grace          = 10 * time.Second // for what is being filed when the server stops
	parting        = time.Second      // for a last reply
	acceptAttempts = 60               // in a row, before Serve gives up
)

// Server receives mail. It is safe for concurrent use.
type Server struct {
	config Config
	slots  chan struct{} // one for each open connection
}

// New returns a Server that listens to nothing yet.
func New(config Config) (*Server, error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	return &Server{config: config, slots: make(chan struct{}, config.MaxConns)}, nil
}

// Serve receives mail from listener until ctx ends, and then returns nil; any other end is an error. The listener is closed
// and no connection is left when it returns.
//
// When ctx ends, clients are told so (421), and a message that has not come whole is dropped: its sender keeps it. What is
// being filed has ten seconds to be done; after these the context of Receive ends too. One Server can serve several
// listeners; they share its limits.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	filing, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()
	sessions := &group{all: map[*wire]struct{}{}}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	err := s.accept(ctx, filing, listener, sessions)
	listener.Close()
	sessions.stop()
	defer time.AfterFunc(grace, giveUp).Stop()
	sessions.Wait()
	return err
}

func (s *Server) accept(ctx, filing context.Context, listener net.Listener, sessions *group) error {
	for failed := 0; ; {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return nil
		}
		if err != nil {
			if failed++; failed == acceptAttempts || errors.Is(err, net.ErrClosed) {
				return fmt.Errorf("lmtp: %w", err)
			}
			// As where file descriptors have run out: some may be free again soon.
			s.config.Logger.ErrorContext(ctx, "lmtp cannot accept", "error", redact(err))
			wait(ctx, time.Millisecond<<min(failed, 10))
			continue
		}
		failed = 0
		s.admit(filing, conn, sessions)
	}
}

// admit serves a connection where there is a slot for it, and sends it away where there is none.
func (s *Server) admit(ctx context.Context, conn net.Conn, sessions *group) {
	w := newWire(conn, s.config.CommandTimeout)
	select {
	case s.slots <- struct{}{}:
	default:
		s.config.Logger.WarnContext(ctx, "lmtp has too many connections", "max", s.config.MaxConns)
		if _, encrypted := conn.(*tls.Conn); !encrypted { // a handshake takes time; the kernel takes one line at once
			conn.SetDeadline(time.Now().Add(parting))
			fmt.Fprintf(conn, "421 4.3.2 %s Too many connections\r\n", s.config.Hello)
		}
		conn.Close()
		return
	}
	sessions.add(w)
	go func() {
		defer func() {
			sessions.remove(w)
			<-s.slots
		}()
		newSession(ctx, &s.config, w).run()
	}()
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// group is the open connections of one Serve.
type group struct {
	sync.WaitGroup
	mu       sync.Mutex
	all      map[*wire]struct{}
	stopping bool
}

func (g *group) add(w *wire) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.Add(1)
	g.all[w] = struct{}{}
	if g.stopping {
		w.stop()
	}
}

func (g *group) remove(w *wire) {
	g.mu.Lock()
	delete(g.all, w)
	g.mu.Unlock()
	g.Done()
}

// stop ends every wait for a client, now and later.
func (g *group) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopping = true
	for w := range g.all {
		w.stop()
	}
}
