package lmtp

import (
	"errors"
	"strings"
	"unicode/utf8"
)

var errSyntax = errors.New("lmtp: not a path")

// cutVerb splits a command line into its verb, in upper case, and what follows.
func cutVerb(line string) (verb, rest string) {
	verb, rest, _ = strings.Cut(line, " ")
	return strings.ToUpper(verb), strings.TrimSpace(rest)
}

// cutPath reads "FROM:<path> parameters", or TO for FROM (RFC 5321 §4.1.2). The path comes without its brackets and without
// a source route; quoted local parts stay quoted. A path without brackets ends at a space. Parameters' names are in upper
// case, like "SIZE=1000".
func cutPath(rest, keyword string) (path string, parameters []string, err error) {
	if len(rest) < len(keyword) || !strings.EqualFold(rest[:len(keyword)], keyword) {
		return "", nil, errSyntax
	}
	rest = strings.TrimLeft(rest[len(keyword):], " ")
	if path, rest, err = cutBrackets(rest); err != nil {
		return "", nil, err
	}
	if strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", nil, errSyntax
	}
	if strings.HasPrefix(path, "@") { // RFC 5321 §C: a source route is ignored
		_, path, _ = strings.Cut(path, ":")
		if path == "" {
			return "", nil, errSyntax
		}
	}
	for _, parameter := range strings.Fields(rest) {
		name, value, found := strings.Cut(parameter, "=")
		if name = strings.ToUpper(name); found {
			name += "=" + value
		}
		parameters = append(parameters, name)
	}
	return path, parameters, nil
}

func cutBrackets(s string) (path, rest string, err error) {
	if !strings.HasPrefix(s, "<") {
		path, rest, _ = strings.Cut(s, " ")
		if path == "" {
			return "", "", errSyntax
		}
		return path, rest, nil
	}
	for i, quoted := 1, false; i < len(s); i++ {
		switch {
		case s[i] == '"':
			quoted = !quoted
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '>' && !quoted:
			rest = s[i+1:]
			if rest != "" && rest[0] != ' ' {
				return "", "", errSyntax
			}
			return s[1:i], rest, nil
		}
	}
	return "", "", errSyntax
}

// isAddress tells a recipient from what cannot be one.
func isAddress(path string) bool {
	at := strings.LastIndexByte(path, '@')
	if at <= 0 || at == len(path)-1 || !utf8.ValidString(path) || strings.ContainsAny(path[at:], " <>\"") {
		return false
	}
	local := path[:at]
	if local[0] == '"' {
		return len(local) > 2 && local[len(local)-1] == '"'
	}
	return !strings.ContainsAny(local, " <>\"\\@")
}
