package smtp_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email/smtp"
)

func TestContent(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"nothing":              {"", ".\r\n"},
		"lines":                {"a\r\nb\r\n", "a\r\nb\r\n.\r\n"},
		"no line end":          {"a", "a\r\n.\r\n"},
		"LF":                   {"a\nb\n", "a\r\nb\r\n.\r\n"},
		"CR":                   {"a\rb\r", "a\r\nb\r\n.\r\n"},
		"empty lines":          {"\n\r\n\r", "\r\n\r\n\r\n.\r\n"},
		"CR CR LF":             {"a\r\r\nb", "a\r\n\r\nb\r\n.\r\n"},
		"LF CR":                {"a\n\rb", "a\r\n\r\nb\r\n.\r\n"},
		"dot":                  {".", "..\r\n.\r\n"},
		"dots":                 {"..\r\n...\r\n", "...\r\n....\r\n.\r\n"},
		"dot within":           {"a.b\r\n.c", "a.b\r\n..c\r\n.\r\n"},
		"end by LF . LF":       {"a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
		"end by LF . CRLF":     {"a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"},
		"end by CRLF . LF":     {"a\r\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
		"end by CR . CR":       {"a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"},
		"end by CRLF . CRLF":   {"a\r\n.\r\nMAIL FROM:<x@y>\r\n", "a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"},
		"octets outside ASCII": {"\xff\x00я\r\n", "\xff\x00я\r\n.\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.want, string(smtp.Dotted([]byte(test.in))))
			var octets [][]byte
			for _, b := range []byte(test.in) {
				octets = append(octets, []byte{b})
			}
			assert.Equal(t, test.want, string(smtp.Dotted(octets...)), "octet by octet")
		})
	}
}

// FuzzContent: wherever the writes are cut, the wire holds CRLF line ends only, one line of a dot, which ends it, and,
// without the stuffing, the lines that were written.
func FuzzContent(f *testing.F) {
	for _, seed := range []string{"a\r\n.\r\nb", "\n.\n", "\r.\r", "a\r", ".", "\r\n", "\r\r\n\n."} {
		f.Add([]byte(seed), uint8(1), uint8(3))
	}
	f.Fuzz(func(t *testing.T, in []byte, first, second uint8) {
		i := min(int(first), len(in))
		j := min(i+int(second), len(in))
		out := string(smtp.Dotted(in[:i], in[i:j], in[j:]))
		if again := string(smtp.Dotted(in)); again != out {
			t.Fatalf("cut %q, whole %q", out, again)
		}
		bare := strings.ReplaceAll(out, "\r\n", "")
		if strings.ContainsAny(bare, "\r\n") {
			t.Fatalf("a bare CR or LF in %q", out)
		}
		body, ok := strings.CutSuffix("\r\n"+out, "\r\n.\r\n")
		if !ok || strings.Contains(body+"\r\n", "\r\n.\r\n") {
			t.Fatalf("not ended once: %q", out)
		}
		got := strings.ReplaceAll(body, "\r\n.", "\r\n")
		want := bytes.ReplaceAll(bytes.ReplaceAll(in, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
		want = bytes.TrimSuffix(want, []byte("\n"))
		if len(in) > 0 {
			want = append([]byte("\n"), want...)
		}
		if strings.ReplaceAll(got, "\r\n", "\n") != string(want) {
			t.Fatalf("wrote %q, wire %q", in, out)
		}
	})
}
