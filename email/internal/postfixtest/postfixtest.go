// Package postfixtest runs a real Postfix on loopback for a test, and reads back what it delivered.
package postfixtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/internal/daemontest"
)

// Server is a running Postfix. It delivers mail for example.test, to any local part, into one maildir, and refuses other
// domains.
type Server struct {
	Addr string // "127.0.0.1:port"

	dir string
}

const (
	host     = "mx.example.test"
	program  = "/usr/sbin/postfix"
	services = "/usr/share/postfix/master.cf.dist"
)

// Start runs Postfix until the test ends. Settings are further lines of main.cf, "name = value". It skips the test where
// Postfix is not installed or the test does not run as root, which Postfix needs to change its user.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	daemontest.Need(t, program, services)
	dir := daemontest.Dir(t, "postfix")
	s := &Server{Addr: daemontest.FreeAddr(t), dir: dir}
	s.configure(t, settings)
	s.run(t, "check")
	s.run(t, "start")
	t.Cleanup(func() {
		if t.Failed() {
			daemontest.Show(t, filepath.Join(dir, "maillog"))
		}
		s.run(t, "stop")
	})
	daemontest.Await(t, s.Addr, "220 "+host)
	return s
}

// configure lays out the folders: the queue belongs to root, data and mail to Postfix's user.
func (s *Server) configure(t testing.TB, settings []string) {
	t.Helper()
	owner, err := user.Lookup("postfix")
	daemontest.Must(t, err)
	uid, err := strconv.Atoi(owner.Uid)
	daemontest.Must(t, err)
	gid, err := strconv.Atoi(owner.Gid)
	daemontest.Must(t, err)
	for _, name := range []string{"conf", "queue", "data", "mail"} {
		daemontest.Must(t, os.Mkdir(filepath.Join(s.dir, name), 0o755))
	}
	for _, name := range []string{"data", "mail"} {
		daemontest.Must(t, os.Chown(filepath.Join(s.dir, name), uid, gid))
	}
	conf := filepath.Join(s.dir, "conf")
	s.write(t, "conf/main.cf", strings.Join(override(s.main(uid, gid), settings), "\n")+"\n")
	master, err := os.ReadFile(services)
	daemontest.Must(t, err)
	s.write(t, "conf/master.cf", s.master(string(master)))
	daemontest.Must(t, os.CopyFS(filepath.Join(conf, "postfix-files.d"), os.DirFS("/etc/postfix/postfix-files.d")))
	files, err := os.ReadFile("/etc/postfix/postfix-files")
	daemontest.Must(t, err)
	s.write(t, "conf/postfix-files", string(files))
}

func (s *Server) main(uid, gid int) []string {
	return []string{
		"compatibility_level = 3.6",
		"queue_directory = " + filepath.Join(s.dir, "queue"),
		"data_directory = " + filepath.Join(s.dir, "data"),
		"mail_owner = postfix",
		"setgid_group = postdrop",
		"inet_interfaces = 127.0.0.1",
		"inet_protocols = ipv4",
		"mydestination =",
		"alias_maps =", // or a warning of NIS
		"myhostname = " + host,
		"mynetworks = 127.0.0.0/8",
		"local_header_rewrite_clients =", // mail is delivered as it came
		"virtual_mailbox_domains = example.test",
		"virtual_mailbox_base = " + filepath.Join(s.dir, "mail"),
		"virtual_mailbox_maps = static:box/",
		fmt.Sprintf("virtual_uid_maps = static:%d", uid),
		fmt.Sprintf("virtual_gid_maps = static:%d", gid),
		"virtual_mailbox_limit = 0",
		"message_size_limit = 60000000",
		"default_transport = error:no outbound",
		"relay_transport = error:no relay",
		"smtpd_relay_restrictions = reject_unauth_destination",
		"maillog_file = " + filepath.Join(s.dir, "maillog"),
		"maillog_file_prefixes = " + s.dir,
		"smtputf8_enable = yes",
		"disable_dns_lookups = yes",
		"smtpd_forbid_bare_newline = normalize",
	}
}

// override puts settings in place of those of the same name. Postfix would take the last one, and every daemon warn of
// it: while nobody reads the log yet, ten warnings stop Postfix for ever.
func override(list, settings []string) []string {
	for _, setting := range settings {
		name, _, _ := strings.Cut(setting, "=")
		list = slices.DeleteFunc(list, func(other string) bool {
			same, _, _ := strings.Cut(other, "=")
			return strings.TrimSpace(same) == strings.TrimSpace(name)
		})
	}
	return append(list, settings...)
}

var (
	inet   = regexp.MustCompile(`(?m)^smtp +inet .*$`)
	chroot = regexp.MustCompile(`(?m)^(\S+ +(?:unix|unix-dgram|fifo) +\S+ +\S+ +)\S+`)
)

// master listens on our address and runs nothing in a chroot.
func (s *Server) master(dist string) string {
	dist = inet.ReplaceAllString(dist, s.Addr+" inet n - n - - smtpd")
	return chroot.ReplaceAllString(dist, "${1}n")
}

func (s *Server) write(t testing.TB, name, content string) {
	t.Helper()
	daemontest.Must(t, os.WriteFile(filepath.Join(s.dir, name), []byte(content), 0o644))
}

// run calls postfix. Its output goes to a file: a daemon that holds a pipe would never let us go.
func (s *Server) run(t testing.TB, action string) {
	t.Helper()
	out, err := os.CreateTemp(s.dir, "out")
	daemontest.Must(t, err)
	defer out.Close()
	ctx, cancel := context.WithTimeout(context.Background(), daemontest.Patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, "-c", filepath.Join(s.dir, "conf"), action)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		log, _ := os.ReadFile(filepath.Join(s.dir, "maillog"))
		t.Errorf("postfix %s: %v\n%s%s", action, err, said, log)
	}
}
