package pcre

import (
	"unicode"
	"unicode/utf8"
)

// matcher runs a program over a text with a stack of the choices to come back to.
type matcher struct {
	re    *Regexp
	text  string
	slots []int
	stack []choice
	spend func(n int) bool
	spent int
	over  bool
}

// choice is an alternative to come back to, or, with pc -1, a slot to restore.
type choice struct{ pc, pos, slot int }

// spendEvery is how many instructions are reported at once, maxStack how many choices may wait.
const (
	spendEvery = 64
	maxStack   = 1 << 20
)

// Match reports whether text contains a match. spend is told of the work as it goes on and stops it by returning
// false; then the error is ErrBudget.
func (re *Regexp) Match(text string, spend func(steps int) bool) (bool, error) {
	m := &matcher{re: re, text: text, slots: make([]int, re.slots), spend: spend}
	for pos := 0; pos <= len(text); pos = m.after(pos) {
		for i := range m.slots {
			m.slots[i] = -1
		}
		m.spent += len(m.slots) / 8
		m.stack = m.stack[:0]
		if _, ok := m.run(0, pos, -1); ok {
			return true, nil
		}
		if m.over {
			return false, ErrBudget
		}
		if re.anchored {
			break
		}
	}
	return false, nil
}

// after is the position of the next character.
func (m *matcher) after(pos int) int {
	_, n := m.at(pos)
	return pos + max(n, 1)
}

// at decodes the character at pos, of size 0 at the end.
func (m *matcher) at(pos int) (rune, int) {
	if pos >= len(m.text) {
		return -1, 0
	}
	c := m.text[pos]
	if c < utf8.RuneSelf || !m.re.utf {
		return rune(c), 1
	}
	return utf8.DecodeRuneInString(m.text[pos:])
}

// before decodes the character that ends at pos.
func (m *matcher) before(pos int) rune {
	if pos <= 0 {
		return -1
	}
	if !m.re.utf {
		return rune(m.text[pos-1])
	}
	r, _ := utf8.DecodeLastRuneInString(m.text[:pos])
	return r
}

// run executes from pc at pos until a match that ends at want, or anywhere where want is -1.
func (m *matcher) run(pc, pos, want int) (int, bool) {
	base := len(m.stack)
	for {
		in := &m.re.prog[pc]
		if m.spent += in.cost(); m.spent >= spendEvery && !m.pay() {
			return 0, false
		}
		next, ok := m.step(in, pc, pos)
		if in.op == opMatch {
			if ok = want < 0 || pos == want; ok {
				return pos, true
			}
		}
		if m.over {
			return 0, false
		}
		if ok {
			pc, pos = next.pc, next.pos
			continue
		}
		if pc, pos, ok = m.back(base); !ok {
			return 0, false
		}
	}
}

// pay reports the work that was done and whether there may be more of it.
func (m *matcher) pay() bool {
	m.over = !m.spend(m.spent/spendEvery) || len(m.stack) > maxStack
	m.spent %= spendEvery
	return !m.over
}

// cost is how much work an instruction is: one, and more for a class with many ranges.
func (in *inst) cost() int {
	if in.cls == nil {
		return 1
	}
	return 1 + (len(in.cls.ranges)+8*len(in.cls.preds))/16
}

// back pops the stack to the last alternative above base.
func (m *matcher) back(base int) (pc, pos int, ok bool) {
	for len(m.stack) > base {
		c := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		if c.pc >= 0 {
			return c.pc, c.pos, true
		}
		m.slots[c.slot] = c.pos
	}
	return 0, 0, false
}

