package validate

import "strings"

// scanner reads HTML tokens as the WHATWG tokenizer does, from src[pos:end], and knows the offset
// of every attribute. It builds no tree, so foreign content and misnesting are its caller's affair.
type scanner struct {
	src string
	pos int
	end int
	tag tag
	raw rawKind // how the text at pos is read
	all bool    // keep repeated attributes: in a template they may be those of two branches
}

type tokenKind uint8

const (
	tokenEOF tokenKind = iota
	tokenText
	tokenRaw // the content of style, script, title and their like; scanner.tag is still their start tag
	tokenStart
	tokenEnd
	tokenComment
	tokenDeclaration // <!…> and <?…>, bogus comments, doctypes
)

// span is a half-open range of offsets.
type span struct{ start, end int }

// attribute is one attribute as written; a value without quotes around it.
type attribute struct {
	name  string // lower case
	value span
	whole span
	kind  attributeKind
	bare  bool // the value stands without quotes
	plain bool // the value is a URL that needs no closer look, see isPlainLink

	isDecoded bool // see pass.decoded
	decoded   string
}

// tag is the start tag read last. It is overwritten by the next one.
type tag struct {
	name  string // lower case
	whole span
	attrs []attribute
}

// next returns the kind of the next token and its range. EOF inside a tag drops the tag, as browsers do.
func (s *scanner) next() (tokenKind, span) {
	if s.pos >= s.end {
		return tokenEOF, span{s.end, s.end}
	}
	if s.raw != rawNone {
		if content := s.skipRaw(); content.start < content.end {
			return tokenRaw, content
		}
		return s.next()
	}
	from := s.pos
	for at := from; ; {
		lt := strings.IndexByte(s.src[at:s.end], '<')
		if lt < 0 || at+lt+1 >= s.end {
			s.pos = s.end
			return tokenText, span{from, s.end}
		}
		at += lt
		if !opensMarkup(s.src[at+1 : s.end]) {
			at++
			continue
		}
		if at > from {
			s.pos = at
			return tokenText, span{from, at}
		}
		return s.markup()
	}
}

// opensMarkup reports whether rest, which follows a '<', makes it more than text.
func opensMarkup(rest string) bool {
	switch c := rest[0]; {
	case isLetter(c), c == '!', c == '?':
		return true
	case c == '/':
		return len(rest) > 1
	}
	return false
}

// markup reads what starts with '<' at s.pos.
func (s *scanner) markup() (tokenKind, span) {
	from := s.pos
	switch c := s.src[from+1]; {
	case isLetter(c):
		return s.readTag(from, from+1, tokenStart)
	case c == '/':
		if isLetter(s.src[from+2]) {
			return s.readTag(from, from+2, tokenEnd)
		}
		if s.src[from+2] == '>' {
			s.pos = from + 3
			return tokenDeclaration, span{from, s.pos}
		}
	case strings.HasPrefix(s.src[from:s.end], "<!--"):
		s.pos = commentEnd(s.src[:s.end], from+4)
		return tokenComment, span{from, s.pos}
	}
	s.pos = s.end
	if gt := strings.IndexByte(s.src[from:s.end], '>'); gt >= 0 {
		s.pos = from + gt + 1
	}
	return tokenDeclaration, span{from, s.pos}
}

// commentEnd returns the offset after the comment whose text starts at from.
func commentEnd(src string, from int) int {
	rest := src[from:]
	switch {
	case strings.HasPrefix(rest, ">"):
		return from + 1
	case strings.HasPrefix(rest, "->"):
		return from + 2
	}
	for at := from; ; {
		dash := strings.Index(src[at:], "--")
		if dash < 0 {
			return len(src)
		}
		at += dash + 2
		switch rest = src[at:]; {
		case strings.HasPrefix(rest, ">"):
			return at + 1
		case strings.HasPrefix(rest, "!>"):
			return at + 2
		case strings.HasPrefix(rest, "-"):
			at-- // "--->": the last two dashes count
		}
	}
}

// readTag reads the tag whose name starts at name. The attributes of an end tag are dropped.
func (s *scanner) readTag(from, name int, kind tokenKind) (tokenKind, span) {
	src, end := s.src, s.end
	at := name
	for at < end && !endsName[src[at]] {
		at++
	}
	s.tag.name = lower(src[name:at])
	s.tag.attrs = s.tag.attrs[:0]
	for {
		for at < end && (isSpace(src[at]) || src[at] == '/') {
			at++
		}
		if at >= end {
			s.pos = end
			return tokenEOF, span{end, end}
		}
		if src[at] == '>' {
			break
		}
		at = s.readAttribute(at)
	}
	s.pos = at + 1
	s.tag.whole = span{from, s.pos}
	if kind == tokenStart {
		s.raw = rawKindOf(s.tag.name)
	}
	return kind, s.tag.whole
}

// readAttribute reads one attribute at offset from and returns the offset after it.
func (s *scanner) readAttribute(from int) int {
	src, end := s.src, s.end
	at := from + 1 // a leading '=' belongs to the name
	for at < end && !endsName[src[at]] && src[at] != '=' {
		at++
	}
	a := attribute{name: lower(src[from:at]), value: span{at, at}, whole: span{from, at}}
	after := at
	for after < end && isSpace(src[after]) {
		after++
	}
	if after < end && src[after] == '=' {
		at = s.readValue(&a, after+1)
	}
	if s.all {
		s.tag.attrs = append(s.tag.attrs, a)
	} else {
		s.tag.add(a)
	}
	return at
}

// readValue reads the value that follows the '=' before offset at, and returns the offset after it.
func (s *scanner) readValue(a *attribute, at int) int {
	src, end := s.src, s.end
	for at < end && isSpace(src[at]) {
		at++
	}
	if at >= end || src[at] == '>' {
		a.value = span{at, at}
		return at
	}
	if quote := src[at]; quote == '"' || quote == '\'' {
		length := strings.IndexByte(src[at+1:end], quote)
		if length < 0 {
			return end
		}
		a.value = span{at + 1, at + 1 + length}
		a.whole.end = a.value.end + 1
		return a.whole.end
	}
	from := at
	for at < end && !isSpace(src[at]) && src[at] != '>' {
		at++
	}
	a.value, a.whole.end, a.bare = span{from, at}, at, true
	return at
}

// add appends a unless the tag has an attribute of that name: of two, the first counts.
func (t *tag) add(a attribute) {
	if len(t.attrs) < maxCompared {
		for i := range t.attrs {
			if t.attrs[i].name == a.name {
				return
			}
		}
	}
	t.attrs = append(t.attrs, a)
}

// maxCompared bounds the comparison of attribute names, so that a tag of a million attributes costs
// linear time; repeated names behind it count.
const maxCompared = 64

// attr returns the value of the attribute called name as written, or "".
func (t *tag) attr(src, name string) string {
	for i := range t.attrs {
		if t.attrs[i].name == name {
			return src[t.attrs[i].value.start:t.attrs[i].value.end]
		}
	}
	return ""
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// isBlank reports whether s is white space alone.
func isBlank(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isSpace(s[i]) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// endsName marks the bytes that end the name of a tag or an attribute.
var endsName = [256]bool{' ': true, '\n': true, '\t': true, '\r': true, '\f': true, '/': true, '>': true}

// lower is strings.ToLower for ASCII: tag and attribute names fold no other letters.
func lower(s string) string {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] |= 0x20
				}
			}
			return string(b)
		}
	}
	return s
}
