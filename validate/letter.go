package validate

import (
	"context"
	"sync"
)

// letter is what the rules about a whole letter see: its parts that are not empty, in order.
type letter struct {
	content Content
	hooks   *hooks
	parts   []*pass

	passes [4]pass // of which parts has those over text
}

// read applies the rules to the parts.
func (l *letter) read(ctx context.Context, v *Validator, stage Stage) error {
	c := &l.content
	for i, part := range [...]struct {
		name Part
		text string
	}{{Subject, c.Subject}, {Preheader, c.Preheader}, {HTML, c.HTML}, {Text, c.Text}} {
		if part.text == "" {
			continue
		}
		p := &l.passes[i]
		p.v, p.ctx, p.stage, p.part, p.given, p.twig, p.whole, p.hooks = v, ctx, stage, part.name, part.text, c.Twig, c, l.hooks
		l.parts = append(l.parts, p)
		if err := p.check(); err != nil {
			return err
		}
	}
	return nil
}

// part returns the pass over the part of that name, or nil.
func (l *letter) part(name Part) *pass {
	for _, p := range l.parts {
		if p.part == name {
			return p
		}
	}
	return nil
}

// letters are at rest: the next one uses their memory.
var letters = sync.Pool{New: func() any { return new(letter) }}

// rest keeps the memory for another letter, but nothing of this one.
func (l *letter) rest() {
	for _, p := range l.parts {
		p.rest()
	}
	clear(l.parts)
	l.content, l.hooks, l.parts = Content{}, nil, l.parts[:0]
	letters.Put(l)
}

// rest makes p as good as new. What a hostile letter made large is not kept.
func (p *pass) rest() {
	const most = 256
	fresh := pass{spare: p.spare, findings: p.findings, counts: p.counts}
	fresh.placeholders, fresh.opened.text = p.placeholders, p.opened.text
	*p = pass{}
	if cap(fresh.spare) <= most && cap(fresh.findings) <= most && cap(fresh.placeholders) <= most {
		*p = fresh
		clear(p.spare[:cap(p.spare)])
		clear(p.findings)
		clear(p.counts)
		p.spare, p.findings, p.placeholders, p.opened.text = p.spare[:0], p.findings[:0], p.placeholders[:0], p.opened.text[:0]
	}
}
