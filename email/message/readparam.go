package message

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/charset"
)

// parameterised is the body of a field like Content-Type: a value in lower case, and parameters by their names
// in lower case, put together from their sections and decoded (RFC 2231).
type parameterised struct {
	value    string
	params   map[string]string
	extended map[string]bool // the parameters that RFC 2231 encoded: no encoded words stand in them
}

// parseParams reads such a body however badly it is written: parameters without quotes, with a quote that never
// ends, with white space anywhere. Of two with one name the first counts.
func parseParams(body string) parameterised {
	if body == "" {
		return parameterised{}
	}
	value, rest := cutParam(stripComments(body))
	p := parameterised{value: strings.ToLower(strings.Join(strings.Fields(value), "")), params: map[string]string{}}
	var long sections
	for rest != "" {
		var param string
		param, rest = cutParam(rest)
		name, value, ok := strings.Cut(param, "=")
		if !ok {
			continue
		}
		name, value = strings.ToLower(strings.TrimSpace(name)), unquoteParam(strings.TrimSpace(value))
		if base, section, isLong := strings.Cut(name, "*"); isLong {
			long.add(base, section, value)
		} else if _, twice := p.params[name]; !twice {
			p.params[name] = value
		}
	}
	for _, base := range long.names {
		if p.extended == nil {
			p.extended = map[string]bool{}
		}
		p.params[base], p.extended[base] = long.join(base)
	}
	return p
}

// cutParam cuts at the first semicolon outside quotes.
func cutParam(s string) (param, rest string) {
	quoted := false
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"' && (quoted || strings.HasSuffix(strings.TrimRight(s[:i], " \t"), "=")):
			quoted = !quoted
		case s[i] == ';' && !quoted:
			return s[:i], s[i+1:]
		}
	}
	if quoted { // a quote that never ends: as if it were none
		if i := strings.IndexByte(s, ';'); i >= 0 {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// unquoteParam takes quotes and backslashes off (RFC 5322 §3.2.4).
func unquoteParam(s string) string {
	if !strings.HasPrefix(s, `"`) {
		return s
	}
	s = s[1:]
	if end := strings.IndexAny(s, `"\`); end >= 0 && s[end] == '"' {
		return s[:end]
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			break
		}
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// sections gathers the continuations of RFC 2231 §3.
type sections struct {
	names []string
	parts map[string][]section
}

type section struct {
	number  int
	encoded bool
	value   string
}

func (s *sections) add(base, number, value string) {
	digits, encoded := strings.CutSuffix(number, "*")
	n, err := strconv.Atoi(digits)
	if err != nil { // name*=, the whole in one
		n, encoded = 0, true
	}
	if s.parts == nil {
		s.parts = map[string][]section{}
	}
	if s.parts[base] == nil {
		s.names = append(s.names, base)
	}
	s.parts[base] = append(s.parts[base], section{n, encoded, value})
}

// join puts the sections in order, takes the charset off the first, and decodes where any is encoded.
func (s *sections) join(base string) (_ string, extended bool) {
	parts := s.parts[base]
	slices.SortStableFunc(parts, func(a, b section) int { return cmp.Compare(a.number, b.number) })
	name := ""
	var raw []byte
	for i, part := range parts {
		value := part.value
		if i == 0 && part.encoded {
			if before, after, ok := strings.Cut(value, "'"); ok {
				if _, text, ok := strings.Cut(after, "'"); ok {
					name, value = before, text
				}
			}
		}
		if part.encoded {
			extended = true
			raw = appendUnescaped(raw, value)
		} else {
			raw = append(raw, value...)
		}
	}
	if !extended {
		return string(raw), false
	}
	text, _, _ := charset.Decode(name, raw)
	return text, true
}

func appendUnescaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				dst = append(dst, byte(n))
				i += 2
				continue
			}
		}
		dst = append(dst, s[i])
	}
	return dst
}

// stripComments takes comments in parentheses out, outside quotes (RFC 5322 §3.2.2). One that never ends is text.
func stripComments(s string) string {
	if !strings.Contains(s, "(") {
		return s
	}
	var b strings.Builder
	quoted, depth, start := false, 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && (quoted || depth > 0) && i+1 < len(s):
			if depth == 0 {
				b.WriteString(s[i : i+2])
			}
			i++
			continue
		case c == '"' && depth == 0:
			quoted = !quoted
		case c == '(' && !quoted:
			if depth++; depth == 1 {
				start = i
			}
		case c == ')' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteByte(s[i])
		}
	}
	if depth > 0 {
		b.WriteString(s[start:])
	}
	return b.String()
}