// step executes one instruction.
func (m *matcher) step(in *inst, pc, pos int) (choice, bool) {
	on := func(n int) (choice, bool) { return choice{pc: pc + 1, pos: pos + n}, true }
	switch in.op {
	case opChar, opAny, opAnyNL, opClass:
		r, n := m.at(pos)
		if n == 0 || !in.takes(r) {
			return choice{}, false
		}
		return on(n)
	case opSplit:
		m.stack = append(m.stack, choice{pc: in.y, pos: pos})
		return choice{pc: in.x, pos: pos}, true
	case opJump:
		return choice{pc: in.x, pos: pos}, true
	case opSave:
		m.set(in.x, pos)
		return on(0)
	case opLoop:
		if m.slots[in.y] == pos {
			return choice{pc: in.x, pos: pos}, true
		}
		return on(0)
	case opBack:
		n, ok := m.again(in, pos)
		if !ok {
			return choice{}, false
		}
		return on(n)
	case opLook:
		if m.look(pc+1, pos, in.y&2 != 0) == (in.y&1 != 0) {
			return choice{}, false
		}
		return choice{pc: in.x, pos: pos}, true
	case opAtomic:
		end, ok := m.alone(pc+1, pos, -1)
		return choice{pc: in.x, pos: end}, ok
	}
	if !m.holds(in.op, pos) {
		return choice{}, false
	}
	return on(0)
}

func (in *inst) takes(r rune) bool {
	switch in.op {
	case opAny:
		return r != '\n'
	case opAnyNL:
		return true
	case opClass:
		return in.cls.has(r)
	}
	return r == in.r || in.fold && equalFold(r, in.r)
}

func fold(r rune) rune { return unicode.SimpleFold(r) }

func equalFold(a, b rune) bool {
	for f := fold(a); f != a; f = fold(f) {
		if f == b {
			return true
		}
	}
	return false
}

// set changes a slot so that going back undoes it.
func (m *matcher) set(slot, pos int) {
	m.stack = append(m.stack, choice{pc: -1, slot: slot, pos: m.slots[slot]})
	m.slots[slot] = pos
}

// alone runs a part of the program and drops the ways back into it; what it captured stays.
func (m *matcher) alone(pc, pos, want int) (int, bool) {
	base := len(m.stack)
	end, ok := m.run(pc, pos, want)
	if !ok {
		return 0, false
	}
	kept := m.stack[:base]
	for _, c := range m.stack[base:] {
		if c.pc < 0 {
			kept = append(kept, c)
		}
	}
	m.stack = kept
	return end, true
}

// look reports whether an assertion's pattern matches ahead of pos, or behind it.
func (m *matcher) look(pc, pos int, behind bool) bool {
	if !behind {
		_, ok := m.alone(pc, pos, -1)
		return ok
	}
	for start := pos; start >= 0; start-- {
		if m.re.utf && start < len(m.text) && !utf8.RuneStart(m.text[start]) {
			continue
		}
		if _, ok := m.alone(pc, start, pos); ok {
			return true
		}
		if m.over {
			return false
		}
	}
	return false
}

// again measures the text of a group at pos.
func (m *matcher) again(in *inst, pos int) (int, bool) {
	from, to := m.slots[2*in.x], m.slots[2*in.x+1]
	if from < 0 || to < from {
		return 0, false
	}
	start := pos
	for from < to {
		a, n := m.at(from)
		b, k := m.at(pos)
		if k == 0 || a != b && !(in.fold && equalFold(a, b)) {
			return 0, false
		}
		from, pos = from+n, pos+k
	}
	m.spent += (pos - start) / spendEvery
	return pos - start, true
}

// holds reports whether an assertion without a width is true at pos.
func (m *matcher) holds(o op, pos int) bool {
	switch o {
	case opBegin:
		return pos == 0
	case opEnd:
		return pos == len(m.text)
	case opEndLine:
		return pos == len(m.text) || pos == len(m.text)-1 && m.text[pos] == '\n'
	case opLineStart:
		return pos == 0 || m.text[pos-1] == '\n' && pos < len(m.text)
	case opLineEnd:
		return pos == len(m.text) || m.text[pos] == '\n'
	case opWord, opNotWord:
		r, _ := m.at(pos)
		return (isWord(m.before(pos), m.re.utf) != isWord(r, m.re.utf)) == (o == opWord)
	}
	return false
}

func isWord(r rune, utf bool) bool {
	if r < utf8.RuneSelf || !utf {
		return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r)
}
