package lmtp_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

func TestStop(t *testing.T) {
	t.Run("between commands", func(t *testing.T) {
		server := start(t, lmtp.Config{Receiver: &box{}})
		c := dial(t, server.addr)
		c.hear("220 ")
		c.ask("LHLO mx", "250 ")
		require.NoError(t, server.stop())
		c.hear("421 4.3.2")
		c.gone()
		_, err := net.Dial("tcp", server.addr)
		assert.Error(t, err)
	})
	t.Run("within a message", func(t *testing.T) {
		receiver := &box{}
		server := start(t, lmtp.Config{Receiver: receiver})
		c := dial(t, server.addr)
		c.envelope("a@crm.example")
		c.say("%s", letter)
		require.NoError(t, server.stop())
		c.hear("421 4.3.2")
		c.gone()
		assert.Empty(t, receiver.mail())
	})
	t.Run("while it is filed", func(t *testing.T) {
		begun, goOn := make(chan struct{}), make(chan struct{})
		receiver := &box{answer: func(ctx context.Context, _ email.Inbound) error {
			close(begun)
			<-goOn
			return ctx.Err()
		}}
		server := start(t, lmtp.Config{Receiver: receiver})
		c := dial(t, server.addr)
		c.envelope("a@crm.example")
		c.say("%s.\r\n", letter)
		<-begun
		ended := make(chan error, 1)
		go func() { ended <- server.stop() }()
		time.Sleep(20 * time.Millisecond)
		select {
		case <-ended:
			t.Fatal("Serve ended before the message was filed")
		default:
		}
		close(goOn)
		c.hear("250 2.0.0")
		c.hear("421 4.3.2")
		c.gone()
		assert.NoError(t, <-ended)
		assert.Len(t, receiver.mail(), 1)
	})
	t.Run("before it begins", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		server, err := lmtp.New(lmtp.Config{Receiver: &box{}})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		assert.NoError(t, server.Serve(ctx, listener))
		_, err = listener.Accept()
		assert.ErrorIs(t, err, net.ErrClosed)
	})
}

func TestListenerFails(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	server, err := lmtp.New(lmtp.Config{Receiver: &box{}})
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(context.Background(), listener) }()
	c := dial(t, listener.Addr().String())
	c.hear("220 ")
	listener.Close()
	assert.ErrorIs(t, <-ended, net.ErrClosed)
	c.hear("421 4.3.2")
	c.gone()
}

// stumbling is a listener that fails now and then, as where file descriptors have run out.
type stumbling struct {
	net.Listener
	times int
}

func (s *stumbling) Accept() (net.Conn, error) {
	if s.times--; s.times >= 0 {
		return nil, errors.New("too many open files")
	}
	return s.Listener.Accept()
}

func TestListenerStumbles(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	serve(t, lmtp.Config{Receiver: &box{}}, &stumbling{listener, 3})
	dial(t, listener.Addr().String()).hear("220 ")
}
