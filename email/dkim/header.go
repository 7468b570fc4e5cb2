package dkim

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"strings"
)

// maxHeader bounds the octets of a header, which is held in memory.
const maxHeader = 1 << 20

var (
	errHeader = errors.New("dkim: the message's header does not end, or is no header")
	errLines  = errors.New("dkim: the message has a CR or LF that is not CRLF")
)

// input takes a message apart into header and body. The body is only hashed.
type input struct {
	head []byte
	body *body // nil until the header has ended
	hash hash.Hash
	err  error
}

func (in *input) Write(p []byte) (int, error) {
	if in.err == nil {
		in.err = in.take(p)
	}
	if in.err != nil {
		return 0, in.err
	}
	return len(p), nil
}

func (in *input) take(p []byte) error {
	if in.body != nil {
		return in.body.take(p)
	}
	from := max(0, len(in.head)-len("\r\n\r"))
	taken := min(len(p), maxHeader+1-len(in.head))
	in.head = append(in.head, p[:taken]...)
	end := bytes.Index(in.head[from:], []byte("\r\n\r\n"))
	if end < 0 && len(in.head) > maxHeader {
		return errHeader
	}
	if end < 0 {
		return nil
	}
	end += from + len("\r\n\r\n")
	rest := p[taken-(len(in.head)-end):]
	in.head = in.head[:end]
	in.hash = sha256.New()
	in.body = &body{hash: in.hash}
	return in.body.take(rest)
}

// finish is the header, and the hash of the body.
func (in *input) finish() (header, []byte, error) {
	switch {
	case in.err != nil:
		return nil, nil, in.err
	case in.body == nil:
		return nil, nil, errHeader
	}
	head, err := parseHeader(string(in.head[:len(in.head)-len("\r\n")]))
	if err != nil {
		return nil, nil, err
	}
	if err := in.body.end(); err != nil {
		return nil, nil, err
	}
	return head, in.hash.Sum(nil), nil
}

// header is the fields of a message in their order.
type header []headerField

// headerField has its body as it is on the wire, folds included, without the last line end.
type headerField struct{ name, body string }

func parseHeader(raw string) (header, error) {
	var h header
	for line := range strings.SplitSeq(strings.TrimSuffix(raw, "\r\n"), "\r\n") {
		if strings.ContainsAny(line, "\r\n") {
			return nil, errLines
		}
		if len(h) > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			h[len(h)-1].body += "\r\n" + line
			continue
		}
		name, body, ok := strings.Cut(line, ":")
		if name = strings.TrimRight(name, " \t"); !ok || !isFieldName(name) {
			return nil, errHeader
		}
		h = append(h, headerField{name, body})
	}
	return h, nil
}

func (h header) count(name string) (n int) {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			n++
		}
	}
	return n
}

// pick takes the fields as names list them, the last of several first; one that there is not is nothing (RFC 6376 §5.4.2).
func (h header) pick(names []string) (picked []headerField) {
	below := map[string]int{} // where the last one of a name was found
	for _, name := range names {
		name = strings.ToLower(name)
		i, known := below[name]
		if !known {
			i = len(h)
		}
		for i--; i >= 0 && !strings.EqualFold(h[i].name, name); {
			i--
		}
		below[name] = max(i, 0)
		if i >= 0 {
			picked = append(picked, h[i])
		}
	}
	return picked
}

// relaxed is the field in the relaxed canonical form (RFC 6376 §3.4.2), without its line end.
func (f headerField) relaxed() string {
	words := strings.FieldsFunc(f.body, func(r rune) bool { return r == ' ' || r == '\t' || r == '\r' || r == '\n' })
	return strings.ToLower(f.name) + ":" + strings.Join(words, " ")
}
