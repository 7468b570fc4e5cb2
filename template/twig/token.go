package twig

import (
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tEnd tokenKind = iota
	tText
	tBlockStart
	tBlockEnd
	tVarStart
	tVarEnd
	tName
	tNumber
	tString
	tOperator
	tPunctuation
	tInterpolationStart
	tInterpolationEnd
	tBroken // stands for what a static check could not read
)

var tokenNames = [...]string{
	tEnd: "end of template", tText: "text", tBlockStart: "begin of statement block", tBlockEnd: "end of statement block",
	tVarStart: "begin of print statement", tVarEnd: "end of print statement", tName: "name", tNumber: "number",
	tString: "string", tOperator: "operator", tPunctuation: "punctuation",
	tInterpolationStart: "begin of string interpolation", tInterpolationEnd: "end of string interpolation",
	tBroken: "broken tag",
}

func (k tokenKind) String() string { return tokenNames[k] }

// pos is a place in a source: a line from 1 and a byte offset, from which a column can be counted.
type pos struct{ line, off int32 }

type token struct {
	kind tokenKind
	text string
	pos  pos
}

func (t token) is(kind tokenKind, text string) bool { return t.kind == kind && t.text == text }

// number is the value of a number.
func (t token) number() Value {
	v, _, _ := parseNumber(strings.ReplaceAll(t.text, "_", ""))
	return v
}

// value is the token's text as error messages show it.
func (t token) value() string {
	if t.kind == tNumber {
		return t.number().String()
	}
	return t.text
}

// column counts the runes from the start of the line that offset is in, from 1.
func column(source string, offset int32) int {
	if offset < 0 || int(offset) > len(source) {
		return 0
	}
	before := source[:offset]
	if i := strings.LastIndexAny(before, "\r\n"); i >= 0 {
		before = before[i+1:]
	}
	return utf8.RuneCountInString(before) + 1
}
