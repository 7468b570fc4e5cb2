package twig

import "github.com/crmmail/crmmail/template"

// useKind says what a template uses.
type useKind uint8

const (
	usedTag useKind = iota
	usedFilter
	usedFunction
	usedTest
)

type use struct {
	kind useKind
	name string
	at   pos
}

// uses are the tags, filters and functions of a template, each where it is first used.
type uses []use

func (p *parser) use(kind useKind, name string, at pos) {
	if kind == usedTest {
		if p.check != nil {
			p.check.tested(name, at)
		}
		return
	}
	for _, u := range p.unit.uses {
		if u.kind == kind && u.name == name {
			return
		}
	}
	p.unit.uses = append(p.unit.uses, use{kind, name, at})
}

func notAllowed(u use) string {
	return [...]string{"Tag", "Filter", "Function"}[u.kind] + ` "` + u.name + `" is not allowed.`
}

// violation is the first use that the policy does not allow: tags before filters before functions; nil where it allows all.
func (u uses) violation(eng *Engine, in *unit) *template.Error {
	if eng.policy == nil {
		return nil
	}
	for kind := usedTag; kind <= usedFunction; kind++ {
		for _, x := range u {
			if x.kind == kind && !eng.policy.allows(kind, x.name) {
				return in.fault(x.at, template.KindSecurity, notAllowed(x))
			}
		}
	}
	return nil
}
