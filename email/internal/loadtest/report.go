package loadtest

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/crmmail/crmmail/email/internal/killtest"
)

// most is how much memory a process may need, in octets.
const most = 300 << 20

// Run has a worker process measure a mass mailing of 2,000 letters, or as many as CRMMAIL_LOAD says, and holds it to its
// limits. Under the race detector it is a tenth.
func Run(t *testing.T, worker, database string) {
	t.Helper()
	setup := killtest.Setup{Worker: worker, Database: database, SMTP: newSink(t), Messages: killtest.Small(2000)}
	if n, err := strconv.Atoi(os.Getenv("CRMMAIL_LOAD")); err == nil {
		setup.Messages = n
	}
	var f Figures
	if err := json.Unmarshal([]byte(killtest.Work(t, setup)), &f); err != nil {
		t.Fatalf("loadtest: %v", err)
	}
	perSecond := func(d time.Duration) float64 { return float64(f.Messages) / d.Seconds() }
	t.Logf("%d letters: queued at %.0f/s, sent at %.0f/s", f.Messages, perSecond(f.Queued), perSecond(f.Sent))
	t.Logf("p50, p99: a hundred queued %v, %v; handed over %v, %v", f.BatchP50, f.BatchP99, f.DeliverP50, f.DeliverP99)
	t.Logf("p50, p99 of single letters meanwhile: Send %v, %v; from Send to the mail server %v, %v", f.SendP50, f.SendP99, f.ArriveP50, f.ArriveP99)
	t.Logf("memory: %d, %d, %d, %d MB by quarters, %d MB at most", f.Memory[0]>>20, f.Memory[1]>>20, f.Memory[2]>>20, f.Memory[3]>>20, f.Peak>>20)
	if f.Peak > most {
		t.Errorf("loadtest: the process needed %d MB", f.Peak>>20)
	}
}

// newSink is the address of a mail server that throws everything away.
func newSink(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("loadtest: %v", err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return drop{}, nil }))
	var serving sync.WaitGroup
	serving.Go(func() { server.Serve(listener) })
	t.Cleanup(func() {
		server.Close()
		serving.Wait()
	})
	return listener.Addr().String()
}

type drop struct{}

func (drop) Mail(string, *smtp.MailOptions) error { return nil }
func (drop) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (drop) Data(r io.Reader) error               { _, err := io.Copy(io.Discard, r); return err }
func (drop) Reset()                               {}
func (drop) Logout() error                        { return nil }
