package twig

import (
	"strings"

	"github.com/crmmail/crmmail/template"
)

const (
	syntaxKind  = template.KindSyntax
	runtimeKind = template.KindRuntime
)

type constExpr struct {
	place
	v Value
}

func (e *constExpr) eval(*run, *frame) Value          { return e.v }
func (e *constExpr) probe(*run, *frame) (Value, bool) { return e.v, true }

// nameExpr is a variable.
type nameExpr struct {
	place
	name   string
	slot   int
	strict bool
	loop   bool // it is called "loop"
}

func (e *nameExpr) eval(r *run, c *frame) Value {
	v := c.slots[e.slot]
	if v.k == kUndefined {
		if e.strict {
			c.fail(e.at, runtimeKind, `Variable "`+e.name+`" does not exist.`)
		}
		return null
	}
	if e.loop {
		return r.settle(v)
	}
	return v
}

func (e *nameExpr) probe(r *run, c *frame) (Value, bool) {
	v := c.slots[e.slot]
	if v.k == kUndefined {
		return null, false
	}
	return r.settle(v), true
}

// specialExpr is _self, _context or _charset.
type specialExpr struct {
	place
	name string
}

func (e *specialExpr) eval(r *run, c *frame) Value {
	switch e.name {
	case "_self":
		return String(c.unit.name)
	case "_charset":
		return String("UTF-8")
	}
	return arrayValue(r.context(c))
}

func (e *specialExpr) probe(r *run, c *frame) (Value, bool) { return e.eval(r, c), true }

type unaryExpr struct {
	place
	op      byte
	e       expr
	grouped bool // it stands in parentheses
}

func (e *unaryExpr) eval(r *run, c *frame) Value {
	v := e.e.eval(r, c)
	switch e.op {
	case '!':
		return Bool(!v.truth())
	case '-':
		r.pos = e.at
		return negate(v)
	}
	r.pos = e.at
	return mul(v, Int(1))
}

// binaryExpr is an operator whose two operands are always evaluated.
type binaryExpr struct {
	place
	op   binaryOp
	l, r expr
}

type binaryOp uint8

const (
	opAdd binaryOp = iota
	opSub
	opMul
	opDiv
	opFloorDiv
	opMod
	opPow
	opEqual
	opNotEqual
	opLess
	opLessEqual
	opGreater
	opGreaterEqual
	opSpaceship
	opIdentical
	opNotIdentical
	opIn
	opNotIn
	opStarts
	opEnds
	opBitAnd
	opBitOr
	opBitXor
	opXor
	opRange
	opHasSome
	opHasEvery
)

func (e *binaryExpr) eval(r *run, c *frame) Value {
	a := e.l.eval(r, c)
	if a.k != kString && (e.op == opStarts || e.op == opEnds) {
		return vNo
	}
	b := e.r.eval(r, c)
	r.pos = e.at
	r.read(a)
	r.read(b)
	switch e.op {
	case opAdd:
		if a.k == kArray {
			r.growMap(a.Len() + b.Len())
		}
		return add(a, b)
	case opSub:
		return sub(a, b)
	case opMul:
		return mul(a, b)
	case opDiv:
		return div(a, b)
	case opFloorDiv:
		return floorDiv(a, b)
	case opMod:
		return mod(a, b)
	case opPow:
		return pow(a, b)
	case opEqual:
		return Bool(looseEqual(r, a, b))
	case opNotEqual:
		return Bool(!looseEqual(r, a, b))
	case opLess:
		return Bool(looseCompare(r, a, b) < 0)
	case opLessEqual:
		return Bool(looseCompare(r, a, b) <= 0)
	case opGreater:
		return Bool(looseCompare(r, b, a) < 0)
	case opGreaterEqual:
		return Bool(looseCompare(r, b, a) <= 0)
	}
	return e.lessCommon(r, a, b)
}

func (e *binaryExpr) lessCommon(r *run, a, b Value) Value {
	switch e.op {
	case opSpaceship:
		return Int(int64(looseCompare(r, a, b)))
	case opIdentical:
		return Bool(identical(r, a, b))
	case opNotIdentical:
		return Bool(!identical(r, a, b))
	case opIn:
		return Bool(contains(r, a, b))
	case opNotIn:
		return Bool(!contains(r, a, b))
	case opStarts:
		return Bool(b.k == kString && strings.HasPrefix(a.str(), b.str()))
	case opEnds:
		return Bool(b.k == kString && strings.HasSuffix(a.str(), b.str()))
	case opBitAnd:
		return bitwise("&", a, b)
	case opBitOr:
		return bitwise("|", a, b)
	case opBitXor:
		return bitwise("^", a, b)
	case opXor:
		return Bool(a.truth() != b.truth())
	case opHasSome:
		return hasSome(r, a, b)
	case opHasEvery:
		return hasEvery(r, a, b)
	}
	return makeRange(r, a, b, Int(1))
}

type andExpr struct {
	place
	l, r expr
	or   bool
}

func (e *andExpr) eval(r *run, c *frame) Value {
	if e.l.eval(r, c).truth() == e.or {
		return Bool(e.or)
	}
	return Bool(e.r.eval(r, c).truth())
}

// appendText appends the text of v to the output.
func (r *run) appendText(v Value) {
	var ok bool
	if r.out, ok = v.appendText(r.out); !ok {
		r.noText(v)
	}
}

// condExpr is "? :".
type condExpr struct {
	place
	test, yes, no expr
}

func (e *condExpr) eval(r *run, c *frame) Value {
	if e.test.eval(r, c).truth() {
		return e.yes.eval(r, c)
	}
	return e.no.eval(r, c)
}

// elvisExpr is "?:".
type elvisExpr struct {
	place
	l, r expr
}

func (e *elvisExpr) eval(r *run, c *frame) Value {
	if v := e.l.eval(r, c); v.truth() {
		return v
	}
	return e.r.eval(r, c)
}

// coalesceExpr is "??".
type coalesceExpr struct {
	place
	l prober
	r expr
}

func (e *coalesceExpr) eval(r *run, c *frame) Value {
	if v, ok := e.l.probe(r, c); ok && !v.isNull() {
		return v
	}
	return e.r.eval(r, c)
}
