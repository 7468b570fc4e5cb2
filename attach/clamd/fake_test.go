package clamd_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/clamd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake serves each connection by handle, and gives the address of its socket.
func fake(t *testing.T, network string, handle func(*bufio.Reader, net.Conn)) string {
	t.Helper()
	address := "127.0.0.1:0"
	if network == "unix" {
		address = filepath.Join(shortDir(t), "s")
	}
	l, err := net.Listen(network, address)
	require.NoError(t, err)
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			handle(bufio.NewReader(conn), conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-served })
	return l.Addr().String()
}

// shortDir is a folder whose path leaves room for the name of a socket, of which systems take about 100 octets.
func shortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "clamd")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// receive reads a command and, for INSTREAM, its content as a daemon does; ok tells that all of it came in the right form.
func receive(r *bufio.Reader) (command string, content []byte, ok bool) {
	command, err := r.ReadString(0)
	if err != nil || command != "zINSTREAM\x00" {
		return command, nil, err == nil
	}
	for {
		var n uint32
		if binary.Read(r, binary.BigEndian, &n) != nil {
			return command, content, false
		}
		if n == 0 {
			return command, content, true
		}
		if n > 1<<20 {
			return command, content, false
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(r, part); err != nil {
			return command, content, false
		}
		content = append(content, part...)
	}
}

// replies answers any command with a text.
func replies(text string) func(*bufio.Reader, net.Conn) {
	return func(r *bufio.Reader, w net.Conn) {
		receive(r)
		_, _ = io.WriteString(w, text)
	}
}

func TestScan(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		t.Run(network, func(t *testing.T) {
			var got []byte
			address := fake(t, network, func(r *bufio.Reader, w net.Conn) {
				command, content, ok := receive(r)
				got = content
				switch {
				case !ok || command != "zINSTREAM\x00":
				case bytes.Contains(content, []byte("virus")):
					_, _ = io.WriteString(w, "stream: Win.Test.EICAR_HDB-1 FOUND\x00")
				default:
					_, _ = io.WriteString(w, "stream: OK\x00")
				}
			})
			client := clamd.New(network, address, clamd.Options{})
			for _, n := range []int{0, 1, 4, 64<<10 - 4, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20} {
				content := bytes.Repeat([]byte("x"), n)
				threat, err := client.Scan(t.Context(), bytes.NewReader(content))
				require.NoError(t, err)
				assert.Empty(t, threat)
				assert.True(t, bytes.Equal(content, got), n)
			}
			threat, err := client.Scan(t.Context(), iotest.OneByteReader(strings.NewReader("a virus in it")))
			require.NoError(t, err)
			assert.Equal(t, "Win.Test.EICAR_HDB-1", threat)
		})
	}
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		reply, threat, text string
		is                  error
	}{
		{reply: "stream: OK\x00"},
		{reply: "stream: Eicar-Test-Signature(44d88612fea8a8f36de82e1278abb02f:68) FOUND\x00", threat: "Eicar-Test-Signature"},
		{reply: "stream: Some (odd) Name FOUND\x00", threat: "Some (odd) Name"},
		{reply: "stream:  FOUND\x00", threat: "unnamed"},
		{reply: "INSTREAM size limit exceeded. ERROR\x00", is: attach.ErrScanLimit, text: "clamd: INSTREAM size limit exceeded. ERROR: attach: longer than the scanner looks at"},
		{reply: "stream: Can't allocate memory ERROR\x00", text: "clamd: Can't allocate memory ERROR"},
		{reply: "stream: " + strings.Repeat("я", 150) + " ERROR\x00", text: "clamd: " + strings.Repeat("я", 100)},
		{reply: "220 mail.example.com ESMTP\r\n\x00", is: clamd.ErrProtocol, text: `clamd: no answer of a clamd: "220 mail.example.com ESMTP\r\n"`},
		{reply: "stream: OK", is: clamd.ErrProtocol, text: "clamd: no answer of a clamd: unexpected EOF"},
		{reply: "", is: io.ErrUnexpectedEOF, text: "clamd: no answer of a clamd: unexpected EOF"},
		{reply: strings.Repeat("x", 10_000), is: clamd.ErrProtocol, text: "clamd: no answer of a clamd"},
	} {
		t.Run(test.reply[:min(len(test.reply), 40)], func(t *testing.T) {
			client := clamd.New("unix", fake(t, "unix", replies(test.reply)), clamd.Options{})
			threat, err := client.Scan(t.Context(), strings.NewReader("x"))
			assert.Equal(t, test.threat, threat)
			if test.text == "" {
				require.NoError(t, err)
				return
			}
			require.EqualError(t, err, test.text)
			if test.is != nil {
				require.ErrorIs(t, err, test.is)
			}
		})
	}
	var own *clamd.Error
	_, err := clamd.New("unix", fake(t, "unix", replies("stream: X ERROR\x00")), clamd.Options{}).Scan(t.Context(), strings.NewReader("x"))
	require.ErrorAs(t, err, &own)
	assert.Equal(t, "X ERROR", own.Reply)
}

// TestLimitInTheMiddle holds that a daemon which has enough, says so and hangs up is heard.
func TestLimitInTheMiddle(t *testing.T) {
	for _, network := range []string{"unix", "tcp"} {
		t.Run(network, func(t *testing.T) {
			address := fake(t, network, func(r *bufio.Reader, w net.Conn) {
				_, _ = io.CopyN(io.Discard, r, 200_000)
				_, _ = io.WriteString(w, "INSTREAM size limit exceeded. ERROR\x00")
			})
			for range 20 {
				_, err := clamd.New(network, address, clamd.Options{}).Scan(t.Context(), bytes.NewReader(make([]byte, 8<<20)))
				require.ErrorIs(t, err, attach.ErrScanLimit)
			}
		})
	}
}

