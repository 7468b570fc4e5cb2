// Package killtest holds dispatch to its promise: what is queued is sent once, or known not to be, or marked uncertain.
//
// It queues messages, starts processes that send them to a mail server that counts, and kills these processes at random
// moments. Then nothing may be lost or doubled, and no more may be uncertain than connections were open at the kills.
package killtest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Plan is one run. Seed, Messages and Kills come from Sized.
type Plan struct {
	Seed     uint64
	Messages int
	Kills    int

	// Host keeps everything, and Store the messages: Host itself, or what stands in front of it.
	Host  Host
	Store email.Store

	Worker    string         // which of the workers given to Serve
	Database  string         // given to each worker
	Processes int            // workers at once
	Signal    syscall.Signal // what they are killed by
	// Interrupt is called once, between two kills: it may take the database away for a while. nil: nothing is.
	Interrupt func()
}

// Sized gives the plan its size: small, or that of the environment variables CRMMAIL_KILLS and CRMMAIL_KILL_MESSAGES. The
// seed is another one each time, unless CRMMAIL_KILL_SEED gives one.
func (p Plan) Sized() Plan {
	p.Kills = setting("CRMMAIL_KILLS", 3)
	p.Messages = setting("CRMMAIL_KILL_MESSAGES", Small(300))
	p.Seed = uint64(setting("CRMMAIL_KILL_SEED", rand.IntN(1<<30)))
	return p
}

// Small is the size of a test that runs with all others: a tenth of n under the race detector.
func Small(n int) int {
	if underRace {
		return n / 10
	}
	return n
}

func setting(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

// patience is how long a run may make no progress.
const patience = time.Minute

// Run carries the plan out and judges it.
func Run(t *testing.T, p Plan) {
	t.Logf("CRMMAIL_KILL_SEED=%d", p.Seed)
	random := rand.New(rand.NewPCG(p.Seed, 0))
	sink := newMailServer(t, manner{seed: p.Seed, pause: 6 * time.Millisecond, refuse: 0.02})
	sent := queue(t, p)
	workers := start(t, p, sink)
	interrupt := random.IntN(p.Kills)
	for i, moment := range moments(random, p) {
		sink.await(t, moment)
		time.Sleep(time.Duration(random.Int64N(int64(15 * time.Millisecond))))
		workers.kill(t, random.IntN(p.Processes))
		if p.Interrupt != nil && i == interrupt {
			workers.severed += sink.connections()
			p.Interrupt()
		}
	}
	sent.await(t)
	workers.stop(t)
	sent.judge(t, sink, workers)
}

// moments are the numbers of accepted messages at which there is a kill, in order. The last is early enough for work to
// be left.
func moments(random *rand.Rand, p Plan) []int {
	list := make([]int, p.Kills)
	for i := range list {
		from, to := i*p.Messages*9/10/p.Kills, (i+1)*p.Messages*9/10/p.Kills
		list[i] = from + random.IntN(max(to-from, 1))
	}
	return list
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("killtest: %v", err)
	}
}
