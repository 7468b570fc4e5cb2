// Package dovecottest runs a real Dovecot on loopback for a test: it takes mail over LMTP, gives it back over IMAP, and
// checks credentials for Postfix.
package dovecottest

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"github.com/crmmail/crmmail/email/internal/daemontest"
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

// Start runs Dovecot until the test ends. Settings are further lines of its configuration. It skips the test where Dovecot
// is not installed, or cannot be started.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	const program = "/usr/sbin/dovecot"
	daemontest.Need(t, program, "/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/imap")
	dir := daemontest.Dir(t, "dovecot")
	s := &Server{LMTP: daemontest.FreeAddr(t), IMAP: daemontest.FreeAddr(t), SASL: filepath.Join(dir, "sasl"), dir: dir}
	s.configure(t, settings)
	daemontest.Run(t, dir, "log", program, "-F", "-c", filepath.Join(dir, "dovecot.conf"))
	daemontest.Await(t, s.LMTP, "220 ")
	daemontest.Await(t, s.IMAP, "* OK ")
	return s
}

func (s *Server) configure(t testing.TB, settings []string) {
	t.Helper()
	owner, err := user.Lookup("mail")
	daemontest.Must(t, err)
	daemontest.Must(t, os.Mkdir(filepath.Join(s.dir, "mail"), 0o777))
	daemontest.Must(t, os.Chmod(filepath.Join(s.dir, "mail"), 0o777))
	conf := strings.NewReplacer("$D", s.dir, "$UID", owner.Uid, "$GID", owner.Gid, "$PASSWORD", Password,
		"$LMTP", daemontest.Port(s.LMTP), "$IMAP", daemontest.Port(s.IMAP), "$SETTINGS", strings.Join(settings, "\n")).Replace(template)
	daemontest.Must(t, os.WriteFile(filepath.Join(s.dir, "dovecot.conf"), []byte(conf), 0o600))
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
	daemontest.Must(t, err)
	defer client.Close()
	daemontest.Must(t, client.Login(user, Password).Wait())
	inbox, err := client.Select("INBOX", nil).Wait()
	daemontest.Must(t, err)
	if inbox.NumMessages == 0 {
		return nil
	}
	var all imap.SeqSet
	all.AddRange(1, inbox.NumMessages)
	whole := &imap.FetchItemBodySection{Peek: true}
	list, err := client.Fetch(all, &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{whole}}).Collect()
	daemontest.Must(t, err)
	for _, m := range list {
		mails = append(mails, m.FindBodySection(whole))
	}
	return mails
}
