package dkim_test

import (
	"bytes"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"github.com/crmmail/crmmail/email/message"
)

// FuzzSign: what is signed is believed by another implementation, however it is written; what is refused has a line end
// that is not CRLF, or no header.
func FuzzSign(f *testing.F) {
	for _, body := range bodies {
		f.Add(top+body, 3)
	}
	f.Add("From:x\r\n y\r\n\r\n", 1)
	list := signers(f)
	f.Fuzz(func(t *testing.T, text string, n int) {
		field, err := list[0].Sign(raw{text, max(0, n%50)})
		if err != nil {
			return
		}
		mail := []byte(field.Name + ": " + field.Body + "\r\n" + text)
		results, err := dkim.VerifyWithOptions(bytes.NewReader(mail), &dkim.VerifyOptions{LookupTXT: lookup(list), MaxVerifications: 1})
		if err != nil && err != dkim.ErrTooManySignatures {
			t.Skip("the other implementation reads no header there")
		}
		if len(results) == 0 || results[0].Err != nil {
			t.Errorf("%q: %v", mail, results[0].Err)
		}
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
