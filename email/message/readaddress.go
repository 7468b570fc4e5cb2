package message

import (
	"net/mail"
	"strings"
)

// addresses reads a list of mailboxes and groups as senders write them: names without quotes, commas missing or
// doubled, routes, comments for names, several angle brackets (the last counts), no brackets at all.
func (p *parser) addresses(bodies []string) []mail.Address {
	var list []mail.Address
	for _, body := range bodies {
		for _, item := range splitAddresses(body) {
			if box, ok := p.address(item); ok {
				list = append(list, box)
			} else if strings.TrimSpace(item) != "" {
				p.defect("header.address")
			}
		}
	}
	return list
}

// splitAddresses cuts at commas and semicolons outside quotes, comments and angle brackets, and drops the names
// of groups.
func splitAddresses(s string) []string {
	var items []string
	start := 0
	var at state
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && (at.quoted || at.depth > 0) {
			i++
			continue
		}
		at.step(s, i)
		if at.inside() {
			continue
		}
		switch s[i] {
		case ',', ';':
			items = append(items, s[start:i])
			start = i + 1
		case ':':
			if !strings.ContainsAny(s[start:i], "@<") { // a group's name
				start = i + 1
			}
		}
	}
	return append(items, s[start:])
}

// state is where in an address a character stands.
type state struct {
	quoted bool
	angle  bool
	depth  int // of comments
}

func (t *state) inside() bool { return t.quoted || t.angle || t.depth > 0 }

// step goes over s[i]. A quote, comment or bracket that nothing closes is text.
func (t *state) step(s string, i int) {
	switch c := s[i]; {
	case t.quoted:
		t.quoted = c != '"'
	case c == '"' && t.depth == 0 && !t.angle:
		t.quoted = strings.IndexByte(s[i+1:], '"') >= 0
	case c == '(' && !t.angle:
		if t.depth > 0 || strings.IndexByte(s[i+1:], ')') >= 0 {
			t.depth++
		}
	case c == ')' && t.depth > 0:
		t.depth--
	case t.depth > 0:
	case c == '<':
		t.angle = strings.IndexByte(s[i+1:], '>') >= 0
	case c == '>':
		t.angle = false
	}
}

// address reads one mailbox.
func (p *parser) address(item string) (mail.Address, bool) {
	name, comment, angle, found := splitAddress(item)
	if !found {
		addr, rest := firstWithAt(name)
		if addr == "" {
			return mail.Address{}, false
		}
		name, angle = rest, addr
	}
	if name == "" || name == angle {
		name = comment
	}
	box := mail.Address{Name: oneLine(p.decodeWords(strings.Trim(name, " \t'"))), Address: cleanAddress(p.headerText(angle))}
	if !strings.Contains(box.Address, "@") {
		if decoded := p.decodeWords(box.Address); decoded != box.Address {
			box.Address = cleanAddress(decoded)
		}
	}
	return box, box.Address != ""
}

// splitAddress takes an item apart: what stands in the last angle brackets, the comments, and the rest, unquoted.
func splitAddress(item string) (name, comment, angle string, found bool) {
	var words, comments strings.Builder
	var at state
	for i := 0; i < len(item); i++ {
		c, before := item[i], at
		if c == '\\' && (at.quoted || at.depth > 0) && i+1 < len(item) {
			i++
			c = item[i]
		} else {
			at.step(item, i)
		}
		switch {
		case at.angle && !before.angle:
			end := strings.IndexByte(item[i:], '>')
			angle, found = item[i+1:i+end], true
			i += end
			at.angle = false
			words.WriteByte(' ')
		case at.depth > 0 && before.depth > 0, at.depth > 0 && at.depth != 1:
			comments.WriteByte(c)
		case at.depth != before.depth || at.quoted != before.quoted:
		default:
			words.WriteByte(c)
		}
	}
	return strings.TrimSpace(words.String()), strings.TrimSpace(comments.String()), angle, found
}

// firstWithAt is the first word with an at sign in it, and the rest.
func firstWithAt(s string) (addr, rest string) {
	words := strings.Fields(s)
	for i, word := range words {
		if strings.Contains(word, "@") {
			return strings.Trim(word, "<>,;"), strings.Join(append(words[:i:i], words[i+1:]...), " ")
		}
	}
	return "", s
}

// cleanAddress takes white space, a route (RFC 5322 §4.4) and a scheme off an address, and quotes off its local part.
func cleanAddress(s string) string {
	s = strings.Join(strings.Fields(oneLine(s)), "")
	s = strings.Trim(s, "<>,;")
	if strings.HasPrefix(s, "@") {
		if _, addr, ok := strings.Cut(s, ":"); ok {
			s = addr
		}
	}
	if len(s) > 7 && strings.EqualFold(s[:7], "mailto:") {
		s = s[7:]
	}
	return s
}