func TestHangsUpInTheMiddle(t *testing.T) {
	address := fake(t, "tcp", func(r *bufio.Reader, _ net.Conn) { _, _ = io.CopyN(io.Discard, r, 200_000) })
	_, err := clamd.New("tcp", address, clamd.Options{}).Scan(t.Context(), bytes.NewReader(make([]byte, 8<<20)))
	require.ErrorIs(t, err, clamd.ErrProtocol)
}

func TestMaxStream(t *testing.T) {
	var got atomic.Int64
	address := fake(t, "unix", func(r *bufio.Reader, w net.Conn) {
		_, content, ok := receive(r)
		if got.Store(int64(len(content))); ok {
			_, _ = io.WriteString(w, "stream: OK\x00")
		}
	})
	client := clamd.New("unix", address, clamd.Options{MaxStream: 100_000})
	_, err := client.Scan(t.Context(), bytes.NewReader(make([]byte, 100_000)))
	require.NoError(t, err)
	_, err = client.Scan(t.Context(), bytes.NewReader(make([]byte, 100_001)))
	require.ErrorIs(t, err, attach.ErrScanLimit)
	require.EqualError(t, err, "clamd: more than 100000 octets: attach: longer than the scanner looks at")
	assert.Less(t, got.Load(), int64(100_001))
}

func TestSilence(t *testing.T) {
	for name, handle := range map[string]func(quiet chan struct{}) func(*bufio.Reader, net.Conn){
		"answers nothing": func(quiet chan struct{}) func(*bufio.Reader, net.Conn) {
			return func(r *bufio.Reader, _ net.Conn) { receive(r); <-quiet }
		},
		"takes nothing": func(quiet chan struct{}) func(*bufio.Reader, net.Conn) {
			return func(*bufio.Reader, net.Conn) { <-quiet }
		},
	} {
		// silent is the daemon's address; the end of the test ends its silence.
		silent := func(t *testing.T) string {
			quiet := make(chan struct{})
			address := fake(t, "unix", handle(quiet))
			t.Cleanup(func() { close(quiet) })
			return address
		}
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := clamd.New("unix", silent(t), clamd.Options{Timeout: 50 * time.Millisecond}).Scan(t.Context(), bytes.NewReader(make([]byte, 8<<20)))
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			assert.Less(t, time.Since(began), 5*time.Second)
		})
		t.Run(name+" until ctx ends", func(t *testing.T) {
			address := silent(t)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			_, err := clamd.New("unix", address, clamd.Options{}).Scan(ctx, bytes.NewReader(make([]byte, 8<<20)))
			require.ErrorIs(t, err, context.DeadlineExceeded)
		})
	}
}

func TestSlowSourceIsNoSilence(t *testing.T) {
	address := fake(t, "unix", replies("stream: OK\x00"))
	slow := iotest.OneByteReader(io.MultiReader(strings.NewReader("x"), pause(200*time.Millisecond), strings.NewReader("y")))
	_, err := clamd.New("unix", address, clamd.Options{Timeout: 50 * time.Millisecond}).Scan(t.Context(), slow)
	require.NoError(t, err)
}

// pause reads as nothing after a while.
type pause time.Duration

func (p pause) Read([]byte) (int, error) { time.Sleep(time.Duration(p)); return 0, io.EOF }

func TestSourceFails(t *testing.T) {
	broken := errors.New("disk on fire")
	client := clamd.New("unix", fake(t, "unix", replies("stream: OK\x00")), clamd.Options{})
	_, err := client.Scan(t.Context(), io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)))
	require.Equal(t, broken, err)
}

func TestNobodyThere(t *testing.T) {
	client := clamd.New("unix", filepath.Join(shortDir(t), "none"), clamd.Options{})
	_, err := client.Scan(t.Context(), strings.NewReader("x"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorIs(t, client.Ping(t.Context()), os.ErrNotExist)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, client.Ping(ctx), context.Canceled)
}

func TestPing(t *testing.T) {
	pong := fake(t, "tcp", func(r *bufio.Reader, w net.Conn) {
		if command, _, _ := receive(r); command == "zPING\x00" {
			_, _ = io.WriteString(w, "PONG\x00")
		}
	})
	require.NoError(t, clamd.New("tcp", pong, clamd.Options{}).Ping(t.Context()))
	require.ErrorIs(t, clamd.New("tcp", fake(t, "tcp", replies("HELLO\x00")), clamd.Options{}).Ping(t.Context()), clamd.ErrProtocol)
	require.ErrorIs(t, clamd.New("tcp", fake(t, "tcp", replies("")), clamd.Options{}).Ping(t.Context()), clamd.ErrProtocol)
}

// FuzzAnswer holds that whatever a daemon says, asking ends, and without an error only with a verdict that it could have meant.
func FuzzAnswer(f *testing.F) {
	f.Add("stream: OK\x00")
	f.Add("stream: Eicar(44d8:68) FOUND\x00")
	f.Add("INSTREAM size limit exceeded. ERROR\x00")
	f.Fuzz(func(t *testing.T, reply string) {
		here, there := net.Pipe()
		go func() {
			receive(bufio.NewReader(there))
			_, _ = io.WriteString(there, reply)
			_ = there.Close()
		}()
		threat, err := clamd.ScanOver(t.Context(), here, strings.NewReader("x"))
		if err == nil && threat == "" {
			require.Contains(t, reply, "OK")
		}
		if threat != "" {
			require.NoError(t, err)
			require.Contains(t, reply, "FOUND\x00")
		}
	})
}
