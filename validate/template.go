package validate

import "bytes"

// maskTemplate replaces template syntax in src by neutral text of equal length.
func (p *pass) maskTemplate() {
	if !p.twig {
		return
	}
	if p.template = maskTwig(p.src); p.template != nil {
		p.src, p.branches = string(p.template.out), p.template.tags
	}
}

// checkLiterals applies the rules to the string literals of a template: what they hold may be
// printed, whatever the branch.
func (p *pass) checkLiterals() error {
	if p.template == nil {
		return nil
	}
	p.nested = true
	p.branches = nil
	for i, l := range p.template.literals {
		if i%256 == 255 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		for _, check := range p.hooks.literal {
			check(p, l)
		}
		switch {
		case !l.same:
			p.within(l.at, string(l.text))
		case bytes.IndexByte(l.text, '<') < 0:
			p.readLiteral(l, p.visible)
		default:
			p.readLiteral(l, p.nest)
		}
	}
	return nil
}

// readLiteral reads a literal that stands in the source as it is.
func (p *pass) readLiteral(l literal, read func(span)) {
	masked := p.src
	p.src = p.given
	read(l.at)
	p.src = masked
}
