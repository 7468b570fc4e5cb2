package validate

import (
	"math/bits"
	"strings"

	"golang.org/x/net/html"
)

// follow reads the forks: markup that only another mode sees. Each stops where it meets a token
// that was read before, since from there on both modes agree.
func (p *pass) follow() error {
	if len(p.forks) == 0 {
		return nil
	}
	normal := p.hooks
	p.hooks = p.v.hooks[view{p.stage, p.twig, true}]
	defer func() { p.hooks, p.doubtful = normal, false }()
	seen := make(bitset, len(p.src)/bits.UintSize+1)
	p.markTokens(seen)
	for budget := maxForkWork*len(p.src) + 4096; len(p.forks) > 0; {
		f := p.forks[len(p.forks)-1]
		p.forks = p.forks[:len(p.forks)-1]
		s := scanner{src: p.src, pos: f.at, end: len(p.src)}
		p.doubtful = f.doubtful
		for s.raw != rawNone || !seen.test(s.pos) {
			if s.raw == rawNone {
				seen.set(s.pos)
			}
			kind, where := s.next()
			if kind == tokenEOF {
				budget -= where.end - s.pos + 1
				break
			}
			if budget -= where.end - where.start; budget < 0 {
				p.doubtful = false
				p.report("content.too-deep", where)
				return p.ctx.Err()
			}
			p.forked(&s, kind, where)
		}
	}
	return p.ctx.Err()
}

// maxForkWork bounds the bytes read in forks, as a multiple of the input.
const maxForkWork = 4

// forked applies the rules that matter in a fork: links were seen as text already.
func (p *pass) forked(s *scanner, kind tokenKind, where span) {
	switch {
	case kind == tokenStart, kind == tokenRaw, kind == tokenDeclaration:
		p.token(s, kind, where)
	case kind == tokenComment && !p.doubtful:
		p.comment(where)
	}
}

// markTokens sets the bit of every token that the main walk read.
func (p *pass) markTokens(seen bitset) {
	s := scanner{src: p.src, end: len(p.src)}
	for {
		raw := s.raw != rawNone
		kind, where := s.next()
		if kind == tokenEOF {
			return
		}
		if !raw || kind != tokenRaw {
			seen.set(where.start)
		}
	}
}

// bitset is a set of offsets.
type bitset []uint

func (b bitset) set(i int) { b[i/bits.UintSize] |= 1 << (i % bits.UintSize) }

func (b bitset) test(i int) bool { return b[i/bits.UintSize]&(1<<(i%bits.UintSize)) != 0 }

// doubt is a finding in a fork that counts only if the tree has the construct too.
type doubt struct {
	finding Finding
	key     string
}

// treeKey names an element, or one attribute of it, in the tree.
func treeKey(element, name, value string) string {
	return element + "\x00" + name + "\x00" + value
}

// treeValue returns the value that an attribute has in the tree, or "" where character references
// leave that to the tree: a key without a value stands for any.
func treeValue(raw string) string {
	if strings.IndexByte(raw, '&') >= 0 {
		return ""
	}
	return strings.NewReplacer("\x00", "\uFFFD", "\r\n", "\n", "\r", "\n").Replace(raw)
}

// settle keeps the doubtful findings whose construct stands in the tree of a browser, with scripts
// or without. Only such findings make a tree worth building. What no tree can be built for is kept.
func (p *pass) settle() {
	if len(p.doubts) == 0 {
		return
	}
	tree, ok := p.treeKeys()
	for _, d := range p.doubts {
		if !ok || tree[d.key] {
			p.keep(d.finding)
		}
	}
	if !ok {
		p.report("content.too-deep", span{0, 1})
	}
}

// treeKeys returns the keys of all elements and attributes in both trees.
func (p *pass) treeKeys() (map[string]bool, bool) {
	if len(p.src) > maxTree {
		return nil, false
	}
	keys := map[string]bool{}
	for _, scripting := range []bool{true, false} {
		if !scripting && !strings.Contains(lower(p.src), "<noscript") {
			break
		}
		root, err := html.ParseWithOptions(strings.NewReader(p.src), html.ParseOptionEnableScripting(scripting))
		if err != nil {
			return nil, false
		}
		for n := range root.Descendants() {
			if n.Type == html.ElementNode {
				addKeys(keys, n)
			}
		}
	}
	return keys, true
}

// addKeys adds the keys of n.
func addKeys(keys map[string]bool, n *html.Node) {
	name := lower(n.Data)
	keys[treeKey(name, "", "")] = true
	for _, a := range n.Attr {
		key := lower(a.Key)
		if a.Namespace != "" {
			key = a.Namespace + ":" + key
		}
		keys[treeKey(name, key, "")] = true
		keys[treeKey(name, key, a.Val)] = true
	}
}
