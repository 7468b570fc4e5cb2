package validate

import "slices"

// rule is one thing to look for. All rules see the tokens of one parse; a hook that is nil is not called.
type rule struct {
	name   string
	doc    string  // what it looks for, for people
	stages []Stage // nil means all

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
			name: "size", doc: "parts too large to be looked into by a tree",
			part: checkSize,
		},
		{
			name: "bytes", doc: "invalid UTF-8 and control characters, which clients read differently",
			part: checkBytes,
		},
		{
			name: "active-element", doc: "elements that run or embed something", tree: true,
			tag: activeElement, declaration: activeDeclaration, script: activeScript,
		},
		{
			name: "active-attribute", doc: "event handlers, script URLs, srcdoc", tree: true,
			tag: activeAttributes, literal: activeLiteral,
		},
		{
			name: "active-style", doc: "CSS that runs code", tree: true,
			tag: activeStyles, style: activeStyleSheet,
		},
		{
			name: "short-link", doc: "links through a URL shortener, in markup, CSS and running text",
			tag: linkAttributes, style: cssLinks, text: textLinks,
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
		if r.stages != nil && !slices.Contains(r.stages, stage) || tree && !r.tree {
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
