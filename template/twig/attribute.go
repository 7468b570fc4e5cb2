package twig

import (
	"strings"
)

type accessKind uint8

const (
	anyAccess    accessKind = iota // a.b
	keyAccess                      // a[b]
	methodAccess                   // a.b()
)

// question is what is asked of an attribute.
type question uint8

const (
	askValue    question = iota
	askIfAny             // the value if there is one that may be read
	askPresence          // only whether there is one
	askOnTheWay          // the value of what another one is asked of
)

// access says how an attribute is read.
type access struct {
	kind   accessKind
	ask    question
	at     pos
	strict bool
}

// attrExpr is a.b, a?.b, a[b], a.(b) or a.b(…).
type attrExpr struct {
	place
	obj      expr
	attr     expr
	name     Value // the attribute where it is constant
	key      key   // the key that a constant attribute is
	constant bool
	kind     accessKind
	args     []expr
	nullSafe bool
	strict   bool
}

func (e *attrExpr) eval(r *run, c *frame) Value {
	if n, ok := e.obj.(*nameExpr); ok && e.constant && e.kind != methodAccess { // the common case, without what read needs
		if obj := c.slots[n.slot]; obj.k == kArray {
			if v, ok := obj.arr().get(e.key); ok {
				return v
			}
		}
	}
	v, _, _ := e.read(r, c, e.strict, askValue)
	return v
}

func (e *attrExpr) probe(r *run, c *frame) (Value, bool) {
	v, ok, _ := e.read(r, c, false, askIfAny)
	return v, ok
}

func (e *attrExpr) exists(r *run, c *frame) bool {
	_, ok, _ := e.read(r, c, false, askPresence)
	return ok
}

// read evaluates the chain. ended reports that a "?." found null, which ends the whole chain with null.
func (e *attrExpr) read(r *run, c *frame, strict bool, ask question) (v Value, ok, ended bool) {
	inner := askOnTheWay
	if ask == askValue {
		inner = askValue
	}
	obj, ended := e.object(r, c, strict, inner)
	if ended || e.nullSafe && obj.isNull() {
		return null, false, true
	}
	if e.constant && e.kind != methodAccess {
		switch obj.k {
		case kArray:
			if v, ok := obj.arr().get(e.key); ok {
				return v, true, false
			}
		case kLoop:
			if v := obj.loop().attr(r, e.key.text()); v.k != kUndefined {
				return v, true, false
			}
			obj = r.settle(obj)
		}
	}
	if obj.k == kLoop {
		obj = r.settle(obj)
	}
	attr := e.name
	if !e.constant {
		if e.kind == keyAccess && ask == askValue && !strict && !(obj.k == kArray && obj.truth()) && r.eng.policy == nil {
			return null, false, false // Twig does not evaluate the key then
		}
		attr = e.attr.eval(r, c)
		r.read(attr)
		if e.kind == keyAccess && ask == askValue && !strict && (attr.k == kArray || attr.k > kArray) && r.eng.policy == nil {
			r.pos = e.obj.where()
			throwPHP("Illegal offset type")
		}
	}
	mark := r.mark()
	args := r.evalArgs(c, e.args)
	if ask == askOnTheWay {
		ask = askValue
	}
	v, ok = r.attribute(c, access{kind: e.kind, ask: ask, at: e.obj.where(), strict: strict}, obj, attr, args)
	r.release(mark)
	return v, ok, false
}

// object evaluates what the attribute is read from; the loop variable is not turned into an array for it.
func (e *attrExpr) object(r *run, c *frame, strict bool, ask question) (Value, bool) {
	switch obj := e.obj.(type) {
	case *attrExpr:
		v, _, ended := obj.read(r, c, strict, ask)
		return v, ended
	case *nameExpr:
		v := c.slots[obj.slot]
		if v.k == kUndefined && strict {
			return obj.eval(r, c), false
		}
		return v, false
	}
	return e.obj.eval(r, c), false
}

func (r *run) evalArgs(c *frame, args []expr) []Value {
	if len(args) == 0 {
		return nil
	}
	out := r.take(len(args))[:0]
	for _, a := range args {
		v := a.eval(r, c)
		if s, ok := a.(*spreadExpr); ok {
			r.pos = s.at
			if v.k != kArray {
				throwPHP("Only arrays and Traversables can be unpacked")
			}
			r.growArray(v.arr().len())
			out = append(out, v.arr().settled().vals...)
			continue
		}
		out = append(out, v)
	}
	return out
}

