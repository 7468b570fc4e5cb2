package jinja

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/nikolalohinski/gonja/v2/parser"

	"github.com/crmmail/crmmail/template"
)

// atLine finds the lines that gonja puts into its rendering errors, the outermost first.
var atLine = regexp.MustCompile(`at line (\d+)`)

// newError makes a template.Error of gonja's, with the place where gonja tells it.
func newError(kind template.Kind, name string, err error, files *loader) *template.Error {
	e := &template.Error{Kind: kind, Message: innermost(err).Error(), Name: name, Err: err}
	if files.failed != nil && strings.Contains(err.Error(), files.failed.Error()) {
		e.Kind, e.Message, e.Err = template.KindLoad, files.failed.Error(), files.failed
	}
	var syntax *parser.SyntaxError
	if errors.As(err, &syntax) {
		e.Message, e.Line, e.Column = syntax.Message, syntax.Line, syntax.Column
		return e
	}
	if lines := atLine.FindAllStringSubmatch(err.Error(), -1); lines != nil {
		e.Line, _ = strconv.Atoi(lines[len(lines)-1][1]) // 0 when it is beyond all lines
	}
	return e
}

// innermost returns the cause that gonja wrapped: the outer words repeat the whole source.
func innermost(err error) error {
	for {
		cause := errors.Unwrap(err)
		if cause == nil {
			return err
		}
		err = cause
	}
}
