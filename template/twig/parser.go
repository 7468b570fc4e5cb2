package twig

import (
	"strings"

	"github.com/crmmail/crmmail/template"
)

// maxParse is how deep expressions and tags may be nested in a source, maxHeight how high the tree of one expression may
// be, and maxChain how many operators it may chain: evaluation recurses as deep, in each of Limits.Depth macros or blocks
// that call each other, and a Go stack that overflows cannot be recovered.
const (
	maxParse  = 400
	maxHeight = 1000
	maxChain  = 4000
)

// unit is a parsed template. It is immutable.
type unit struct {
	name, source string
	env          *environment
	names        []string       // its variables, in the order in which they are mentioned
	slots        map[string]int // their numbers
	body         node
	parent       expr
	blocks       map[string]*block
	traits       []trait
	macros       map[string]*macro // by name, and by lower-cased name after a space
	imports      int
	traitable    bool
	uses         uses
	owned        map[string]bool // the variables it sets itself
	violation    *template.Error // what the policy says to it
	plain        *instance       // its only instance where renderings have nothing to remember about it
}

// own notes that the template sets a variable.
func (u *unit) own(name string) {
	if u.owned == nil {
		u.owned = map[string]bool{}
	}
	u.owned[name] = true
}

// block is a {% block %} of a template.
type block struct {
	unit *unit
	body node
	at   pos
}

// trait is a {% use %}.
type trait struct {
	at      pos
	name    string
	from    []string
	aliases []string
}

// stream hands out tokens; the parsers of a template and of its embeds share it.
type stream struct {
	tokens  []token
	i       int
	depth   int
	height  int             // of the expression parsed last
	delayed *template.Error // the first wrong call; Twig finds it after faults of the syntax
	late    *template.Error // the first wrong call in a block or an embed, at which Twig looks after all others
	failed  pos             // where the last fault is
	check   *checking       // what a static check finds, nil where the template is parsed to be rendered
}

// parser turns tokens into a unit in one pass: names get their slots and printed expressions their escaping at once.
type parser struct {
	*stream
	eng        *Engine
	unit       *unit
	escape     string // the strategy in force, "" for none
	initial    string // the strategy the template began with
	blockStack []string
	scopes     []map[string]imported // imported names; the first is the template's own
	loops      []*loopScope
	assigned   []int      // what the loops around assign
	fors       []*forNode // the loops around, for whether they need the variable loop
	targets    [][]token  // the variables of these loops, and of one whose sequence is being parsed
	sets       int        // how many assignments were parsed
	printed    bool       // the statement being parsed prints
	lenient    bool       // in the branch of a guard that is left out: unknown names are fine
	tags       []openTag
	blockDepth int
	macroDepth int
	spreads    bool // the expression that comes next may be "...e"
	captures   int
	hasExtends bool
	misplaced  []misplaced // blocks that are wrong if the template turns out to have a parent
}

type openTag struct {
	name string
	at   pos
}

// loopScope is a loop being parsed: the slots that its body assigns are those of parser.assigned from start on, some of
// them more than once where loops are in each other.
type loopScope struct {
	start int
	seen  map[int]bool
}

func newParser(eng *Engine, env *environment, s *stream, name, source string) *parser {
	p := &parser{stream: s, eng: eng}
	p.unit = &unit{name: name, source: source, env: env, slots: map[string]int{}, blocks: map[string]*block{}, macros: map[string]*macro{}}
	p.escape = env.strategyFor(name)
	p.initial = p.escape
	p.scopes = []map[string]imported{{}}
	return p
}

func (p *parser) fail(at pos, message string) { p.abort(at, syntaxKind, message) }

func (p *parser) abort(at pos, kind template.Kind, message string) {
	p.failed = at
	panic(p.fault(at, kind, message))
}

// report is fail for a fault after which parsing can go on, as a static check does.
func (p *parser) report(at pos, message string) {
	if p.check == nil {
		p.fail(at, message)
	}
	p.check.add(p.fault(at, syntaxKind, message), at)
}

// fault is an error at a place; a check counts the column later.
func (p *parser) fault(at pos, kind template.Kind, message string) *template.Error {
	if p.check != nil {
		return &template.Error{Kind: kind, Message: message, Name: p.unit.name, Line: int(at.line)}
	}
	return p.unit.fault(at, kind, message)
}

func (p *parser) current() token { return p.tokens[p.i] }

func (p *parser) next() token {
	t := p.tokens[p.i]
	if p.i+1 >= len(p.tokens) {
		p.fail(t.pos, "Unexpected end of template.")
	}
	p.i++
	return t
}

func (p *parser) at(kind tokenKind, text string) bool { return p.tokens[p.i].is(kind, text) }

func (p *parser) atKind(kind tokenKind) bool { return p.tokens[p.i].kind == kind }

// accept moves on and reports true where the current token is the one named.
func (p *parser) accept(kind tokenKind, text string) bool {
	if !p.at(kind, text) {
		return false
	}
	p.next()
	return true
}

// expect takes a token of the kind, and of the text where one is given.
func (p *parser) expect(kind tokenKind, text, why string) token {
	t := p.current()
	if t.kind != kind || text != "" && t.text != text {
		var b strings.Builder
		if why != "" {
			b.WriteString(why + ". ")
		}
		b.WriteString(`Unexpected token "` + t.kind.String() + `"`)
		if v := t.value(); v != "" && v != "0" {
			b.WriteString(` of value "` + v + `"`)
		}
		b.WriteString(` ("` + kind.String() + `" expected`)
		if text != "" {
			b.WriteString(` with value "` + text + `"`)
		}
		b.WriteString(").")
		p.fail(t.pos, b.String())
	}
	if kind == tEnd {
		return t
	}
	return p.next()
}

func (p *parser) endTag() { p.expect(tBlockEnd, "", "") }

// slot is the number of a variable.
func (p *parser) slot(name string) int {
	if i, ok := p.unit.slots[name]; ok {
		return i
	}
	i := len(p.unit.names)
	p.unit.slots[name] = i
	p.unit.names = append(p.unit.names, name)
	return i
}

// assign is the number of a variable that is assigned to.
func (p *parser) assign(at pos, name string) int {
	switch strings.ToLower(name) {
	case "true", "false", "none", "null":
		p.fail(at, `You cannot assign a value to "`+name+`".`)
	}
	slot := p.slot(name)
	p.unit.own(name)
	p.sets++
	if n := len(p.loops); n > 0 && !p.loops[n-1].seen[slot] {
		p.loops[n-1].seen[slot] = true
		p.assigned = append(p.assigned, slot)
	}
	return slot
}

func (p *parser) deeper() {
	if p.depth++; p.depth > maxParse {
		p.abort(p.current().pos, template.KindLimit, "The template is nested too deeply.")
	}
}
