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

	// src is what the tokens are read from: the given text, the same with template syntax masked
	// at equal length, or a text decoded out of an attribute. In that last case anchor is where
	// the attribute stands in given; otherwise offsets into src are offsets into given.
	src    string
	anchor *span
	depth  int // of texts decoded out of texts

	branches []branchTag // template tags of src, see branch.go

	findings []Finding
	counts   map[string]int
	doubts   []doubt
	doubtful bool // findings need the tree's word

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
	p.checkBytes()
	p.maskTemplate()
	if p.part == HTML || strings.IndexByte(p.src, '<') >= 0 {
		if err := p.walk(span{0, len(p.src)}); err != nil {
			return err
		}
	} else {
		p.textLinks(span{0, len(p.src)}, false)
	}
	if err := p.follow(); err != nil {
		return err
	}
	p.settle()
	return p.ctx.Err()
}

// walk applies the rules to the tokens of src[at.start:at.end].
func (p *pass) walk(at span) error {
	s := scanner{src: p.src, pos: at.start, end: at.end}
	s.tag.attrs = make([]attribute, 0, 16)
	for n := 1; ; n++ {
		if n%1024 == 0 && p.ctx.Err() != nil {
			return p.ctx.Err()
		}
		kind, where := s.next()
		if kind == tokenEOF {
			p.leaveNoscript(kind, where)
			return nil
		}
		if where.start >= p.noscript {
			p.leaveNoscript(kind, where)
		}
		p.token(&s, kind, where)
	}
}

// token applies the rules to one token.
func (p *pass) token(s *scanner, kind tokenKind, where span) {
	switch kind {
	case tokenText:
		p.textLinks(where, p.part != Text)
	case tokenRaw:
		p.rawContent(&s.tag, where)
	case tokenStart:
		p.startTag(&s.tag)
	case tokenEnd:
		if p.open > 0 && !impliedEnd(s.tag.name) {
			p.open--
		}
	case tokenComment:
		p.comment(where)
	case tokenDeclaration:
		p.declaration(where)
	}
}

// startTag applies the rules to a start tag and notes what other modes would read differently.
func (p *pass) startTag(t *tag) {
	activeElement(p, t)
	activeAttributes(p, t)
	linkAttributes(p, t)
	switch t.name {
	case "svg", "math", "frameset", "select":
		p.foreign = true
	case "noscript":
		if p.noscript < 0 && p.anchor == nil {
			p.noscript = endTag(p.src, t.whole.end, "noscript")
		}
	}
	if !impliedEnd(t.name) {
		if p.open++; p.open > maxOpen && !p.tooDeep {
			p.tooDeep = true
			p.report("content.too-deep", t.whole, "")
		}
	}
}

// leaveNoscript compares how noscript is read with scripts and without: if the end tag that ends
// it where scripts run is no token here, what follows that end tag is read once more.
func (p *pass) leaveNoscript(kind tokenKind, where span) {
	if p.noscript < 0 {
		return
	}
	if kind != tokenEnd || where.start != p.noscript {
		p.forks = append(p.forks, fork{at: p.noscript})
	}
	p.noscript = -1
}

// rawContent applies the rules to the content of a raw text element.
func (p *pass) rawContent(t *tag, where span) {
	switch t.name {
	case "style":
		p.styleSheet(where)
	case "script":
		p.scriptText(t, where)
	case "textarea", "title":
		p.textLinks(where, true)
	}
	if p.foreign && p.anchor == nil {
		p.forks = append(p.forks, fork{at: where.start, doubtful: true})
	}
}

// comment reads what stands in a conditional comment, which Outlook and old Internet Explorer show.
func (p *pass) comment(where span) {
	text := p.src[where.start:where.end]
	inner := strings.TrimLeft(strings.TrimPrefix(text, "<!--"), " \t\r\n")
	if !strings.HasPrefix(inner, "[if") && !strings.HasPrefix(inner, "[IF") && !strings.HasPrefix(inner, "[If") {
		return
	}
	open := strings.Index(text, "]>")
	if open < 0 {
		return
	}
	end := strings.LastIndex(text, "<![")
	if end < open {
		end = len(text)
		if strings.HasSuffix(text, "-->") {
			end -= len("-->")
		}
	}
	if open+2 < end {
		noscript := p.noscript
		p.noscript = -1
		_ = p.walk(span{where.start + open + 2, where.start + end}) // the caller sees ctx's error itself
		p.noscript = noscript
	}
}

// within applies the rules to text decoded out of the construct at: a srcdoc, a literal. Everything
// found there is found at that construct.
func (p *pass) within(at span, text string) {
	if p.depth == maxNesting {
		p.report("content.too-deep", at, "")
		return
	}
	at = p.place(at)
	src, anchor, foreign, branches := p.src, p.anchor, p.foreign, p.branches
	p.src, p.anchor, p.branches = text, &at, nil
	p.depth++
	_ = p.walk(span{0, len(text)}) // the caller sees ctx's error itself
	p.depth--
	p.src, p.anchor, p.foreign, p.branches = src, anchor, foreign, branches
}

// place translates offsets into src to offsets into the part as given.
func (p *pass) place(at span) span {
	if p.anchor != nil {
		return *p.anchor
	}
	return at
}

// impliedEnd reports whether the element called name needs no end tag, so that many open ones say
// nothing about depth.
func impliedEnd(name string) bool {
	switch name {
	case "p", "li", "dd", "dt", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "rt", "rp",
		"colgroup", "col", "img", "br", "hr", "meta", "link", "input", "area", "base", "basefont", "bgsound",
		"embed", "frame", "param", "source", "track", "wbr", "keygen", "image", "html", "head", "body",
		"v:fill", "v:stroke", "v:imagedata", "v:path", "v:textpath", "v:shadow", "w:anchorlock":
		return true
	}
	return false
}
