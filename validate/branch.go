package validate

// branchTag is a template tag of the masked source.
type branchTag struct {
	at   span
	name string
}

// values returns the values that the attribute value at the given offsets can have: one, unless
// template tags inside it choose between several.
func (p *pass) values(at span) []string {
	return []string{p.text(at)}
}
