package validate

import "slices"

// Rule describes one thing that a Validator looks for.
type Rule struct {
	Name   string
	Doc    string  // what it looks for, in English
	Stages []Stage // nil means all
}

// Rules returns the rules that every Validator applies, in their order. The slice is the caller's.
func Rules() []Rule {
	var list []Rule
	for _, r := range rules() {
		list = append(list, r.Rule)
	}
	return list
}

// rule is a Rule and what it does. All rules see the tokens of one parse; a hook that is nil is not called.
type rule struct {
	Rule

	part        func(*pass)             // once a part, before its tokens
	tag         func(*pass, *tag)       // every start tag
	declaration func(*pass, span)       // every <?…> and <!…>
	text        func(*pass, span, bool) // text a reader sees; whether it has character references
	style       func(*pass, span)       // the content of a style element
	script      func(*pass, *tag, span) // the content of a script element
	literal     func(*pass, literal)    // a string literal of a template
	tree        bool                    // runs where only the tree can tell whether the markup is live
}

// rules are all rules, in the order in which they see a token.
func rules() []rule {
	return []rule{
		{
			Rule: Rule{Name: "size", Doc: "parts too large to be looked into by a tree"},
			part: checkSize,
		},
		{
			Rule: Rule{Name: "bytes", Doc: "invalid UTF-8 and control characters, which clients read differently"},
			part: checkBytes,
		},
		{
			Rule: Rule{Name: "active-element", Doc: "elements that run or embed something"}, tree: true,
			tag: activeElement, declaration: activeDeclaration, script: activeScript,
		},
		{
			Rule: Rule{Name: "active-attribute", Doc: "event handlers, script URLs, srcdoc"}, tree: true,
			tag: activeAttributes, literal: activeLiteral,
		},
		{
			Rule: Rule{Name: "active-style", Doc: "CSS that runs code"}, tree: true,
			tag: activeStyles, style: activeStyleSheet,
		},
		{
			Rule: Rule{Name: "short-link", Doc: "links through a URL shortener, in markup, CSS and running text"},
			tag:  linkAttributes, style: cssLinks, text: textLinks,
		},
		{
			Rule: Rule{Name: "template-output", Doc: "output of a template where HTML escaping does not hold"},
			tag:  dynamicAttributes, style: dynamicStyle, script: dynamicScript,
		},
	}
}

// hooks are the rules of one stage, by what they look at.
type hooks struct {
	part        []func(*pass)
	tag         []func(*pass, *tag)
	declaration []func(*pass, span)
	text        []func(*pass, span, bool)
	style       []func(*pass, span)
	script      []func(*pass, *tag, span)
	literal     []func(*pass, literal)
}

// hooksOf sorts the rules of a stage; with tree set, those alone that run in forks.
func hooksOf(all []rule, stage Stage, tree bool) *hooks {
	h := &hooks{}
	for _, r := range all {
		if r.Stages != nil && !slices.Contains(r.Stages, stage) || tree && !r.tree {
			continue
		}
		if r.part != nil {
			h.part = append(h.part, r.part)
		}
		if r.tag != nil {
			h.tag = append(h.tag, r.tag)
		}
		if r.declaration != nil {
			h.declaration = append(h.declaration, r.declaration)
		}
		if r.text != nil {
			h.text = append(h.text, r.text)
		}
		if r.style != nil {
			h.style = append(h.style, r.style)
		}
		if r.script != nil {
			h.script = append(h.script, r.script)
		}
		if r.literal != nil {
			h.literal = append(h.literal, r.literal)
		}
	}
	return h
}
