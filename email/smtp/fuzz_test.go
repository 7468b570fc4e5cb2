package smtp_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/smtp"
)

// FuzzSCRAM: whatever a server says, it is not believed, and what it gets is one message for its own nonce.
func FuzzSCRAM(f *testing.F) {
	f.Add("r=abcserver,s=c2FsdA==,i=4096", "v=AAAA")
	f.Add("r=abc,s=c2FsdA==,i=4096", "v=")
	f.Add("r=abcx,s=,i=1", "e=other-error")
	f.Add("m=x,r=abcx,s=c2FsdA==,i=4096,x=y", "")
	f.Fuzz(func(t *testing.T, first, final string) {
		answer, err := smtp.SCRAM("abc", first, final)
		if err == nil {
			t.Errorf("a server that does not know the password is believed: %q %q", first, final)
		}
		nonce, _, _ := strings.Cut(strings.TrimPrefix(first, "r="), ",")
		if answer != "" && (!strings.HasPrefix(answer, "c=biws,r="+nonce+",p=") || !strings.HasPrefix(nonce, "abc")) {
			t.Errorf("%q is answered by %q", first, answer)
		}
	})
}

// FuzzXtext: it is one word of a command, and reads back as what it was.
func FuzzXtext(f *testing.F) {
	f.Add("a+b=c@example.test")
	f.Add("\"a b\"@example.test\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		x := smtp.Xtext(text)
		if x == "" {
			return
		}
		if strings.ContainsAny(x, " =\r\n\x00") {
			t.Errorf("%q becomes %q", text, x)
		}
		// xtext is the escaping of URLs with another sign.
		back, err := url.PathUnescape(strings.NewReplacer("%", "%25", "+", "%").Replace(x))
		if err != nil || back != text {
			t.Errorf("%q comes back as %q, %v", text, back, err)
		}
	})
}
