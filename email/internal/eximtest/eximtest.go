// Package eximtest runs a real Exim on loopback for a test, and reads back what it delivered.
package eximtest

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/internal/daemontest"
)

// Program is the environment variable with the path of exim4. Its package and Postfix's exclude each other, so that it is
// not installed: .ci/exim unpacks it.
const Program = "CRMMAIL_EXIM"

// Server is a running Exim. It delivers mail for example.test, to any local part, and refuses other domains.
type Server struct {
	Addr string // "127.0.0.1:port"

	dir string
}

// Start runs Exim until the test ends. It skips the test where Program is not set, or the test does not run as root, which
// Exim needs to change its user.
func Start(t testing.TB) *Server {
	t.Helper()
	program := os.Getenv(Program)
	if program == "" {
		t.Skip(Program + " is not set; .ci/full sets it")
	}
	daemontest.Need(t, program)
	dir := daemontest.Dir(t, "exim")
	s := &Server{Addr: daemontest.FreeAddr(t), dir: dir}
	s.configure(t, program)
	daemontest.Run(t, dir, "log/mainlog", program, "-C", filepath.Join(dir, "exim.conf"), "-bdf", "-q30s")
	daemontest.Await(t, s.Addr, "220 exim.example.test")
	return s
}

func (s *Server) configure(t testing.TB, program string) {
	t.Helper()
	exim, err := user.Lookup("Debian-exim")
	daemontest.Must(t, err)
	uid, err := strconv.Atoi(exim.Uid)
	daemontest.Must(t, err)
	gid, err := strconv.Atoi(exim.Gid)
	daemontest.Must(t, err)
	for _, name := range []string{"spool", "log", "mail"} {
		daemontest.Must(t, os.Mkdir(filepath.Join(s.dir, name), 0o755))
		daemontest.Must(t, os.Chown(filepath.Join(s.dir, name), uid, gid))
	}
	conf := strings.NewReplacer("$D", s.dir, "$EXIM", program, "$PORT", daemontest.Port(s.Addr)).Replace(template)
	daemontest.Must(t, os.WriteFile(filepath.Join(s.dir, "exim.conf"), []byte(conf), 0o644))
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

// Mail waits until n messages are delivered, and returns all, ordered by recipient.
func (s *Server) Mail(t testing.TB, n int) []daemontest.Mail {
	t.Helper()
	for end := time.Now().Add(daemontest.Patience); ; time.Sleep(20 * time.Millisecond) {
		files := daemontest.Delivered(t, filepath.Join(s.dir, "mail", "box"))
		if len(files) >= n || time.Now().After(end) {
			return daemontest.ReadMail(t, files, "Return-path", "Envelope-to")
		}
	}
}

// Clear throws away what was delivered.
func (s *Server) Clear(t testing.TB) {
	t.Helper()
	daemontest.Must(t, os.RemoveAll(filepath.Join(s.dir, "mail", "box")))
}
