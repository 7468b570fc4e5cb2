// Package eximtest runs a real Exim on loopback for a test, and reads back what it delivered.
package eximtest

import (
	"bytes"
	"net"
	"net/textproto"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Program is the environment variable with the path of exim4. Its package and Postfix's exclude each other, so that it is
// not installed: .ci/exim unpacks it.
const Program = "CRMMAIL_EXIM"

const (
	owner    = "Debian-exim"
	patience = 20 * time.Second
)

// Server is a running Exim. It delivers mail for example.test, to any local part, and refuses other domains.
type Server struct {
	Addr string // "127.0.0.1:port"

	dir string
}

// Mail is a message as Exim delivered it to one recipient.
type Mail struct {
	ReturnPath string
	Recipient  string
	Raw        []byte // what was sent, with CRLF, without the fields that Exim put in front
}

// Start runs Exim until the test ends. It skips the test where Program is not set, or the test does not run as root, which
// Exim needs to change its user.
func Start(t testing.TB) *Server {
	t.Helper()
	program := os.Getenv(Program)
	if program == "" {
		t.Skip(Program + " is not set; .ci/full sets it")
	}
	if os.Getuid() != 0 {
		t.Skip("Exim can only be started by root")
	}
	dir, err := os.MkdirTemp("", "exim")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	s := &Server{Addr: freeAddr(t), dir: dir}
	s.configure(t, program)
	s.run(t, program)
	return s
}

func (s *Server) configure(t testing.TB, program string) {
	t.Helper()
	exim, err := user.Lookup(owner)
	must(t, err)
	uid, err := strconv.Atoi(exim.Uid)
	must(t, err)
	gid, err := strconv.Atoi(exim.Gid)
	must(t, err)
	must(t, os.Chmod(s.dir, 0o755))
	for _, name := range []string{"spool", "log", "mail"} {
		must(t, os.Mkdir(filepath.Join(s.dir, name), 0o755))
		must(t, os.Chown(filepath.Join(s.dir, name), uid, gid))
	}
	_, port, err := net.SplitHostPort(s.Addr)
	must(t, err)
	conf := strings.NewReplacer("$D", s.dir, "$EXIM", program, "$PORT", port).Replace(template)
	must(t, os.WriteFile(filepath.Join(s.dir, "exim.conf"), []byte(conf), 0o644))
}

const template = `
exim_path = $EXIM
tls_advertise_hosts =
primary_hostname = exim.example.test
spool_directory = $D/spool
log_file_path = $D/log/%slog
pid_file_path = $D/exim.pid
daemon_smtp_ports = $PORT
local_interfaces = 127.0.0.1
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = acl_data
never_users =
message_size_limit = 60M
host_lookup =
rfc1413_query_timeout = 0s
smtputf8_advertise_hosts = *
dsn_advertise_hosts = *
begin acl
acl_rcpt:
  defer local_parts = later
        message = try again
  accept domains = example.test
  deny message = no relay
acl_data:
  accept
begin routers
local:
  driver = accept
  domains = example.test
  transport = maildir
begin transports
maildir:
  driver = appendfile
  directory = $D/mail/box
  maildir_format
  create_directory
  return_path_add
  envelope_to_add
  user = Debian-exim
  group = Debian-exim
begin retry
* * F,1h,1m
`

// run starts the daemon in the foreground. Its output goes to a file: a daemon that holds a pipe would never let us go.
func (s *Server) run(t testing.TB, program string) {
	t.Helper()
	out, err := os.Create(filepath.Join(s.dir, "out"))
	must(t, err)
	defer out.Close()
	cmd := exec.Command(program, "-C", filepath.Join(s.dir, "exim.conf"), "-bdf", "-q30s")
	cmd.Stdout, cmd.Stderr = out, out
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(out.Name())
			log, _ := os.ReadFile(filepath.Join(s.dir, "log", "mainlog"))
			t.Logf("Exim's log:\n%s%s", said, log)
		}
	})
	s.await(t)
}

// await waits for the greeting.
func (s *Server) await(t testing.TB) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var conn *textproto.Conn
		if conn, err = textproto.Dial("tcp", s.Addr); err != nil {
			continue
		}
		_, _, err = conn.ReadResponse(220)
		conn.PrintfLine("QUIT")
		conn.Close()
		if err == nil {
			return
		}
	}
	t.Fatalf("Exim does not answer: %v", err)
}

// Mail waits until n messages are delivered, and returns all, ordered by recipient.
func (s *Server) Mail(t testing.TB, n int) (all []Mail) {
	t.Helper()
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		names, err := filepath.Glob(filepath.Join(s.dir, "mail", "box", "new", "*"))
		must(t, err)
		if len(names) < n && time.Now().Before(end) {
			continue
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			must(t, err)
			all = append(all, parse(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))))
		}
		slices.SortStableFunc(all, func(a, b Mail) int { return strings.Compare(a.Recipient, b.Recipient) })
		return all
	}
}

// Clear throws away what was delivered.
func (s *Server) Clear(t testing.TB) {
	t.Helper()
	must(t, os.RemoveAll(filepath.Join(s.dir, "mail", "box")))
}

// parse takes off the trace: Return-path, Envelope-to and one Received.
func parse(rest []byte) (m Mail) {
	for len(rest) > 0 {
		line, after, _ := bytes.Cut(rest, []byte("\r\n"))
		name, body, _ := strings.Cut(string(line), ":")
		switch name {
		case "Return-path":
			m.ReturnPath = strings.Trim(body, " <>")
		case "Envelope-to":
			m.Recipient = strings.TrimSpace(body)
		case "Received":
			for bytes.HasPrefix(after, []byte("\t")) {
				_, after, _ = bytes.Cut(after, []byte("\r\n"))
			}
			m.Raw = after
			return m
		default:
			m.Raw = rest
			return m
		}
		rest = after
	}
	return m
}

func freeAddr(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("eximtest: %v", err)
	}
}