// arrayKey is the key that value v is to an array.
func (r *run) arrayKey(v Value) key {
	switch v.k {
	case kInt, kBool:
		return intKey(v.int())
	case kFloat:
		return intKey(floatToInt(v.float()))
	}
	return keyOf(r.str(v))
}

// attribute is the one way in which templates reach into values.
func (r *run) attribute(c *frame, a access, obj, attr Value, args []Value) (Value, bool) {
	r.pos = a.at
	if a.kind != methodAccess {
		if obj.k == kArray {
			if v, ok := obj.arr().get(r.arrayKey(attr)); ok {
				return v, true
			}
		}
		if a.kind == keyAccess || !obj.isObject() {
			if a.strict {
				c.fail(a.at, runtimeKind, r.noKey(a.kind, obj, attr))
			}
			return null, false
		}
	}
	name := r.str(attr)
	if !obj.isObject() {
		if a.strict {
			c.fail(a.at, runtimeKind, r.noMethod(obj, name))
		}
		return null, false
	}
	return r.member(c, a, obj, name, args)
}

func (r *run) noKey(kind accessKind, obj, attr Value) string {
	name := r.str(attr)
	what := "an attribute"
	if kind == keyAccess {
		what = "a key"
	}
	switch {
	case obj.k == kArray && obj.arr().len() == 0:
		return `Key "` + r.arrayKey(attr).text() + `" does not exist as the sequence/mapping is empty.`
	case obj.k == kArray:
		return `Key "` + r.arrayKey(attr).text() + `" for sequence/mapping with keys "` + keyList(obj.arr()) + `" does not exist.`
	case obj.isNull():
		return "Impossible to access " + what + ` ("` + name + `") on a null variable.`
	case obj.isObject():
		return `Impossible to access a key "` + name + `" on an object of class "` + obj.typeName() + `" that does not implement ArrayAccess interface.`
	}
	return "Impossible to access " + what + ` ("` + name + `") on a ` + obj.typeName() + ` variable ("` + obj.String() + `").`
}

// keyList lists the keys of an array for a message, the first hundred of them.
func keyList(a *array) string {
	a.settled()
	var b strings.Builder
	for i := range min(len(a.vals), 100) {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(a.keyAt(i).text())
	}
	return b.String()
}

func (r *run) noMethod(obj Value, name string) string {
	switch {
	case obj.isNull():
		return `Impossible to invoke a method ("` + name + `") on a null variable.`
	case obj.k == kArray:
		return `Impossible to invoke a method ("` + name + `") on a sequence/mapping.`
	}
	return `Impossible to invoke a method ("` + name + `") on a ` + obj.typeName() + ` variable ("` + obj.String() + `").`
}

// member reads a property of a date or an interval, or calls one of their few methods.
func (r *run) member(c *frame, a access, obj Value, name string, args []Value) (Value, bool) {
	sandboxed := r.isSandboxed()
	readable := a.kind != methodAccess && (!sandboxed || r.eng.policy.allowsProperty(obj.typeName(), name))
	if v, ok := property(obj, name); ok && readable {
		return v, true
	}
	m := methodOf(obj, name)
	callable := m != nil && (!sandboxed || r.eng.policy.allowsMethod(obj.typeName(), m.name))
	switch {
	case callable && a.ask == askPresence:
		return null, true
	case callable:
		return m.call(r, obj, args), true
	case a.ask != askValue:
		return null, false
	case sandboxed && a.kind != methodAccess:
		c.fail(a.at, securityKind, `Calling "`+name+`" property on a "`+obj.typeName()+`" object is not allowed.`)
	case m != nil:
		c.fail(a.at, securityKind, `Calling "`+strings.ToLower(m.name)+`" method on a "`+obj.typeName()+`" object is not allowed.`)
	case a.strict:
		c.fail(a.at, runtimeKind, `Neither the property "`+name+`" nor one of the methods "`+name+`()", "get`+name+`()", "is`+name+`()", "has`+name+`()" or "__call()" exist and have public access in class "`+obj.typeName()+`".`)
	}
	return null, false
}

// method is a method of a date or an interval that templates may call.
type method struct {
	name string
	call func(r *run, obj Value, args []Value) Value
}

func methodOf(obj Value, name string) *method {
	lower := strings.ToLower(name)
	for i := range dateMethods {
		m := &dateMethods[i]
		full := strings.ToLower(m.name)
		if obj.k == kDate && (full == lower || full == "get"+lower) {
			return m
		}
	}
	if lower == "format" && obj.k == kInterval {
		return &intervalFormat
	}
	if lower == "count" && obj.k == kMarkup {
		return &markupCount
	}
	return nil
}
