package validate

import (
	"context"
	"strings"
)

// pass checks one part of one letter. Its rules see every token once.
type pass struct {
	v     *Validator
	ctx   context.Context
	stage Stage
	part  Part
	given string // the part as given
	twig  bool
	whole *Content // the letter

	// src is what the tokens are read from: the given text, the same with template syntax masked
	// at equal length, or a text decoded out of an attribute. In that last case anchor is where
	// the attribute stands in given; otherwise offsets into src are offsets into given.
	src    string
	anchor *span
	depth  int // of texts decoded out of texts

	comments int // open conditional comments

	template *twigMask   // nil where the part is no template, or has no template syntax
	branches []branchTag // template tags of src, see branch.go

	spare    []attribute // of a scanner at rest
	value    [1]string   // what values returns
	findings []Finding
	counts   map[string]int
	doubts   []doubt
	doubtful bool // findings need the tree's word

	reading

	hooks    *hooks
	nested   bool // in a conditional comment, or in a text within the text
	foreign  bool // src has elements whose content a tree may read otherwise than tokens
	forks    []fork
	noscript int // offset of the end tag that ends the noscript being read where scripts run, or -1
	open     int // open elements, roughly
	tooDeep  bool
}

// fork is a place where a browser, in another mode, would read markup that this pass read past.
type fork struct {
	at       int
	doubtful bool
}

const (
	maxNesting = 4       // texts within texts: srcdoc in srcdoc, literals in literals
	maxTree    = 1 << 20 // bytes of HTML for which a tree is built
	maxOpen    = 512     // open elements, the limit of x/net/html
)

// check runs the rules over the part. The only error is that of the context.
func (p *pass) check() error {
	p.src, p.noscript = p.given, -1
	for _, check := range p.hooks.part {
		check(p)
	}
	p.maskTemplate()
	if err := p.read(); err != nil {
		return err
	}
	if err := p.follow(); err != nil {
		return err
	}
	p.settle()
	if err := p.checkLiterals(); err != nil {
		return err
	}
	return p.ctx.Err()
}

// read applies the rules to the whole of src. The parts that are no HTML are one text, in which a "<"
// need not be markup; active content is looked for all the same, since not every reader knows that.
func (p *pass) read() error {
	all := span{0, len(p.src)}
	if p.part == HTML {
		return p.walk(all)
	}
	p.visible(all)
	if strings.IndexByte(p.src, '<') < 0 {
		return nil
	}
	normal := p.hooks
	p.hooks = p.v.hooks[view{p.stage, p.twig, true}]
	defer func() { p.hooks = normal }()
	return p.walk(all)
}

// walk applies the rules to the tokens of src[at.start:at.end].
func (p *pass) walk(at span) error {
	s := scanner{src: p.src, pos: at.start, end: at.end, all: p.branches != nil}
	if s.tag.attrs, p.spare = p.spare, nil; s.tag.attrs == nil {
		s.tag.attrs = make([]attribute, 0, 8)
	}
	defer func() { p.spare = s.tag.attrs[:0] }()
	for n := 1; ; n++ {
		if n%1024 == 0 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		kind, where := s.next()
		if kind == tokenEOF {
			p.leaveNoscript(kind, where)
			return nil
		}
		if p.noscript >= 0 && where.start >= p.noscript {
			p.leaveNoscript(kind, where)
		}
		p.token(&s, kind, where)
		if !p.nested {
			p.countOpen(kind, &s.tag)
		}
	}
}

// token applies the rules to one token.
func (p *pass) token(s *scanner, kind tokenKind, where span) {
	switch kind {
	case tokenText:
		p.visible(where)
	case tokenRaw:
		p.rawContent(&s.tag, where)
	case tokenStart:
		p.startTag(&s.tag)
	case tokenEnd:
		for _, check := range p.hooks.end {
			check(p, &s.tag, where)
		}
	case tokenComment:
		p.comment(where)
	case tokenDeclaration:
		for _, check := range p.hooks.declaration {
			check(p, where)
		}
	}
}

// startTag applies the rules to a start tag and notes what other modes would read differently.
func (p *pass) startTag(t *tag) {
	for i := range t.attrs {
		a := &t.attrs[i]
		a.kind = kindOfAttribute(a.name)
		a.plain = (a.kind == urlAttribute || a.kind == imageAttribute) && p.template == nil && isPlainLink(p.text(a.value), true)
	}
	checks := p.hooks.tag
	if len(t.attrs) == 0 {
		checks = p.hooks.bare
	}
	for _, check := range checks {
		check(p, t)
	}
	switch t.name {
	case "svg", "math", "frameset", "select":
		p.foreign = true
	case "noscript":
		if p.noscript < 0 && !p.nested {
			p.noscript = endTag(p.src, t.whole.end, "noscript")
		}
	}
}

// leaveNoscript compares how noscript is read with scripts and without: if the end tag that ends
// it where scripts run is no token here, what follows that end tag is read once more.
func (p *pass) leaveNoscript(kind tokenKind, where span) {
	if p.noscript < 0 || p.nested {
		return
	}
	if p.noscript < len(p.src) && (kind != tokenEnd || where.start != p.noscript) {
		p.forks = append(p.forks, fork{at: p.noscript})
	}
	p.noscript = -1
}

// rawContent applies the rules to the content of a raw text element.
func (p *pass) rawContent(t *tag, where span) {
	switch t.name {
	case "style":
		for _, check := range p.hooks.style {
			check(p, where)
		}
	case "script":
		for _, check := range p.hooks.script {
			check(p, t, where)
		}
	case "textarea", "title", "xmp", "plaintext":
		p.inTitle = t.name == "title"
		p.visible(where)
		p.inTitle = false
	}
	if p.foreign && !p.nested {
		p.forks = append(p.forks, fork{at: where.start, doubtful: true})
	}
}

// visible applies the rules to text that a reader sees.
func (p *pass) visible(where span) {
	checks := p.hooks.text
	if isBlank(p.text(where)) {
		checks = p.hooks.blank
	}
	for _, check := range checks {
		check(p, where, p.part == HTML)
	}
}
