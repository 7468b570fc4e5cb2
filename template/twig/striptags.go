package twig

import "strings"

func filterStriptags(r *run, args []Value) Value {
	s := r.textArg(args[0], "strip_tags(): Argument #1 ($string)")
	r.grow(len(s))
	allowed := map[string]bool{}
	if args[1].k == kArray {
		for _, v := range args[1].arr().settled().vals {
			allowed[strings.ToLower(r.str(v))] = true
		}
	} else {
		for _, t := range strings.FieldsFunc(r.str(args[1]), func(c rune) bool { return c == '<' || c == '>' }) {
			allowed[strings.ToLower(strings.TrimSpace(t))] = true
		}
	}
	return String(stripTags(s, allowed))
}

// stripTags removes tags, comments and processing instructions the way PHP's strip_tags does: a "<" before white space
// is text, quotes protect ">" inside a tag, and a tag that never ends takes the rest.
func stripTags(s string, allowed map[string]bool) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); {
		if s[i] == 0 {
			i++
			continue
		}
		if s[i] != '<' || i+1 < len(s) && isSpace(s[i+1]) {
			out = append(out, s[i])
			i++
			continue
		}
		end := tagEnd(s, i)
		if tag := s[i:end]; allowed[tagName(tag)] && strings.HasSuffix(tag, ">") {
			out = append(out, tag...)
		}
		i = end
	}
	return string(out)
}

// tagEnd is where the tag that begins at i ends.
func tagEnd(s string, i int) int {
	rest := s[i:]
	for open, end := range map[string]string{"<!--": "-->", "<?": "?>"} {
		if strings.HasPrefix(rest, open) {
			if n := strings.Index(rest, end); n >= 0 {
				return i + n + len(end)
			}
			return len(s)
		}
	}
	var quote byte
	depth := 0
	for j := i + 1; j < len(s); j++ {
		c := s[j]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '<' && j+1 < len(s) && !isSpace(s[j+1]):
			depth++
		case c == '>' && depth > 0:
			depth--
		case c == '>':
			return j + 1
		}
	}
	return len(s)
}

func tagName(tag string) string {
	name := strings.TrimLeft(strings.TrimPrefix(tag, "<"), "/")
	end := strings.IndexFunc(name, func(c rune) bool { return c == '>' || c == '/' || isSpace(byte(c)) })
	if end >= 0 {
		name = name[:end]
	}
	return strings.ToLower(name)
}
