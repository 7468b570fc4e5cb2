package jinja

import (
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/nodes"
	"github.com/nikolalohinski/gonja/v2/parser"
	"github.com/nikolalohinski/gonja/v2/tokens"
)

type parseTag = parser.ControlStructureParser

// cancelTag is {% cancel %} or {% cancel "message" %}.
type cancelTag struct {
	location *tokens.Token
	message  nodes.Expression // or nil
}

func parseCancel(p, args *parser.Parser) (nodes.ControlStructure, error) {
	tag := &cancelTag{location: p.Current()}
	if args.End() {
		return tag, nil
	}
	message, err := args.ParseExpression()
	if err != nil {
		return nil, err
	}
	if !args.End() {
		return nil, args.Error("The tag cancel takes one message.", args.Current())
	}
	tag.message = message
	return tag, nil
}

// Position returns where the tag stands.
func (t *cancelTag) Position() *tokens.Token { return t.location }

// String names the tag in gonja's errors.
func (t *cancelTag) String() string { return "cancel" }

// Execute ends the rendering by an error that Render knows.
func (t *cancelTag) Execute(r *exec.Renderer, _ *nodes.ControlStructureBlock) error {
	if t.message == nil {
		return &cancellation{}
	}
	message := r.Eval(t.message)
	if message.IsError() {
		return message
	}
	return &cancellation{message: message.String()}
}

// cancellation is the error by which a cancelled rendering unwinds.
type cancellation struct{ message string }

// Error is never shown.
func (c *cancellation) Error() string { return "canceled" }
