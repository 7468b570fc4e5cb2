package emailtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// onTransport runs TestTransport on the recording transport broken by breakIt, which gets the sound one.
func onTransport(breakIt func(sound email.Transport) email.TransportFunc) func(*testing.T) {
	broken := func(s emailtest.TransportServer) emailtest.TransportServer {
		s.Transport = breakIt(s.Transport)
		return s
	}
	return func(t *testing.T) {
		h := recorderHarness
		emailtest.TestTransport(t, emailtest.TransportHarness{
			Accept: func(t testing.TB) emailtest.TransportServer { return broken(h.Accept(t)) },
			RefuseRecipient: func(t testing.TB, addr string, temporary bool) emailtest.TransportServer {
				return broken(h.RefuseRecipient(t, addr, temporary))
			},
			RefuseAll: func(t testing.TB, temporary bool) emailtest.TransportServer {
				return broken(h.RefuseAll(t, temporary))
			},
			RefuseContent: func(t testing.TB, temporary bool) emailtest.TransportServer {
				return broken(h.RefuseContent(t, temporary))
			},
			LoseReply:  func(t testing.TB) emailtest.TransportServer { return broken(h.LoseReply(t)) },
			Stall:      func(t testing.TB) emailtest.TransportServer { return broken(h.Stall(t)) },
			StallReply: func(t testing.TB) emailtest.TransportServer { return broken(h.StallReply(t)) },
		})
	}
}

// changing breaks what the sound transport is given.
func changing(change func(env *email.Envelope, raw []byte) []byte) func(*testing.T) {
	return onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			var raw bytes.Buffer
			changed := env
			return sound.Deliver(ctx, env, writerTo(func(w io.Writer) (int64, error) {
				raw.Reset()
				if n, err := msg.WriteTo(&raw); err != nil {
					return n, err
				}
				n, err := w.Write(change(&changed, raw.Bytes()))
				return int64(n), err
			}))
		}
	})
}

// answering breaks what the sound transport says.
func answering(change func(email.Receipt, error) (email.Receipt, error)) func(*testing.T) {
	return onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			return change(sound.Deliver(ctx, env, msg))
		}
	})
}

