package twig

import (
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig/internal/pcre"
)

// matchExpr is the operator matches; a constant pattern is compiled with the template.
type matchExpr struct {
	place
	l, r expr
	re   *pcre.Regexp
}

func (p *parser) matches(l expr, t token, r expr) expr {
	e := &matchExpr{place: place{t.pos}, l: l, r: r}
	if c, ok := r.(*constExpr); ok {
		pattern := c.v.String()
		if len(pattern) > maxPattern {
			p.abort(t.pos, template.KindLimit, `The pattern passed to "matches" is longer than allowed.`)
		}
		re, err := pcre.Compile(pattern)
		if err != nil {
			p.fail(t.pos, `Regexp "`+pattern+`" passed to "matches" is not valid: `+err.Error()+".")
		}
		e.re = re
	}
	return e
}

// maxPattern is the length of a pattern, patternStep how many bytes of it one step compiles, and
// maxMatch how much work one match may be, in the matcher's units.
const (
	maxPattern  = 4000
	patternStep = 4
	maxMatch    = 20_000
)

func (e *matchExpr) eval(r *run, c *frame) Value {
	re, pattern := e.re, ""
	if re == nil {
		re, pattern = e.compile(r, c)
	}
	v := e.l.eval(r, c)
	r.pos = e.at
	s := r.textArg(v, `Twig\Extension\CoreExtension::matches(): Argument #2 ($str)`)
	left := maxMatch
	found, err := re.Match(s, func(n int) bool {
		r.step(n)
		left -= n
		return left >= 0
	})
	if err != nil {
		if k, ok := e.r.(*constExpr); ok {
			pattern = k.v.String()
		}
		throw(`Regexp "` + pattern + `" passed to "matches" failed: ` + err.Error() + ".")
	}
	if found {
		return Int(1)
	}
	return Int(0)
}

func (e *matchExpr) compile(r *run, c *frame) (*pcre.Regexp, string) {
	v := e.r.eval(r, c)
	r.pos = e.at
	pattern := r.textArg(v, `Twig\Extension\CoreExtension::matches(): Argument #1 ($regexp)`)
	r.step(100 + len(pattern)/patternStep)
	if len(pattern) > maxPattern {
		r.limit(`The pattern passed to "matches" is longer than allowed.`, nil)
	}
	re, err := pcre.Compile(pattern)
	if err != nil {
		throw(`Regexp "` + pattern + `" passed to "matches" is not valid: ` + err.Error())
	}
	return re, pattern
}
