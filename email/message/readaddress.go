package message

import (
	"net/mail"
	"strings"
)

// addresses reads lists of mailboxes and groups as senders write them: names without quotes, commas missing or
// doubled, routes, comments for names, several angle brackets (the last counts), no brackets at all.
func (p *parser) addresses(bodies []string) []mail.Address {
	var list []mail.Address
	for _, body := range bodies {
		for _, item := range splitAddresses(body) {
			if box, ok := p.address(item); ok {
				list = append(list, box)
			} else if strings.TrimSpace(stripComments(item)) != "" {
				p.defect("header.address")
			}
		}
	}
	return list
}

// What a lexeme of an address field is.
type lexeme int

const (
	character lexeme = iota
	quoted           // a quoted-string
	comment
	angle // an address in angle brackets
)

// lexWindow bounds the search for what closes a quote, comment or bracket; one that is not closed is a character.
const lexWindow = 1000

// lex finds the lexeme at s[i] and where it ends.
func lex(s string, i int) (kind lexeme, end int) {
	window := s[:min(len(s), i+lexWindow)]
	switch s[i] {
	case '"':
		if end := quotedEnd(window, i); end > 0 {
			return quoted, end
		}
	case '(':
		if end := commentEnd(window, i); end > 0 {
			return comment, end
		}
	case '<':
		from := i + 1
		if from < len(window) && window[from] == '"' { // a quoted local part may hold anything
			from = max(from, quotedEnd(window, from))
		}
		if n := strings.IndexByte(window[from:], '>'); n >= 0 {
			return angle, from + n + 1
		}
	}
	return character, i + 1
}

// quotedEnd is the end of the quoted-string that begins at i; 0 where nothing closes it.
func quotedEnd(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}

func commentEnd(s string, i int) int {
	if strings.IndexByte(s[i:], ')') < 0 {
		return 0 // quickly, as thousands of brackets may open and none close
	}
	for depth := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

// splitAddresses cuts at commas and semicolons outside quotes, comments and angle brackets, and where a name with an address
// follows another without a comma, and drops the names of groups.
func splitAddresses(s string) []string {
	var items []string
	start, closed := 0, 0       // where the item begins, and where its last angle bracket closed
	group := true               // a colon would end a group's name
	named, word := false, false // before the first bracket of the item, and since the last one
	for i := 0; i < len(s); {
		kind, end := lex(s, i)
		switch {
		case kind == angle:
			switch {
			case closed == 0:
				named = word
			case named && word:
				items = append(items, s[start:closed])
				start = closed
			}
			group, closed, word = false, end, false
		case kind == character && (s[i] == ',' || s[i] == ';'):
			items = append(items, s[start:i])
			start, group, closed, word = end, true, 0, false
		case kind == character && s[i] == ':' && group:
			start = end
		case kind == quoted || kind == character && s[i] > ' ':
			word = true
			group = group && s[i] != '@'
		}
		i = end
	}
	return append(items, s[start:])
}

// address reads one mailbox.
func (p *parser) address(item string) (mail.Address, bool) {
	name, note, addr, found := splitAddress(item)
	if !found {
		if addr, name = firstWithAt(name); addr == "" {
			return mail.Address{}, false
		}
	}
	if strings.EqualFold(strings.Trim(name, "'"), addr) { // Outlook quotes an address that has no name
		name = ""
	}
	if name == "" {
		name = note
	}
	box := mail.Address{Name: oneLine(p.decodeWords(name)), Address: cleanAddress(p.headerText(addr))}
	if !strings.Contains(box.Address, "@") { // some encode the address too
		box.Address = cleanAddress(p.decodeWords(box.Address))
	}
	return box, box.Address != ""
}

// splitAddress takes an item apart: the last address in angle brackets or with a quoted local part, the comments,
// and the rest, unquoted.
func splitAddress(item string) (name, note, addr string, found bool) {
	var words, notes strings.Builder
	for i := 0; i < len(item); {
		kind, end := lex(item, i)
		switch {
		case kind == angle:
			addr, found = item[i+1:end-1], true
			words.WriteByte(' ')
		case kind == quoted && end < len(item) && item[end] == '@':
			end += len(item[end:]) - len(strings.TrimLeft(item[end:], "@")) // a quoted local part without brackets
			if n := strings.IndexAny(item[end:], " \t<>,;("); n >= 0 {
				end += n
			} else {
				end = len(item)
			}
			addr, found = item[i:end], true
		case kind == quoted:
			words.WriteString(unescape(item[i+1 : end-1]))
		case kind == comment:
			notes.WriteString(unescape(item[i+1 : end-1]))
		default:
			words.WriteByte(item[i])
		}
		i = end
	}
	return strings.TrimSpace(words.String()), strings.TrimSpace(notes.String()), addr, found
}

// unescape takes the backslashes of quoted pairs off (RFC 5322 §3.2.1).
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
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

// cleanAddress makes an address as net/mail holds it: without white space, route (RFC 5322 §4.4), scheme, and the
// quotes of its local part.
func cleanAddress(s string) string {
	s = strings.TrimSpace(oneLine(s))
	if strings.HasPrefix(s, `"`) {
		if end := quotedEnd(s, 0); end > 0 && end < len(s) && s[end] == '@' {
			return unescape(s[1:end-1]) + strings.Join(strings.Fields(s[end:]), "")
		}
	}
	s = strings.Trim(strings.Join(strings.Fields(s), ""), "<>,;")
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
