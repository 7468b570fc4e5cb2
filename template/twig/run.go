package twig

import (
	"context"
	"strings"
	"time"
	"unsafe"

	"github.com/crmmail/crmmail/template"
)

// run is the state of one rendering. It is used by one goroutine and reused for the next rendering.
type run struct {
	ctx       context.Context
	eng       *Engine
	env       *environment
	out       []byte
	stack     []Value // slots and arguments of what is being evaluated
	highest   int     // how much of stack was ever in use
	steps     int64   // steps left
	checkAt   int64   // steps left at which the context is looked at next
	bytes     int64   // bytes of values that may still be built
	depth     int
	pos       pos   // where the rendering is, for faults that do not say where they are
	unit      *unit // the template the rendering is in
	instances map[*unit]*instance
	loaded    map[string]*unit
	sandboxed bool
	globals   *array
	zone      *time.Location
	conv      converter
	chunk     []byte
	held      Value // the text that the innermost apply tag captured
}

// instance is a template in one rendering: what its body imported and which blocks it has.
type instance struct {
	unit    *unit
	blocks  map[string]*block // its own and those it uses
	traits  map[string]*block // those it uses
	imports []*instance       // the templates its imports gave, by the number of the import
	parent  *instance
}

// frame holds the variables that a piece of a template sees.
type frame struct {
	slots  []Value // by the unit's table of names; kUndefined where there is no such variable
	unit   *unit
	inst   *instance
	blocks map[string]*block // the blocks in force, a child's before its parent's
	vars   *array            // variables given on top of outer
	outer  *frame            // where names that the unit does not mention are found
	with   bool              // vars stand before what outer has, as those of the tag with do
}

func (c *frame) fail(at pos, kind template.Kind, message string) {
	panic(c.unit.fault(at, kind, message))
}

// maxMessage is how long a message may be, which may quote what a template is made of.
const maxMessage = 1 << 16

func (u *unit) fault(at pos, kind template.Kind, message string) *template.Error {
	if len(message) > maxMessage {
		message = strings.ToValidUTF8(message[:maxMessage], "") + "…"
	}
	return &template.Error{Kind: kind, Message: message, Name: u.name, Line: int(at.line), Column: column(u.source, at.off)}
}

// take returns n values of working space, to be given back with release in reverse order.
func (r *run) take(n int) []Value {
	if len(r.stack)+n > cap(r.stack) {
		r.grow(n * valueSize)
		return make([]Value, n)
	}
	top := len(r.stack)
	r.stack = r.stack[:top+n]
	r.highest = max(r.highest, top+n)
	s := r.stack[top : top+n : top+n]
	clear(s)
	return s
}

// copied is take with a copy of the variables in it.
func (r *run) copied(slots []Value) []Value {
	r.step(len(slots) / namesPerStep)
	s := r.take(len(slots))
	copy(s, slots)
	return s
}

// newFrame prepares the variables of unit u: those of vars, then what outer sees, then the globals.
func (r *run) newFrame(inst *instance, vars *array, outer *frame, blocks map[string]*block) frame {
	u := inst.unit
	r.step(len(u.names) / namesPerStep)
	c := frame{unit: u, inst: inst, blocks: blocks, vars: vars, outer: outer, slots: r.take(len(u.names))}
	for i, name := range u.names {
		c.slots[i] = r.inherited(&c, name)
	}
	return c
}

func (r *run) inherited(c *frame, name string) Value {
	if c.vars != nil {
		if v, ok := c.vars.get(keyOf(name)); ok {
			return v
		}
	}
	if c.outer != nil {
		return r.lookup(c.outer, name)
	}
	if r.globals != nil {
		if v, ok := r.globals.get(keyOf(name)); ok {
			return v
		}
	}
	return undef
}

// lookup finds a variable by name, kUndefined where there is none.
func (r *run) lookup(c *frame, name string) Value {
	if i, ok := c.unit.slots[name]; ok {
		return r.settle(c.slots[i])
	}
	return r.inherited(c, name)
}

// settle turns the loop variable, which changes, into the array that a template sees.
func (r *run) settle(v Value) Value {
	if v.k == kLoop {
		return v.loop().value(r)
	}
	return v
}

// context is the array _context: the variables given, the globals, then those the template set.
func (r *run) context(c *frame) *array {
	a := newArray(len(c.slots))
	r.fillContext(a, c)
	r.growMap(len(a.vals))
	return a
}

func (r *run) fillContext(a *array, c *frame) {
	if c.outer != nil {
		if c.with {
			a.setAll(c.vars)
		}
		r.fillContext(a, c.outer)
		a.setAll(c.vars)
	} else {
		a.setAll(c.vars)
		if r.globals != nil {
			r.globals.settled()
			for i, v := range r.globals.vals {
				if a.find(r.globals.keyAt(i)) < 0 {
					a.set(r.globals.keyAt(i), v)
				}
			}
		}
	}
	for i, v := range c.slots {
		if v.k != kUndefined {
			a.set(keyOf(c.unit.names[i]), r.settle(v))
		}
	}
}

func (a *array) setAll(from *array) {
	if from == nil {
		return
	}
	from.settled()
	for i, v := range from.vals {
		a.set(from.keyAt(i), v)
	}
}

// mark and release bracket the use of working space.
func (r *run) mark() int { return len(r.stack) }

func (r *run) release(mark int) { r.stack = r.stack[:mark] }

// capture runs the statement and returns what it printed instead of printing it.
func (r *run) capture(n node, c *frame) string {
	start := len(r.out)
	n.exec(r, c)
	r.grow(len(r.out) - start)
	s := string(r.out[start:])
	r.out = r.out[:start]
	return s
}

// textChunk is how many bytes of short texts share one allocation.
const textChunk = 1024

// keep copies b into text that lives as long as it is used. Short texts share chunks, which are only ever appended
// to, so what was handed out never changes.
func (r *run) keep(b []byte) Value {
	if len(b) > textChunk/4 {
		return String(string(b))
	}
	if cap(r.chunk)-len(r.chunk) < len(b) {
		r.chunk = make([]byte, 0, textChunk)
	}
	start := len(r.chunk)
	r.chunk = append(r.chunk, b...)
	return Value{k: kString, p: unsafe.Pointer(unsafe.SliceData(r.chunk[start:])), n: uint64(len(b))}
}

// within runs f in the template u, so that faults are reported there, and comes back.
func (r *run) within(u *unit, f func()) {
	was, at := r.unit, r.pos
	r.unit = u
	f()
	r.unit, r.pos = was, at
}
