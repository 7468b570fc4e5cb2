package message

import (
	"net/mail"
	"strings"
)

// mailboxes writes a list of mailboxes (RFC 5322 §3.4); an empty list writes nothing.
func (h *header) mailboxes(name string, list ...mail.Address) {
	if len(list) == 0 {
		return
	}
	h.begin(name)
	for i, box := range list {
		addr, err := wireAddress(name, box.Address)
		if err != nil && h.err == nil {
			h.err = err
		}
		if !h.ok(name, box.Name) || err != nil {
			return
		}
		h.utf8 = h.utf8 || !isASCII(addr)
		if i > 0 {
			h.buf = append(h.buf, ',')
			h.space(phraseWidth(box.Name) + len(addr))
		}
		h.mailbox(box.Name, addr)
	}
	h.end()
}

// mailbox writes the address in angle brackets, also where no name stands in front: spam filters hold it against a
// message where they are missing.
func (h *header) mailbox(name, addr string) {
	if name != "" {
		h.phrase(name)
		h.space(len(addr) + 2)
	}
	h.buf = append(append(append(h.buf, '<'), addr...), '>')
}

// longPhrase is the longest display name that is not split into encoded words.
const longPhrase = 60

// phraseWidth is the room that a display name and what surrounds the address take, about.
func phraseWidth(name string) int {
	switch {
	case name == "":
		return 3
	case len(name) <= longPhrase && isASCII(name):
		return len(name) + 6
	}
	return min(lineWidth, len(name)*4/3+12)
}

// phrase writes a display name: as atoms, as a quoted-string, or in encoded words.
func (h *header) phrase(name string) {
	switch {
	case len(name) > longPhrase || !isASCII(name) || strings.Contains(name, "=?"):
		if width := oneWord(name); width <= wordWidth && h.col()+width > lineWidth {
			h.fold() // some readers show a blank between two words
		}
		h.encode(name)
	case isAtoms(name):
		h.buf = append(h.buf, name...)
	default:
		h.buf = appendQuoted(h.buf, name)
	}
}

func isAtoms(name string) bool {
	for i := 0; i < len(name); i++ {
		if name[i] == ' ' && i > 0 && i+1 < len(name) && name[i-1] != ' ' {
			continue
		}
		if !isAtext(name[i]) {
			return false
		}
	}
	return true
}
