package twig

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// matchExpr is the operator matches; a constant pattern is compiled with the template.
type matchExpr struct {
	place
	l, r expr
	re   *regexp.Regexp
}

func (p *parser) matches(l expr, t token, r expr) expr {
	e := &matchExpr{place: place{t.pos}, l: l, r: r}
	if c, ok := r.(*constExpr); ok {
		pattern := c.v.String()
		re, err := compilePattern(pattern)
		if err != nil {
			p.fail(t.pos, `Regexp "`+pattern+`" passed to "matches" is not valid: `+err.Error()+".")
		}
		e.re = re
	}
	return e
}

// maxPattern is the length of a pattern made at run time; compiling takes far more memory than the pattern.
const maxPattern = 1000

func (e *matchExpr) eval(r *run, c *frame) Value {
	re := e.re
	if re == nil {
		pattern := e.r.eval(r, c)
		r.pos = e.at
		s := r.str(pattern)
		r.step(10 + len(s))
		r.grow(100 * len(s))
		if len(s) > maxPattern {
			r.limit(`The pattern passed to "matches" is longer than allowed.`, nil)
		}
		var err error
		if re, err = compilePattern(s); err != nil {
			throw(`Regexp "` + s + `" passed to "matches" is not valid: ` + err.Error() + ".")
		}
	}
	v := e.l.eval(r, c)
	r.pos = e.at
	s := r.str(v)
	r.step(1 + len(s)/64)
	if re.MatchString(s) {
		return Int(1)
	}
	return Int(0)
}

// compilePattern compiles a delimited PCRE pattern with the flags i, m, s, x, u, U, A and D. Go's engine has no
// look-around and no back-references; they are refused by name.
func compilePattern(s string) (*regexp.Regexp, error) {
	s = strings.TrimLeft(s, space)
	if s == "" {
		return nil, errors.New("Empty regular expression")
	}
	open := s[0]
	if isAlnum(open) || open == '\\' || open == 0 {
		return nil, errors.New("Delimiter must not be alphanumeric, backslash, or NUL")
	}
	closing := open
	if i := strings.IndexByte("([{<", open); i >= 0 {
		closing = ")]}>"[i]
	}
	end := patternEnd(s, open, closing)
	if end < 0 {
		return nil, errors.New("No ending delimiter '" + string(closing) + "' found")
	}
	pattern, flags := s[1:end], s[end+1:]
	var set strings.Builder
	dollar := true
	for _, f := range flags {
		switch f {
		case 'i', 'm', 's', 'U':
			set.WriteRune(f)
			dollar = dollar && f != 'm'
		case 'x':
			pattern = withoutSpace(pattern)
		case 'D':
			dollar = false
		case 'A':
			pattern = `\A(?:` + pattern + ")"
		case 'u', 'X', 'S', '\n', '\r', ' ':
		default:
			return nil, errors.New("Unknown modifier '" + string(f) + "'")
		}
	}
	if name := unsupportedPattern(pattern); name != "" {
		return nil, errors.New(name + " are not supported")
	}
	pattern = translate(pattern, dollar)
	if set.Len() > 0 {
		pattern = "(?" + set.String() + ")" + pattern
	}
	re, err := regexp.Compile(pattern)
	var fault *syntax.Error
	if errors.As(err, &fault) {
		return nil, errors.New("Compilation failed: " + fault.Code.String())
	}
	return re, err
}

func patternEnd(s string, open, closing byte) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == closing && depth == 0:
			return i
		case s[i] == closing:
			depth--
		case s[i] == open && open != closing:
			depth++
		}
	}
	return -1
}

// withoutSpace drops what the flag x makes a comment.
func withoutSpace(s string) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			b.WriteString(s[i : i+2])
			i++
			continue
		case c == '[':
			class = true
		case c == ']':
			class = false
		case !class && isSpace(c):
			continue
		case !class && c == '#':
			n := strings.IndexByte(s[i:], '\n')
			if n < 0 {
				return b.String()
			}
			i += n
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// unsupportedPattern names a construct that Go's engine lacks.
func unsupportedPattern(s string) string {
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '\\' {
			if c := s[i+1]; c >= '1' && c <= '9' || c == 'k' || c == 'g' {
				return "back-references"
			}
			i++
			continue
		}
		rest := s[i:]
		for _, look := range []string{"(?=", "(?!", "(?<=", "(?<!"} {
			if strings.HasPrefix(rest, look) {
				return "look-ahead and look-behind"
			}
		}
		switch {
		case strings.HasPrefix(rest, "(?>"), possessive(rest):
			return "atomic groups and possessive quantifiers"
		case strings.HasPrefix(rest, "(?("), strings.HasPrefix(rest, "(?R"), strings.HasPrefix(rest, "(?&"):
			return "conditions and recursion"
		}
	}
	return ""
}

func possessive(s string) bool {
	return strings.HasPrefix(s, "++") || strings.HasPrefix(s, "*+") || strings.HasPrefix(s, "?+")
}

// translate rewrites what PCRE and Go spell differently: "$" also matches before a final newline, \h, \R, \Z.
func translate(s string, dollar bool) string {
	var b strings.Builder
	class := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteString(escapeSequence(s[i], class))
			continue
		case c == '[' && !class:
			class = true
			b.WriteByte(c)
			if strings.HasPrefix(s[i+1:], "^") {
				i++
				b.WriteByte('^')
			}
			if strings.HasPrefix(s[i+1:], "]") {
				i++
				b.WriteString(`\]`)
			}
			continue
		case c == '[' && !strings.HasPrefix(s[i:], "[:"):
			b.WriteByte('\\')
		case c == ']':
			class = false
		case c == '$' && !class && dollar:
			b.WriteString(`(?:\n?\z)`)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func escapeSequence(c byte, class bool) string {
	switch {
	case c == 'h' && class:
		return ` \t`
	case c == 'h':
		return `[ \t]`
	case c == 'R' && !class:
		return `(?:\r\n|\n|\r|\f|\v)`
	case c == 'Z' && !class:
		return `(?:\n?\z)`
	case c == 'e':
		return `\x1b`
	case c == 's' && class:
		return `\s\v`
	case c == 's':
		return `[\s\v]`
	case !isAlnum(c) && c < 0x80:
		return regexp.QuoteMeta(string(c))
	case c >= 0x80:
		return string([]byte{c})
	case strings.IndexByte("abcdefghklnpqrtuvwxyzABDGPQSWXNE0", c) < 0:
		return string(c)
	}
	return `\` + string(c)
}
