package daemontest

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Mail is a message as a server delivered it to one recipient.
type Mail struct {
	ReturnPath string
	Recipient  string
	Raw        []byte // what was sent, with CRLF, without the fields that the server put in front
}

// Delivered are the files of the new messages in a maildir.
func Delivered(t testing.TB, maildir string) []string {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(maildir, "new", "*"))
	Must(t, err)
	return names
}

// ReadMail reads delivered messages and orders them by recipient. The return path and the recipient stand in fields that the
// server put in front, perhaps with others, and with its Received.
func ReadMail(t testing.TB, files []string, returnPath, recipient string, others ...string) []Mail {
	t.Helper()
	var all []Mail
	for _, name := range files {
		raw, err := os.ReadFile(name)
		Must(t, err)
		trace, mail := cutTrace(strings.ReplaceAll(string(raw), "\n", "\r\n"), append(others, returnPath, recipient)...)
		all = append(all, Mail{strings.Trim(trace[returnPath], "<>"), trace[recipient], []byte(mail)})
	}
	slices.SortStableFunc(all, func(a, b Mail) int { return strings.Compare(a.Recipient, b.Recipient) })
	return all
}

// cutTrace takes off what a server put in front of a message: fields of the given names, and one Received. It returns the
// bodies of those fields, and the message.
func cutTrace(raw string, names ...string) (trace map[string]string, mail string) {
	trace = map[string]string{}
	for {
		field, rest := cutField(raw)
		name, body, _ := strings.Cut(field, ":")
		if name == "Received" {
			return trace, rest
		}
		if !slices.Contains(names, name) {
			return trace, raw
		}
		trace[name], raw = strings.TrimSpace(body), rest
	}
}

// cutField splits the first header field, folded lines included, from the rest.
func cutField(raw string) (field, rest string) {
	for i := 0; ; {
		end := strings.Index(raw[i:], "\r\n")
		if end < 0 {
			return raw, ""
		}
		i += end + 2
		if i >= len(raw) || raw[i] != ' ' && raw[i] != '\t' {
			return raw[:i], raw[i:]
		}
	}
}
