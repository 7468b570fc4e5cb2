package dkim_test

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/message"
)

// proper is a message with a header, all of whose lines end in CRLF.
var proper = regexp.MustCompile(`^(?:[!-9<-~]{1,60}[ \t]*:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+\r\n(?:[^\r\n]|\r\n)*$`)

// FuzzSign: what is signed is believed by another implementation, however it is written; what is refused has a line end
// that is not CRLF, or no header.
func FuzzSign(f *testing.F) {
	for _, body := range bodies {
		f.Add(top+body, 3)
	}
	for _, text := range []string{"From:x\r\n y\r\n\r\n", "From: a\nX: b\r\n\r\n", " a: b\r\n\r\n", "X;: y\r\n\r\n", "X: y\r\n", top + "a\nb\r"} {
		f.Add(text, 1)
	}
	list := signers(f)
	f.Fuzz(func(t *testing.T, text string, n int) {
		field, err := list[0].Sign(raw{text, max(0, n%50)})
		require.Equal(t, proper.MatchString(text), err == nil, "%q: %v", text, err)
		if err != nil {
			return
		}
		mail := []byte(field.Name + ": " + field.Body + "\r\n" + text)
		results, err := dkim.VerifyWithOptions(bytes.NewReader(mail), &dkim.VerifyOptions{LookupTXT: lookup(list), MaxVerifications: 1})
		if err != nil && err != dkim.ErrTooManySignatures {
			return // the other implementation reads no header there
		}
		require.NotEmpty(t, results, "%q", mail)
		require.NoError(t, results[0].Err, "%q", mail)
	})
}

// BenchmarkSign is 30 MB in lines of 76 characters, in pieces as a Wire writes them.
func BenchmarkSign(b *testing.B) {
	wire := &message.Wire{Segments: []message.Segment{{Bytes: []byte(top)}}}
	for range 770 {
		wire.Segments = append(wire.Segments, message.Segment{Bytes: bytes.Repeat([]byte(bodies["base64"]), 5)})
	}
	msg := wire.WriterTo(nil)
	for _, s := range signers(b) {
		b.Run(s.Record().Name, func(b *testing.B) {
			b.SetBytes(wire.Size())
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Sign(msg); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
