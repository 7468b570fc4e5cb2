package killtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"math/rand/v2"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// manner is how a mailServer behaves.
type manner struct {
	seed   uint64
	pause  time.Duration // before each answer, at most; to a whole message half of them after it was counted
	refuse float64       // how many of the whole messages are refused for now
}

// mailServer, on loopback, counts what it accepts and throws it away.
type mailServer struct {
	addr string

	manner manner

	mu       sync.Mutex
	random   *rand.Rand
	open     map[string]int // connections by the name that their client greets with
	messages map[string]*arrival
	accepted int
}

// arrival is what came under one Message-ID.
type arrival struct {
	recipients map[string]int // how often each was accepted
	contents   map[[sha256.Size]byte]bool
	refused    int
}

// newMailServer serves until the test ends.
func newMailServer(t testing.TB, manner manner) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := &mailServer{
		addr:     listener.Addr().String(),
		manner:   manner,
		random:   rand.New(rand.NewPCG(manner.seed, 1)),
		open:     map[string]int{},
		messages: map[string]*arrival{},
	}
	server := smtp.NewServer(smtp.BackendFunc(s.session))
	server.Domain = "sink.example.test"
	server.ErrorLog = silent{}
	var serving sync.WaitGroup
	serving.Go(func() { server.Serve(narrow{listener}) })
	t.Cleanup(func() {
		server.Close()
		serving.Wait()
	})
	return s
}

// window is the size of the buffers between client and server: a content that is larger takes its time.
const window = 32 << 10

// narrow gives connections small buffers.
type narrow struct{ net.Listener }

func (l narrow) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err == nil {
		err = conn.(*net.TCPConn).SetReadBuffer(window)
	}
	return conn, err
}

// Dial is for workers: with a small buffer a long content takes its time at this end, too.
func Dial(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err == nil {
		err = conn.(*net.TCPConn).SetWriteBuffer(window)
	}
	return conn, err
}

// silent hears nothing of the connections that break.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

func (s *mailServer) session(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open[c.Hostname()]++
	return &session{sink: s, client: c.Hostname()}, nil
}

// count is how many messages were accepted.
func (s *mailServer) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accepted
}

// connections is how many clients have open: those that are named, or all.
func (s *mailServer) connections(clients ...string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for client, open := range s.open {
		if len(clients) == 0 || slices.Contains(clients, client) {
			n += open
		}
	}
	return n
}

// await waits until n messages were accepted.
func (s *mailServer) await(t testing.TB, n int) {
	t.Helper()
	last, since := 0, time.Now()
	for {
		now := s.count()
		if now >= n {
			return
		}
		if now != last {
			last, since = now, time.Now()
		}
		if time.Since(since) > patience {
			t.Fatalf("killtest: nothing has been sent for %v after %d messages", patience, now)
		}
		time.Sleep(time.Millisecond)
	}
}

// session is one connection; its methods are called one after the other.
type session struct {
	sink       *mailServer
	client     string
	recipients []string
}

func (s *session) Mail(string, *smtp.MailOptions) error {
	s.sink.pause()
	s.recipients = nil
	return nil
}
func (s *session) Reset() { s.recipients = nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.sink.pause()
	s.recipients = append(s.recipients, to)
	return nil
}

func (s *session) Logout() error {
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.open[s.client]--
	return nil
}

// Data accepts a message when it is whole, whether or not the client is there to hear of it.
func (s *session) Data(r io.Reader) error {
	var content bytes.Buffer
	for {
		switch _, err := io.CopyN(&content, r, window); err {
		case nil:
			s.sink.pause() // so that a kill may meet the client within a long content
		case io.EOF:
			s.sink.pause()
			err = s.sink.take(content.Bytes(), s.recipients)
			s.sink.pause()
			return err
		default:
			return err
		}
	}
}

func (s *mailServer) pause() {
	if s.manner.pause <= 0 {
		return
	}
	s.mu.Lock()
	wait := time.Duration(s.random.Int64N(int64(s.manner.pause)))
	s.mu.Unlock()
	time.Sleep(wait / 2)
}

func (s *mailServer) take(content []byte, recipients []string) error {
	parsed, err := mail.ReadMessage(bytes.NewReader(content))
	if err != nil {
		return err
	}
	id := strings.Trim(parsed.Header.Get("Message-ID"), "<>")
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.messages[id]
	if a == nil {
		a = &arrival{recipients: map[string]int{}, contents: map[[sha256.Size]byte]bool{}}
		s.messages[id] = a
	}
	a.contents[sha256.Sum256(content)] = true
	if s.random.Float64() < s.manner.refuse {
		a.refused++
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "try later"}
	}
	s.accepted++
	for _, addr := range recipients {
		a.recipients[addr]++
	}
	return nil
}
