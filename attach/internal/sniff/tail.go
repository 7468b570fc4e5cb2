package sniff

import "bytes"

// Tail looks for a program or markup behind the end of a picture or document of any length, while somebody reads the whole of it
// anyway: where the end of such a file is, its last octets alone do not say. Start it for each file, and write it the file from its
// beginning. The zero Tail looks for nothing.
type Tail struct {
	mark    string // "" where nothing is looked for
	once    bool   // the first mark is the end of the file
	from    int64  // octets before which there is no mark
	off     int64  // octets written
	pending []byte
	kind    string
	done    bool
}

// after is what is looked at behind an end, and a mark with it.
const after = 512 + len("%%EOF")

// Start begins with a file of which content is known already.
func (t *Tail) Start(c Content) {
	*t = Tail{pending: t.pending[:0]}
	switch {
	case c.Trailing != "":
	case c.Kind == "jpeg" && c.Data > 0:
		t.mark, t.once, t.from = jpegEnd, true, c.Data
	case c.Kind == "pdf":
		t.mark = pdfEnd
	}
	if t.mark != "" && cap(t.pending) == 0 {
		t.pending = make([]byte, 0, 6*after)
	}
}

// Write takes the next octets of the file. It keeps none of p.
func (t *Tail) Write(p []byte) {
	if t.mark == "" || t.done {
		return
	}
	t.off += int64(len(p))
	if len(p) < 2*after {
		t.pending = append(t.pending, p...)
		if keep := len(t.pending) - after; len(t.pending) >= 4*after {
			t.search(t.pending, keep, t.off-int64(len(t.pending)))
			t.pending = append(t.pending[:0], t.pending[keep:]...)
		}
		return
	}
	if n := len(t.pending); n > 0 {
		t.search(append(t.pending, p[:after]...), n, t.off-int64(len(p)+n))
	}
	t.search(p, len(p)-after, t.off-int64(len(p)))
	t.pending = append(t.pending[:0], p[len(p)-after:]...)
}

// Kind is what was found: "exe", "script", "html"; "" is nothing. Ask it after the last Write.
func (t *Tail) Kind() string {
	t.search(t.pending, len(t.pending), t.off-int64(len(t.pending)))
	return t.kind
}

// search looks behind the marks that begin in the first n octets of b, which stand at a place of the file.
func (t *Tail) search(b []byte, n int, at int64) {
	for i := int(min(max(0, t.from-at), int64(n))); t.mark != "" && i < n && !t.done; {
		next := bytes.Index(b[i:min(len(b), n+len(t.mark)-1)], []byte(t.mark))
		if next < 0 {
			return
		}
		i += next + len(t.mark)
		t.kind = hostileStart(bytes.TrimLeft(b[i:min(len(b), i+512)], "\x00\t\n\f\r "))
		t.done = t.once || t.kind != ""
	}
}
