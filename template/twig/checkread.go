package twig

import (
	"github.com/crmmail/crmmail/template"
)

// maxFindings bounds what one check finds; a source with more faults is not worth reading on.
const maxFindings = 200

// checking is what a static check notes while a source is read and parsed.
type checking struct {
	faults     []located
	awaited    [][]string // the end tags that the tags around wait for, "" in none
	now        progress
	maybe      map[string]bool // the names in tags that could not be read: they may be set there
	unknown    map[string]bool // the unknown tags that were met
	tests      uses
	strategies map[expr]string // how what is printed is escaped where templates are
	lexed      int             // the bytes that were read, those read again counted again
}

// progress is how far the tag being parsed is.
type progress struct {
	unit  *unit
	mid   int // the token after the last part of its body that was read, -1 before the first
	parts seq // what was read of its body
}

// located is a fault with its place.
type located struct {
	err *template.Error
	at  pos
}

// misplaced is a block that may not stand where it does.
type misplaced struct {
	at      pos
	message string
}

// enough ends a check that found maxFindings.
type enough struct{}

// endsOuter unwinds to the tag around, whose end was met.
type endsOuter struct{ at int }

func newChecking() *checking {
	return &checking{maybe: map[string]bool{}, unknown: map[string]bool{}, strategies: map[expr]string{}}
}

func (c *checking) add(e *template.Error, at pos) {
	for _, f := range c.faults {
		if f.at == at && f.err.Message == e.Message {
			return
		}
	}
	if len(c.faults) == maxFindings {
		panic(enough{})
	}
	c.faults = append(c.faults, located{e, at})
}

// parsed notes a statement in the body of the tag being parsed, to be kept if the rest of the tag has a fault.
func (c *checking) parsed(u *unit, n node) {
	if c != nil && c.now.unit == u {
		c.now.parts = append(c.now.parts, n)
	}
}

// tested notes the first use of a test.
func (c *checking) tested(name string, at pos) {
	for _, u := range c.tests {
		if u.name == name {
			return
		}
	}
	c.tests = append(c.tests, use{usedTest, name, at})
}

// unknownCall stands for a call of what does not exist, so that its operands are checked all the same.
type unknownCall struct {
	place
	on   expr
	args []argument
}

func (*unknownCall) eval(*run, *frame) Value          { return null }
func (*unknownCall) probe(*run, *frame) (Value, bool) { return null, false }

// parse reads and parses a source, going on after its faults. The unit has no body where the fault is one that
// nothing can be read after.
func (c *checking) parse(e *Engine, name, source string, env *environment) (u *unit) {
	p := newParser(e, env, &stream{check: c}, name, source)
	if len(source) > e.limits.SourceBytes {
		c.add(&template.Error{Kind: template.KindLimit, Message: "The template is larger than allowed.", Name: name, Line: 1, Column: 1}, pos{1, 0})
		return p.unit
	}
	u = p.unit
	defer func() {
		switch x := recover().(type) {
		case nil, enough:
		case *template.Error:
			p.unit.body = nil
			c.faults = append(c.faults, located{x, p.failed})
		default:
			p.unit.body = nil
			c.faults = append(c.faults, located{parseFault(name, x).(*template.Error), pos{1, 0}})
		}
	}()
	p.tokens = newLexer(name, source).tolerant(c)
	p.module(openTag{}, nil)
	return u
}

func (c *checking) mayName(t token) {
	if t.kind == tName {
		c.maybe[t.text] = true
	}
}
