package twig

import "github.com/crmmail/crmmail/template"

// checkEvery is how many steps pass between two looks at the deadline.
const checkEvery = 512

// step counts n steps of work and panics when they are used up or the context has ended.
func (r *run) step(n int) {
	if r == nil {
		return
	}
	r.steps -= int64(n)
	if r.steps < r.checkAt {
		r.check()
	}
}

func (r *run) check() {
	r.checkAt = max(r.steps-checkEvery, 0)
	if r.steps < 0 {
		r.limit("The template takes more steps than allowed.", nil)
	}
	if err := r.ctx.Err(); err != nil {
		r.limit("The rendering was stopped: "+err.Error()+".", err)
	}
	r.checkOutput()
}

func (r *run) limit(message string, err error) {
	e := r.unit.fault(r.pos, template.KindLimit, message)
	e.Err = err
	panic(e)
}

func (r *run) checkOutput() {
	if len(r.out) > r.eng.limits.OutputBytes {
		r.tooLong()
	}
}

func (r *run) tooLong() { r.limit("The template prints more than allowed.", nil) }

// grow counts n bytes of values that are about to be built.
func (r *run) grow(n int) {
	if r == nil {
		return
	}
	if r.bytes -= int64(n); r.bytes < 0 || n < 0 {
		r.limit("The template uses more memory than allowed.", nil)
	}
}

// growText counts n bytes of a text that is length bytes long with them. What is too long to be printed is not built.
func (r *run) growText(n, length int) {
	r.grow(n)
	if length > r.eng.limits.OutputBytes {
		r.tooLong()
	}
}

// What values take, about: an element of a list, one that has a key of its own in a small array and in one with an
// index, and an array itself.
const (
	valueSize   = 32
	keyedSize   = 64
	indexedSize = 160
	arraySize   = 96
)

// growArray counts a list of n elements.
func (r *run) growArray(n int) {
	r.step(n)
	r.grow(arraySize + n*valueSize)
}

// growMap counts an array of n elements with keys of their own.
func (r *run) growMap(n int) {
	r.step(n)
	if n < indexFrom {
		r.grow(arraySize + n*keyedSize)
	} else {
		r.grow(arraySize + n*indexedSize)
	}
}

// growLike counts an array of n elements with keys as a has them.
func (r *run) growLike(a *array, n int) {
	if a.keys == nil {
		r.growArray(n)
	} else {
		r.growMap(n)
	}
}

func (r *run) enter() {
	r.step(1)
	if r.depth++; r.depth > r.eng.limits.Depth {
		r.limit("Templates, blocks and macros are nested deeper than allowed.", nil)
	}
}

func (r *run) leave() { r.depth-- }

// namesPerStep is how many variables are looked up, or copied, for one step.
const namesPerStep = 8

// textPerStep is how many bytes of text an operation works on for one step.
const textPerStep = 64

// read counts the work of an operation on v.
func (r *run) read(v Value) {
	if v.isText() && v.n > textPerStep {
		r.step(int(v.n / textPerStep))
	}
}
