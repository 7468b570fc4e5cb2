package dkim

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/mail"
	"strconv"
	"strings"

	"golang.org/x/net/idna"

	"github.com/crmmail/crmmail/email/message"
)

// Sign implements message.Signer. It writes msg once. The message must have lines that end in CRLF, as message.Build
// writes them; with any other it is an error, as a server on its way would change those and break the signature.
func (s *Signer) Sign(msg io.WriterTo) (message.Field, error) {
	var in input
	if _, err := msg.WriteTo(&in); err != nil {
		return message.Field{}, err
	}
	head, bodyHash, err := in.finish()
	if err != nil {
		return message.Field{}, err
	}
	if s.config.OwnOnly && !s.owns(head) {
		return message.Field{}, nil
	}
	names := s.names(head)
	field := message.Field{Name: "DKIM-Signature", Body: s.tags(names, bodyHash)}
	digest := sha256.New()
	for _, f := range head.pick(names) {
		io.WriteString(digest, f.relaxed()+"\r\n")
	}
	io.WriteString(digest, headerField{field.Name, field.Body}.relaxed()) // without its line end (RFC 6376 §3.7)
	signature, err := s.algorithm.sign(s.config.Key, digest.Sum(nil))
	if err != nil {
		return message.Field{}, fmt.Errorf("dkim: %w", err)
	}
	field.Body += folded(base64.StdEncoding.EncodeToString(signature))
	return field, nil
}

// owns tells that each mailbox in From is of the Signer's domain or one below it.
func (s *Signer) owns(head header) bool {
	for _, from := range head.pick([]string{"From"}) {
		boxes, err := mail.ParseAddressList(strings.TrimPrefix(from.relaxed(), "from:")) // net/mail reads no folds
		if err != nil {
			return false
		}
		for _, box := range boxes {
			domain, err := idna.Lookup.ToASCII(box.Address[strings.LastIndexByte(box.Address, '@')+1:])
			if err != nil || domain != s.config.Domain && !strings.HasSuffix(domain, "."+s.config.Domain) {
				return false
			}
		}
	}
	return head.count("From") == 1
}

// names is the h= tag: each field once for each time it occurs and once more, so that a further one breaks the signature
// (RFC 6376 §8.15).
func (s *Signer) names(head header) (names []string) {
	for _, name := range s.always {
		for range head.count(name) + 1 {
			names = append(names, name)
		}
	}
	for _, name := range s.present {
		if n := head.count(name); n > 0 {
			for range n + 1 {
				names = append(names, name)
			}
		}
	}
	return names
}

// tags is the field's body up to an empty b= (RFC 6376 §3.5).
func (s *Signer) tags(names []string, bodyHash []byte) string {
	now := s.config.Now()
	b := tagWriter{column: len("DKIM-Signature:")}
	b.word("v=1;")
	b.word("a=" + string(s.algorithm) + "-sha256;")
	b.word("c=relaxed/relaxed;")
	b.word("d=" + s.config.Domain + ";")
	b.word("s=" + s.config.Selector + ";")
	b.word("t=" + strconv.FormatInt(now.Unix(), 10) + ";")
	if s.config.Valid > 0 {
		b.word("x=" + strconv.FormatInt(now.Add(s.config.Valid).Unix(), 10) + ";")
	}
	b.word("h=" + names[0])
	for _, name := range names[1:] {
		b.more(":" + name)
	}
	b.more(";")
	b.word("bh=" + base64.StdEncoding.EncodeToString(bodyHash) + ";")
	b.line("b=")
	return b.String()
}

// lineWidth is of the lines of a signature, without their CRLF (RFC 5322 §2.1.1).
const lineWidth = 76

// tagWriter writes tags in lines.
type tagWriter struct {
	strings.Builder
	column int
}

// word writes text apart from what stands before it.
func (w *tagWriter) word(text string) {
	switch {
	case w.column+1+len(text) > lineWidth:
		w.line(text)
	case w.Len() == 0: // the blank behind the colon is not part of the body
		w.WriteString(text)
		w.column += 1 + len(text)
	default:
		w.WriteString(" " + text)
		w.column += 1 + len(text)
	}
}

// more writes text where a fold may stand, but no blank is needed.
func (w *tagWriter) more(text string) {
	if w.column+len(text) > lineWidth {
		w.line(text)
		return
	}
	w.WriteString(text)
	w.column += len(text)
}

// line writes text on a line of its own.
func (w *tagWriter) line(text string) {
	w.WriteString("\r\n\t" + text)
	w.column = 1 + len(text)
}

// folded breaks a signature, which begins behind "b=", into lines.
func folded(signature string) string {
	w := tagWriter{column: len("\tb=")}
	for rest := signature; rest != ""; {
		n := min(lineWidth-w.column, len(rest))
		w.WriteString(rest[:n])
		if rest = rest[n:]; rest != "" {
			w.line("")
		}
	}
	return w.String()
}