var transportMutants = []mutant{
	{"transport-ends-broken-content", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			return sound.Deliver(ctx, env, writerTo(func(w io.Writer) (int64, error) {
				n, _ := msg.WriteTo(w) // and says that all is well
				return n, nil
			}))
		}
	}), []string{"Deliver of content that fails at once", "Deliver of content that fails in the middle",
		"Deliver of content that fails after its last octet", "Deliver of large content that fails"}},
	{"transport-hides-the-cause", answering(func(receipt email.Receipt, err error) (email.Receipt, error) {
		if err != nil {
			err = errors.New("not delivered: " + err.Error())
		}
		return receipt, err
	}), []string{"Deliver of content that fails at once", "Deliver classifies a refusal of the content"}},
	{"transport-succeeds-always", answering(func(email.Receipt, error) (email.Receipt, error) {
		return email.Receipt{}, nil
	}), []string{"Deliver tells of a recipient that is refused", "Deliver is uncertain", "Deliver classifies a refusal before",
		"Deliver after the context's end", "Deliver to a server that says nothing"}},
	{"transport-reads-ahead", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			var raw bytes.Buffer
			if _, err := msg.WriteTo(&raw); err != nil {
				return email.Receipt{}, err
			}
			return sound.Deliver(ctx, env, &raw)
		}
	}), []string{"Deliver asks for no bytes when every recipient", "Deliver classifies a refusal before the content",
		"Deliver to a server that says nothing", "Deliver after the context's end"}},
	{"transport-changes-line-breaks", changing(func(_ *email.Envelope, raw []byte) []byte {
		return bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	}), []string{"Deliver hands the bytes over unchanged", "Deliver hands large messages"}},
	{"transport-strips-dots", changing(func(_ *email.Envelope, raw []byte) []byte {
		return bytes.ReplaceAll(raw, []byte("\r\n."), []byte("\r\n"))
	}), []string{"Deliver hands the bytes over unchanged", "Deliver hands large messages"}},
	{"transport-writes-bcc", changing(func(_ *email.Envelope, raw []byte) []byte {
		return append([]byte("Bcc: boss@shop.example\r\n"), raw...)
	}), []string{"Deliver hands blind copies over", "Deliver by many at once", "Deliver is good for the next message"}},
	{"transport-counts-wrongly", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			sized, ok := msg.(interface{ Size() int64 })
			if !ok {
				return sound.Deliver(ctx, env, msg)
			}
			return sound.Deliver(ctx, env, writerTo(func(w io.Writer) (int64, error) {
				var raw bytes.Buffer
				msg.WriteTo(&raw)
				n, err := w.Write(raw.Bytes()[:sized.Size()-2])
				return int64(n), err
			}))
		}
	}), []string{"Deliver hands over a message that tells its size"}},
	{"transport-modifies-the-envelope", changing(func(env *email.Envelope, raw []byte) []byte {
		env.Recipients[0] = "<" + env.Recipients[0] + ">"
		return raw
	}), []string{"Deliver does not modify the envelope"}},
	{"transport-without-null-return-path", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			if env.ReturnPath == "" {
				env.ReturnPath = "postmaster@shop.example"
			}
			return sound.Deliver(ctx, env, msg)
		}
	}), []string{"Deliver knows the null return path"}},
	{"transport-loses-its-session", onTransport(func(sound email.Transport) email.TransportFunc {
		var mu sync.Mutex
		used := 0
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			mu.Lock()
			used++
			n := used
			mu.Unlock()
			if n > 1 {
				return email.Receipt{}, io.ErrClosedPipe
			}
			return sound.Deliver(ctx, env, msg)
		}
	}), []string{"Deliver works for many messages", "Deliver is good for the next message", "Deliver of content that fails at once"}},
	{"transport-mixes-messages", onTransport(func(sound email.Transport) email.TransportFunc {
		var mu sync.Mutex
		var first email.Envelope
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			mu.Lock()
			if first.Recipients == nil {
				first = env
			}
			env = first
			mu.Unlock()
			return sound.Deliver(ctx, env, msg)
		}
	}), []string{"Deliver by many at once"}},
	{"transport-says-later-and-delivers", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			receipt, err := sound.Deliver(context.WithoutCancel(ctx), env, msg)
			if ctx.Err() != nil {
				err = &email.TransportError{Temporary: true, Err: ctx.Err()}
			}
			return receipt, err
		}
	}), []string{"Deliver tells the truth", "Deliver after the context's end"}},
	{"transport-says-later-when-uncertain", answering(func(receipt email.Receipt, err error) (email.Receipt, error) {
		var refused *email.TransportError
		if errors.As(err, &refused) && refused.Uncertain {
			err = &email.TransportError{Temporary: true, Err: err}
		}
		return receipt, err
	}), []string{"Deliver is uncertain where the content went out", "Deliver is uncertain where the context ends"}},
	{"transport-never-returns", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			return sound.Deliver(context.WithoutCancel(ctx), env, msg)
		}
	}), []string{"Deliver to a server that says nothing", "Deliver after the context's end"}},
	{"transport-returns-while-it-writes", onTransport(func(sound email.Transport) email.TransportFunc {
		return func(ctx context.Context, env email.Envelope, msg io.WriterTo) (receipt email.Receipt, err error) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				receipt, err = sound.Deliver(context.WithoutCancel(ctx), env, msg)
			}()
			select {
			case <-done:
				return receipt, err
			case <-ctx.Done():
				return email.Receipt{}, &email.TransportError{Uncertain: true, Err: ctx.Err()}
			}
		}
	}), []string{"Deliver does not return while"}},
	{"transport-tells-twice", answering(func(receipt email.Receipt, err error) (email.Receipt, error) {
		receipt.Results = append(receipt.Results, receipt.Results...)
		return receipt, err
	}), []string{"Deliver tells of a recipient that is refused"}},
	{"transport-announces-too-small-a-limit", func(t *testing.T) {
		emailtest.TestTransport(t, emailtest.TransportHarness{Accept: func(t testing.TB) emailtest.TransportServer {
			s := recorderHarness.Accept(t)
			s.Transport = small{s.Transport}
			return s
		}})
	}, []string{"SizeLimit lets pass"}},
}

// small announces a limit that its server does not have.
type small struct{ email.Transport }

func (small) SizeLimit(context.Context) (int64, error) { return 10, nil }
