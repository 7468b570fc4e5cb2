package smtp_test

import (
	"bytes"
	"context"
	"io"
	"net"
	netsmtp "net/smtp"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// drop throws everything away.
type drop struct{}

func (drop) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return drop{}, nil }
func (drop) Mail(string, *gosmtp.MailOptions) error          { return nil }
func (drop) Rcpt(string, *gosmtp.RcptOptions) error          { return nil }
func (drop) Data(r io.Reader) error                          { _, err := io.Copy(io.Discard, r); return err }
func (drop) Reset()                                          {}
func (drop) Logout() error                                   { return nil }

// postman delivers one message again and again over one connection.
type postman func(addr string, mail []byte) (again func() error, bye func())

var postmen = []struct {
	name string
	postman
}{
	{"ours", func(addr string, mail []byte) (func() error, func()) {
		tr, err := smtp.New(smtp.Config{Addr: addr, TLS: smtp.TLSNone, MaxMessages: 1 << 30})
		return func() error {
			if err != nil {
				return err
			}
			_, err := tr.Deliver(context.Background(), one, bytes.NewReader(mail))
			return err
		}, func() { tr.Close() }
	}},
	{"net-smtp", func(addr string, mail []byte) (func() error, func()) {
		client, err := netsmtp.Dial(addr)
		return func() error {
			if err != nil {
				return err
			}
			return send(client, one, mail)
		}, func() { client.Close() }
	}},
}

func send(client *netsmtp.Client, env email.Envelope, mail []byte) error {
	if err := client.Mail(env.ReturnPath); err != nil {
		return err
	}
	for _, addr := range env.Recipients {
		if err := client.Rcpt(addr); err != nil {
			return err
		}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(mail); err != nil {
		return err
	}
	return w.Close()
}

var smallMail = []byte(fields + strings.Repeat(strings.Repeat("x", 70)+"\r\n", 40))

// BenchmarkSmall is small messages over one connection on loopback, to go-smtp's server in this process.
func BenchmarkSmall(b *testing.B) {
	for _, p := range postmen {
		b.Run(p.name, func(b *testing.B) { run(b, p.postman, goSMTPDrop(b), smallMail) })
	}
}

// BenchmarkRoundTrip is the same at a round trip of 20 ms.
func BenchmarkRoundTrip(b *testing.B) {
	for _, p := range postmen {
		b.Run(p.name, func(b *testing.B) { run(b, p.postman, delayed(b, goSMTPDrop(b), 10*time.Millisecond), smallMail) })
	}
}

// BenchmarkLarge is 30 MB in lines of 76 characters.
func BenchmarkLarge(b *testing.B) {
	mail := []byte(fields + strings.Repeat(strings.Repeat("x", 76)+"\r\n", 400_000))
	for _, p := range postmen {
		b.Run(p.name, func(b *testing.B) {
			b.SetBytes(int64(len(mail)))
			run(b, p.postman, swallow(b), mail)
		})
	}
}

func run(b *testing.B, p postman, addr string, mail []byte) {
	again, bye := p(addr, mail)
	defer bye()
	require.NoError(b, again())
	b.ReportAllocs()
	for b.Loop() {
		if err := again(); err != nil {
			b.Fatal(err)
		}
	}
}

func goSMTPDrop(b *testing.B) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(b, err)
	server := gosmtp.NewServer(drop{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener)
	}()
	b.Cleanup(func() {
		listener.Close()
		server.Close()
		<-done
	})
	return listener.Addr().String()
}

// swallow is a server that costs next to nothing, so that the client is what is measured.
func swallow(b *testing.B) string {
	end := []byte("\r\n.\r\n")
	return serve(b, func(p *peer) {
		if !p.hello() {
			return
		}
		buf := make([]byte, 256<<10)
		for p.transaction(1) {
			for tail := []byte(nil); !bytes.Equal(tail, end); {
				n, err := p.r.Read(buf)
				if err != nil {
					return
				}
				tail = append(tail, buf[max(0, n-len(end)):n]...)
				tail = tail[max(0, len(tail)-len(end)):]
			}
			p.say("250 Ok")
		}
	})
}

// delayed puts a link between a client and addr that takes its time each way.
func delayed(b *testing.B, addr string, each time.Duration) string {
	return serve(b, func(p *peer) {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		var both sync.WaitGroup
		both.Go(func() {
			late(conn, p.conn, each)
			conn.(*net.TCPConn).CloseWrite()
		})
		both.Go(func() { late(p.conn, conn, each) })
		both.Wait()
		conn.Close()
	})
}

func late(dst io.Writer, src io.Reader, by time.Duration) {
	type packet struct {
		data []byte
		due  time.Time
	}
	packets := make(chan packet, 1024)
	var writing sync.WaitGroup
	writing.Go(func() {
		for p := range packets {
			time.Sleep(time.Until(p.due))
			dst.Write(p.data)
		}
	})
	for {
		buf := make([]byte, 64<<10)
		n, err := src.Read(buf)
		if n > 0 {
			packets <- packet{buf[:n], time.Now().Add(by)}
		}
		if err != nil {
			break
		}
	}
	close(packets)
	writing.Wait()
}
