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
	template := p.template
	if template == nil {
		return nil
	}
	p.template, p.branches, p.nested = nil, nil, true // a literal is no template
	for i, l := range template.literals {
		if i%256 == 255 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		for _, check := range p.hooks.literal {
			check(p, l)
		}
		switch markup := bytes.IndexByte(l.text, '<') >= 0; {
		case !markup && !l.startsHost(): // the path or the query of an address in the markup
		case !l.same:
			p.within(l.at, string(l.text))
		case markup:
			p.readLiteral(l, p.nest)
		default:
			p.readLiteral(l, p.visible)
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
