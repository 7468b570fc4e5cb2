package validate

import "slices"

// Rule describes one thing that a Validator looks for.
type Rule struct {
	Name   string
	Doc    string   // what it looks for, in English
	Codes  []string // the codes of its findings, each of which [Options] can switch off or rank
	Stages []Stage  // nil means all
	// Rendered rules look at renderings alone: the source of a template does not tell.
	Rendered bool
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
	attributes  bool                    // tag sees only those that have attributes
	end         func(*pass, *tag, span) // every end tag
	declaration func(*pass, span)       // every <?…> and <!…>
	text        func(*pass, span, bool) // text a reader sees; whether it has character references
	blanks      bool                    // text sees white space, too, as between two tags
	style       func(*pass, span)       // the content of a style element
	script      func(*pass, *tag, span) // the content of a script element
	literal     func(*pass, literal)    // a string literal of a template
	letter      func(*letter)           // once a letter, after its parts
	tree        bool                    // runs where only the tree can tell whether the markup is live
}

// rules are all rules, in the order in which they see a token.
func rules() []rule {
	return append(mandatory(), advice()...)
}

// mandatory are the rules about what gets mailings blocked or filtered.
func mandatory() []rule {
	return []rule{
		{
			Rule: Rule{Name: "size", Doc: "parts too large or too deep to be looked into by a tree",
				Codes: []string{"content.too-large", "content.too-deep"}},
			part: checkSize,
		},
		{
			Rule: Rule{Name: "bytes", Doc: "invalid UTF-8 and control characters, which clients read differently",
				Codes: []string{"content.invalid-utf8", "content.control-character"}},
			part: checkBytes,
		},
		{
			Rule: Rule{Name: "active-element", Doc: "elements that run or embed something",
				Codes: []string{"active.script", "active.vbscript", "active.javascript-url", "active.activex", "active.applet", "active.frame",
					"active.iframe", "active.object", "active.svg", "active.meta-refresh", "active.other"}},
			tree: true, tag: activeElement, declaration: activeDeclaration, script: activeScript,
		},
		{
			Rule: Rule{Name: "active-attribute", Doc: "event handlers, script URLs, srcdoc",
				Codes: []string{"active.handler", "active.javascript-url", "active.vbscript", "active.activex", "active.other"}},
			tree: true, tag: activeAttributes, attributes: true, literal: activeLiteral,
		},
		{
			Rule: Rule{Name: "active-style", Doc: "CSS that runs code", Codes: []string{"active.css"}},
			tree: true, tag: activeStyles, attributes: true, style: activeStyleSheet,
		},
		{
			Rule: Rule{Name: "short-link", Doc: "links through a URL shortener, in markup, CSS and running text",
				Codes: []string{"link.short", "link.branded"}},
			tag: linkAttributes, attributes: true, style: cssLinks, text: textLinks,
		},
		{
			Rule: Rule{Name: "template-output", Doc: "output of a template where HTML escaping does not hold",
				Codes: []string{"template.output-in-script", "template.output-in-style", "template.unquoted-output"}},
			tag: dynamicAttributes, attributes: true, style: dynamicStyle, script: dynamicScript,
		},
	}
}

// hooks are the rules of one stage, by what they look at.
type hooks struct {
	part        []func(*pass)
	tag         []func(*pass, *tag)
	bare        []func(*pass, *tag) // those of tag that see tags without attributes
	end         []func(*pass, *tag, span)
	declaration []func(*pass, span)
	text        []func(*pass, span, bool)
	blank       []func(*pass, span, bool) // those of text that see white space
	style       []func(*pass, span)
	script      []func(*pass, *tag, span)
	literal     []func(*pass, literal)
	letter      []func(*letter)
}

// view is a way to look at a part: what the rules that apply depend on.
type view struct {
	stage Stage
	twig  bool
	tree  bool // in forks, where only the tree can tell whether the markup is live
}

// hooksOf sorts the rules that apply in a view; those whose codes are all switched off do not.
func hooksOf(all []rule, at view, off map[string]bool) *hooks {
	h := &hooks{}
	for _, r := range all {
		if r.Stages != nil && !slices.Contains(r.Stages, at.stage) || at.tree && !r.tree || at.twig && r.Rendered ||
			!slices.ContainsFunc(r.Codes, func(code string) bool { return !off[code] }) {
			continue
		}
		if r.part != nil {
			h.part = append(h.part, r.part)
		}
		if r.tag != nil {
			h.tag = append(h.tag, r.tag)
		}
		if r.tag != nil && !r.attributes {
			h.bare = append(h.bare, r.tag)
		}
		if r.end != nil {
			h.end = append(h.end, r.end)
		}
		if r.letter != nil {
			h.letter = append(h.letter, r.letter)
		}
		if r.declaration != nil {
			h.declaration = append(h.declaration, r.declaration)
		}
		if r.text != nil {
			h.text = append(h.text, r.text)
		}
		if r.blanks {
			h.blank = append(h.blank, r.text)
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
