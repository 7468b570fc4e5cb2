package loadtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// times are how long something took, each time. It is safe for concurrent use.
type times struct {
	mu   sync.Mutex
	list []time.Duration
}

func (t *times) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.list = append(t.list, d)
}

func (t *times) percentiles() (p50, p99 time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.list) == 0 {
		return 0, 0
	}
	slices.Sort(t.list)
	return t.list[len(t.list)/2], t.list[len(t.list)*99/100]
}

// meter counts the letters that have left. Single letters are among them: they are few.
type meter struct {
	total                        int
	batch, deliver, send, arrive times

	mu     sync.Mutex
	sent   int
	memory [4]int64
}

func (m *meter) delivered(took time.Duration) {
	m.deliver.add(took)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent++
	if quarter := m.sent * 4 / m.total; quarter > 0 && quarter <= 4 && m.memory[quarter-1] == 0 {
		m.memory[quarter-1] = status("VmRSS")
	}
}

// stalled is how long nothing may leave.
const stalled = 2 * time.Minute

// wait waits until all letters have left.
func (m *meter) wait(ctx context.Context) error {
	last, since := 0, time.Now()
	for {
		m.mu.Lock()
		sent := m.sent
		m.mu.Unlock()
		if sent >= m.total {
			return nil
		}
		if sent != last {
			last, since = sent, time.Now()
		}
		if time.Since(since) > stalled {
			return fmt.Errorf("nothing has left for %v after %d letters", stalled, sent)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// status is a value of /proc/self/status, in octets; 0 where there is none.
func status(name string) int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

// singles are letters that a person writes while the mailing goes on.
type singles struct {
	stop  context.CancelFunc
	ended chan struct{}
	ids   []string
	err   error
}

// newSingles sends twenty a second until end is called.
func newSingles(service *email.Service, took *times) *singles {
	ctx, stop := context.WithCancel(context.Background())
	s := &singles{stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(s.ended)
		for ctx.Err() == nil {
			begun := time.Now()
			msg, err := service.Send(ctx, email.Draft{ActorID: "anna", CustomerID: "single", From: sender.Choice{Kind: sender.Manager},
				Letter: template.Letter{Subject: "Ваш заказ", HTML: "<p>Здравствуйте, {{ customer.firstName }}! Заказ собран.</p>"}})
			if err != nil {
				if ctx.Err() == nil {
					s.err = errors.Join(s.err, err)
				}
				return
			}
			took.add(time.Since(begun))
			s.ids = append(s.ids, msg.ID)
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return s
}

// end returns the ids of the letters.
func (s *singles) end() ([]string, error) {
	s.stop()
	<-s.ended
	return s.ids, s.err
}
