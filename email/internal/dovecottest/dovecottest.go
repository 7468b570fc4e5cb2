// Package dovecottest runs a real Dovecot on loopback for a test: it takes mail over LMTP, gives it back over IMAP, and
// checks credentials for Postfix.
package dovecottest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// Server is a running Dovecot. Every user exists and has Password.
type Server struct {
	LMTP string // "127.0.0.1:port"
	IMAP string // "127.0.0.1:port"
	SASL string // the socket for smtpd_sasl_path, of smtpd_sasl_type = dovecot

	dir string
}

// Password is everybody's.
const Password = "p,ä=ssw0rd"

const (
	program  = "/usr/sbin/dovecot"
	patience = 20 * time.Second
)

// Start runs Dovecot until the test ends. Settings are further lines of its configuration. It skips the test where Dovecot
// is not installed or the test does not run as root, which Dovecot needs to change its user.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	for _, file := range []string{program, "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/imap"} {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("Dovecot is not installed: %v", err)
		}
	}
	if os.Getuid() != 0 {
		t.Skip("Dovecot can only be started by root")
	}
	dir, err := os.MkdirTemp("", "dovecot") // short: a socket's name has 108 octets at most
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	must(t, os.Chmod(dir, 0o755))
	s := &Server{LMTP: freeAddr(t), IMAP: freeAddr(t), SASL: filepath.Join(dir, "sasl"), dir: dir}
	s.configure(t, settings)
	s.run(t)
	return s
}

// run starts the daemon in the foreground. Its output goes to a file: a daemon that holds a pipe would never let us go.
func (s *Server) run(t testing.TB) {
	t.Helper()
	out, err := os.Create(filepath.Join(s.dir, "out"))
	must(t, err)
	defer out.Close()
	cmd := exec.Command(program, "-F", "-c", filepath.Join(s.dir, "dovecot.conf"))
	cmd.Stdout, cmd.Stderr = out, out
	must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(out.Name())
			log, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			t.Logf("Dovecot's log:\n%s%s", said, log)
		}
	})
	await(t, s.LMTP)
	await(t, s.IMAP)
}

func (s *Server) configure(t testing.TB, settings []string) {
	t.Helper()
	owner, err := user.Lookup("mail")
	must(t, err)
	must(t, os.Mkdir(filepath.Join(s.dir, "mail"), 0o777))
	must(t, os.Chmod(filepath.Join(s.dir, "mail"), 0o777))
	conf := strings.NewReplacer("$D", s.dir, "$UID", owner.Uid, "$GID", owner.Gid, "$PASSWORD", Password,
		"$LMTP", port(s.LMTP), "$IMAP", port(s.IMAP), "$SETTINGS", strings.Join(settings, "\n")).Replace(template)
	must(t, os.WriteFile(filepath.Join(s.dir, "dovecot.conf"), []byte(conf), 0o600))
}

const template = `
protocols = imap lmtp
listen = 127.0.0.1
base_dir = $D/run
state_dir = $D/state
log_path = $D/log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login scram-sha-256 xoauth2 oauthbearer
auth_username_format = %n
auth_failure_delay = 0
mail_location = maildir:$D/mail/%n
mail_uid = $UID
mail_gid = $GID
first_valid_uid = 1
default_vsz_limit = 1G
$SETTINGS
passdb {
  driver = static
  mechanisms = plain login scram-sha-256
  args = password=$PASSWORD
}
userdb {
  driver = static
  args = uid=$UID gid=$GID home=$D/mail/%n allow_all_users=yes
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service auth {
  unix_listener $D/sasl {
    mode = 0666
  }
}
service imap-login {
  inet_listener imap {
    port = $IMAP
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = $LMTP
  }
}
`

// Mail is what user has in the inbox, as IMAP gives it, oldest first.
func (s *Server) Mail(t testing.TB, user string) (mails [][]byte) {
	t.Helper()
	client, err := imapclient.DialInsecure(s.IMAP, nil)
	must(t, err)
	defer client.Close()
	must(t, client.Login(user, Password).Wait())
	inbox, err := client.Select("INBOX", nil).Wait()
	must(t, err)
	if inbox.NumMessages == 0 {
		return nil
	}
	var all imap.SeqSet
	all.AddRange(1, inbox.NumMessages)
	whole := &imap.FetchItemBodySection{Peek: true}
	list, err := client.Fetch(all, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	must(t, err)
	for _, m := range list {
		mails = append(mails, m.FindBodySection(whole))
	}
	return mails
}

func port(addr string) string {
	_, p, _ := net.SplitHostPort(addr)
	return p
}

func freeAddr(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// await waits until somebody listens and speaks first, as LMTP and IMAP servers do.
func await(t testing.TB, addr string) {
	t.Helper()
	var err error
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = greeted(addr); err == nil {
			return
		}
	}
	t.Fatalf("Dovecot does not answer: %v", err)
}

func greeted(addr string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	n, err := conn.Read(make([]byte, 100))
	if err == nil && n == 0 {
		return fmt.Errorf("%s says nothing", addr)
	}
	return err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("dovecottest: %v", err)
	}
}
