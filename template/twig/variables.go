package twig

// Variable is a variable that a template reads, and where it does so first. Line and Column count from 1, Column in
// runes.
type Variable struct {
	Name         string
	Line, Column int
}

// Variables are the variables that the template expects to be given: those it reads and never sets itself, in the
// order of their first use. Templates that it includes are not looked into.
func (t *Template) Variables() []Variable {
	var out []Variable
	for _, v := range t.unit.reads {
		if !t.unit.owned[v.name] {
			out = append(out, Variable{v.name, int(v.at.line), column(t.unit.source, v.at.off)})
		}
	}
	return out
}

// nameRead is a variable and where it is read.
type nameRead struct {
	name string
	at   pos
}

// read notes that the variable t is read; the first place of each counts.
func (u *unit) read(t token) {
	if u.seen[t.text] || t.text == "loop" {
		return
	}
	if u.seen == nil {
		u.seen = map[string]bool{}
	}
	u.seen[t.text] = true
	u.reads = append(u.reads, nameRead{t.text, t.pos})
}

// unread takes back the note on a name that turned out to be that of a function or of an argument.
func (u *unit) unread(e *nameExpr) {
	last := len(u.reads) - 1
	if last < 0 || u.reads[last].name != e.name || u.reads[last].at != e.at {
		return
	}
	u.reads = u.reads[:last]
	delete(u.seen, e.name)
}

// own notes that the template sets a variable.
func (u *unit) own(name string) {
	if u.owned == nil {
		u.owned = map[string]bool{}
	}
	u.owned[name] = true
}
