package main

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"time"
)

// A Sink is an SMTP server that takes every message and keeps the last one. It answers commands that came together by replies
// that go together (RFC 2920), as servers do.
type Sink struct {
	Addr string

	listener net.Listener
	late     time.Duration
	serving  sync.WaitGroup

	mu   sync.Mutex
	last []byte
}

// newSink serves on loopback, behind a line on which octets take so long each way.
func newSink(late time.Duration) (*Sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{Addr: listener.Addr().String(), listener: listener, late: late}
	s.serving.Go(s.accept)
	return s, nil
}

// Take gives the message that came last, as it came, and forgets it; nil where none did since.
func (s *Sink) Take() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := s.last
	s.last = nil
	return last
}

// Close takes no further connections. Those who are connected end when their process does.
func (s *Sink) Close() {
	s.listener.Close()
	s.serving.Wait()
}

func (s *Sink) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			if s.late == 0 {
				s.serve(conn)
				return
			}
			time.Sleep(2 * s.late) // the handshake of TCP, which loopback did at once
			line := newLine(conn, s.late)
			defer line.Close()
			s.serve(line)
		}()
	}
}

// serve is one session (RFC 5321 §4.1.1), without any of the checks of a real server.
func (s *Sink) serve(conn io.ReadWriter) {
	in, out := bufio.NewReaderSize(conn, 64<<10), bufio.NewWriter(conn)
	out.WriteString("220 sink.example ESMTP\r\n")
	for {
		if in.Buffered() == 0 && out.Flush() != nil {
			return
		}
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		switch verb {
		case "EHLO":
			out.WriteString("250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 100000000\r\n")
		case "DATA":
			out.WriteString("354 go on\r\n")
			if out.Flush() != nil || s.content(in) != nil {
				return
			}
			out.WriteString("250 taken\r\n")
		case "QUIT":
			out.WriteString("221 bye\r\n")
			out.Flush()
			return
		default:
			out.WriteString("250 fine\r\n")
		}
	}
}

// content reads a message to its final dot and keeps it.
func (s *Sink) content(in *bufio.Reader) error {
	var message bytes.Buffer
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if string(line) == ".\r\n" {
			break
		}
		message.Write(bytes.TrimPrefix(line, []byte{'.'}))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last = message.Bytes()
	return nil
}
