package killtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Setup is what a worker process is told.
type Setup struct {
	Worker   string
	Database string
	SMTP     string // address of the mail server
	Hello    string // the name to greet it with
	Messages int    // how many, where the worker makes them itself
}

// lease is that of the workers: short, because what was leased to a dead one waits for it, and longer than a busy machine
// keeps a worker waiting.
const lease = leaseSeconds * time.Second

// setupVariable is the environment variable that makes a process a worker.
const setupVariable = "CRMMAIL_KILL_WORKER"

// Serve is called by TestMain: where this process was started as a worker, it works until SIGTERM and never returns.
func Serve(workers map[string]func(context.Context, Setup) error) {
	told := os.Getenv(setupVariable)
	if told == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() { // the end of the input is the end of the test, however it came
		io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	var setup Setup
	if err := json.Unmarshal([]byte(told), &setup); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	for giveUp := time.Now().Add(patience); time.Now().Before(giveUp) && ctx.Err() == nil; time.Sleep(200 * time.Millisecond) {
		err := workers[setup.Worker](ctx, setup)
		if err == nil {
			os.Exit(0)
		}
		fmt.Fprintln(os.Stderr, err) // as where the database is away: somebody starts it again
	}
	os.Exit(1)
}

// Work runs one worker to its end and returns what it printed.
func Work(t testing.TB, setup Setup) string {
	t.Helper()
	cmd, err := command(setup)
	must(t, err)
	life, err := cmd.StdinPipe()
	must(t, err)
	defer life.Close()
	cmd.Stderr = os.Stderr
	printed, err := cmd.Output()
	must(t, err)
	return string(printed)
}

// command is this program as a worker.
func command(setup Setup) (*exec.Cmd, error) {
	told, err := json.Marshal(setup)
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), setupVariable+"="+string(told))
	return cmd, nil
}

// workers are the processes of a run.
type workers struct {
	plan    Plan
	sink    *mailServer
	running []*process
	started int
	severed int // connections that were open at kills
}

// process is one worker.
type process struct {
	hello  string
	cmd    *exec.Cmd
	life   io.Closer // its input: it ends when this does
	stderr bytes.Buffer
	ended  func() error // waits for its end
}

func start(t *testing.T, p Plan, sink *mailServer) *workers {
	t.Helper()
	w := &workers{plan: p, sink: sink}
	for range p.Processes {
		w.running = append(w.running, w.launch(t))
	}
	t.Cleanup(func() {
		for _, one := range w.running {
			one.life.Close()
			one.ended()
		}
	})
	return w
}

func (w *workers) launch(t *testing.T) *process {
	t.Helper()
	w.started++
	p := &process{hello: fmt.Sprintf("worker%d.example.test", w.started)}
	var err error
	p.cmd, err = command(Setup{Worker: w.plan.Worker, Database: w.plan.Database, SMTP: w.sink.addr, Hello: p.hello})
	must(t, err)
	p.cmd.Stderr = &p.stderr
	p.life, err = p.cmd.StdinPipe()
	must(t, err)
	must(t, p.cmd.Start())
	p.ended = sync.OnceValue(p.cmd.Wait)
	return p
}

// kill ends one process by the plan's signal and puts another in its place.
func (w *workers) kill(t *testing.T, i int) {
	t.Helper()
	p := w.running[i]
	before := w.sink.connections(p.hello)
	must(t, p.cmd.Process.Signal(w.plan.Signal))
	severed := max(before, w.sink.connections(p.hello))
	w.severed += severed
	t.Logf("%s killed at %s with %d connections open", p.hello, time.Now().UTC().Format("05.000"), severed)
	w.await(t, p, w.plan.Signal)
	w.running[i] = w.launch(t)
}

// stop ends all processes in order.
func (w *workers) stop(t *testing.T) {
	t.Helper()
	for _, p := range w.running {
		must(t, p.cmd.Process.Signal(syscall.SIGTERM))
	}
	for _, p := range w.running {
		w.await(t, p, syscall.SIGTERM)
	}
}

// await waits for the end of a process: by the signal itself, or in order where the signal is one to end by.
func (w *workers) await(t *testing.T, p *process, by syscall.Signal) {
	t.Helper()
	err := p.ended()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == by { // SIGTERM ends one that has not begun
		return
	}
	if err != nil {
		t.Errorf("killtest: a worker did not end in order: %v\n%s", err, p.stderr.String())
	}
}
