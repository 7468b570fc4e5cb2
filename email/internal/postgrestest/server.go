package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Server is a running PostgreSQL.
type Server struct {
	dir      string // of its data, its log and its socket
	settings []string

	supervisor *exec.Cmd
	orders     io.WriteCloser // to the supervisor
}

// NewServer runs a server of the test's own until the test ends. What it has committed is on the disk, unless settings,
// "name=value", say otherwise. It skips the test where PostgreSQL is not installed.
func NewServer(t testing.TB, settings ...string) *Server {
	t.Helper()
	if binaries() == "" {
		t.Skip(missing)
	}
	s, err := start(settings...)
	must(t, err)
	t.Cleanup(func() { must(t, s.stop("")) })
	return s
}

// Crash kills every process of the server by SIGKILL and starts it again on what is on the disk.
func (s *Server) Crash(t testing.TB) {
	t.Helper()
	must(t, s.kill())
	must(t, s.stop("keep\n"))
	must(t, s.run())
}

// nobody is the user of the server where the tests run as root, whom PostgreSQL refuses.
const nobody = 65534

// start makes a server and waits until it answers.
func start(settings ...string) (*Server, error) {
	dir, err := os.MkdirTemp("", "postgres")
	if err != nil {
		return nil, err
	}
	if os.Getuid() == 0 {
		if err := os.Chown(dir, nobody, nobody); err != nil {
			return nil, err
		}
	}
	initdb := exec.Command(filepath.Join(binaries(), "initdb"), "-D", filepath.Join(dir, "data"), "-U", "postgres",
		"-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.Dir = dir
	own(initdb)
	if output, err := initdb.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w\n%s", err, output)
	}
	s := &Server{dir: dir, settings: settings}
	return s, s.run()
}

// supervise runs the server until it is told to stop, or nobody is left who could. It removes all but what it is told to keep.
const supervise = `
dir=$1; shift
"$@" & server=$!
read -r order
kill -QUIT $server 2>/dev/null
wait $server
[ "$order" = keep ] || rm -rf "$dir"`

// run starts the server on its data.
func (s *Server) run() error {
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-c", supervise, "sh", s.dir, filepath.Join(binaries(), "postgres"), "-D", filepath.Join(s.dir, "data"), "-k", s.dir,
		"-c", "listen_addresses=", "-c", "max_connections=300"}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	s.supervisor = exec.Command("/bin/sh", args...)
	s.supervisor.Dir = s.dir
	s.supervisor.Stdout, s.supervisor.Stderr = log, log
	own(s.supervisor)
	if s.orders, err = s.supervisor.StdinPipe(); err != nil {
		return err
	}
	if err := s.supervisor.Start(); err != nil {
		return err
	}
	return s.wait()
}

// stop returns when the server is gone.
func (s *Server) stop(order string) error {
	_, err := io.WriteString(s.orders, order)
	return errors.Join(err, s.orders.Close(), s.supervisor.Wait())
}

func (s *Server) log() string { return filepath.Join(s.dir, "log") }

// wait returns when the server answers.
func (s *Server) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.dsn("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			log, _ := os.ReadFile(s.log())
			return fmt.Errorf("the server does not answer: %w\n%s", err, log)
		}
	}
}
