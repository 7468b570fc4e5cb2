package twig

import (
	"maps"

	"github.com/crmmail/crmmail/template"
)

const securityKind = template.KindSecurity

// instance is what this rendering remembers about a template.
func (r *run) instance(u *unit) *instance {
	if u.plain != nil {
		return u.plain
	}
	if inst, ok := r.instances[u]; ok {
		return inst
	}
	r.checkTraits(u)
	inst := &instance{unit: u, blocks: u.blocks, imports: make([]*instance, u.imports)}
	if len(u.traits) > 0 {
		r.enter()
		inst.traits = r.traits(u)
		r.leave()
		inst.blocks = maps.Clone(inst.traits)
		maps.Copy(inst.blocks, u.blocks)
	}
	if r.instances == nil {
		r.instances = map[*unit]*instance{}
	}
	r.instances[u] = inst
	return inst
}

func (r *run) checkTraits(u *unit) {
	if len(u.traits) > 0 && r.isSandboxed() && u.violation != nil && u.violation.Message == notAllowed(use{kind: usedTag, name: "use"}) {
		panic(u.refusal())
	}
}

// refusal is a copy of what the policy says to the template, as callers may change the errors they get.
func (u *unit) refusal() *template.Error {
	e := *u.violation
	return &e
}

func (r *run) traits(u *unit) map[string]*block {
	blocks := map[string]*block{}
	for _, t := range u.traits {
		r.pos = t.at
		used := r.load(u, t.at, t.name)
		if !used.traitable {
			panic(u.fault(t.at, runtimeKind, `Template "`+t.name+`" cannot be used as a trait.`))
		}
		own := maps.Clone(r.instance(used).blocks)
		for i, from := range t.from {
			b, ok := own[from]
			if !ok {
				panic(u.fault(t.at, runtimeKind, `Block "`+from+`" is not defined in trait "`+t.name+`".`))
			}
			own[t.aliases[i]] = b
			delete(own, from) // as in Twig, a block that keeps its name is gone
		}
		maps.Copy(blocks, own)
	}
	return blocks
}

// display prints a template: its body, and then its parent, in which its blocks take the place of the parent's.
func (r *run) display(inst *instance, vars *array, outer *frame) {
	r.displayWith(inst, vars, outer, blockSet{})
}

// displayWith is display for a template whose children brought blocks. Those of a whole chain are gathered in one map,
// and a template that sets nothing hands on what it was given: long chains take time by their length, not its square.
func (r *run) displayWith(inst *instance, vars *array, outer *frame, blocks blockSet) {
	r.enter()
	u := inst.unit
	r.within(u, func() {
		r.secure(u)
		mark := r.mark()
		blocks = r.gather(inst.blocks, blocks)
		c := r.newFrame(inst, vars, outer, blocks.byName)
		u.body.exec(r, &c)
		if parent := r.parentOf(inst, &c); parent != nil {
			if len(u.owned) > 0 {
				vars, outer = nil, &c
			}
			r.displayWith(parent, vars, outer, blocks)
		}
		r.release(mark)
	})
	r.leave()
}

// blockSet are blocks in force; owned tells that the map belongs to the chain of templates being displayed.
type blockSet struct {
	byName map[string]*block
	owned  bool
}

// gather adds a template's own blocks below those in force.
func (r *run) gather(own map[string]*block, s blockSet) blockSet {
	switch {
	case len(own) == 0:
		return s
	case len(s.byName) == 0:
		return blockSet{own, false}
	case !s.owned:
		r.step(len(s.byName))
		s = blockSet{maps.Clone(s.byName), true}
	}
	r.step(len(own))
	for name, b := range own {
		if _, ok := s.byName[name]; !ok {
			s.byName[name] = b
		}
	}
	return s
}

// secure checks the policy before a template prints anything.
func (r *run) secure(u *unit) {
	if u.violation != nil && r.isSandboxed() {
		panic(u.refusal())
	}
}

func (r *run) isSandboxed() bool { return r.sandboxed || r.eng.global }

// parentOf is the template that inst extends, nil where there is none.
func (r *run) parentOf(inst *instance, c *frame) *instance {
	u := inst.unit
	if u.parent == nil {
		return nil
	}
	if inst.parent != nil {
		return inst.parent
	}
	r.secure(u)
	mark := r.mark()
	if c.unit != u {
		own := r.newFrame(inst, nil, c, nil)
		c = &own
	}
	found := r.resolve(u, u.parent.where(), u.parent.eval(r, c))
	r.release(mark)
	p := r.instance(found)
	if _, fixed := u.parent.(*constExpr); fixed {
		inst.parent = p
	}
	return p
}

// showBlock prints a block: one in force, then one of inst, then one of its parents.
func (r *run) showBlock(inst *instance, name string, c *frame, blocks map[string]*block, inForce bool, asked *unit) {
	r.enter()
	defer r.leave()
	b := inst.blocks[name]
	if inForce {
		if over, ok := blocks[name]; ok {
			b = over
		} else if b != nil {
			blocks = r.withBlocks(inst.blocks, blocks)
		}
	} else if b != nil {
		blocks = r.withBlocks(inst.blocks, blocks)
	}
	if b != nil {
		r.runBlock(b, c, blocks)
		return
	}
	if asked == nil {
		asked = inst.unit
	}
	if parent := r.parentOf(inst, c); parent != nil {
		r.showBlock(parent, name, c, r.withBlocks(inst.blocks, blocks), false, asked)
		return
	}
	if over, ok := blocks[name]; ok {
		panic(over.unit.fault(r.pos, runtimeKind, `Block "`+name+`" should not call parent() in "`+over.unit.name+`" as the block does not exist in the parent template "`+inst.unit.name+`".`))
	}
	panic(asked.fault(r.pos, runtimeKind, `Block "`+name+`" on template "`+inst.unit.name+`" does not exist.`))
}

// withBlocks puts the blocks in force over a template's own.
func (r *run) withBlocks(own, inForce map[string]*block) map[string]*block {
	if len(own) == 0 {
		return inForce
	}
	if len(inForce) == 0 {
		return own
	}
	missing := false
	for name := range own {
		if _, ok := inForce[name]; !ok {
			missing = true
			break
		}
	}
	if !missing {
		return inForce
	}
	r.step(len(own) + len(inForce))
	merged := maps.Clone(own)
	maps.Copy(merged, inForce)
	return merged
}

// runBlock prints the body of a block with a copy of the variables, so that what it sets stays in it.
func (r *run) runBlock(b *block, c *frame, blocks map[string]*block) {
	mark := r.mark()
	r.within(b.unit, func() {
		r.secure(b.unit)
		inst := r.instance(b.unit)
		var inner frame
		if c.unit == b.unit {
			inner = *c
			inner.slots = r.copied(c.slots)
			inner.inst, inner.blocks = inst, blocks
		} else {
			inner = r.newFrame(inst, nil, c, blocks)
		}
		b.body.exec(r, &inner)
	})
	r.release(mark)
}

// showParent prints the block of the parent, or of a trait.
func (r *run) showParent(name string, c *frame) {
	if t, ok := c.inst.traits[name]; ok {
		r.enter()
		r.runBlock(t, c, c.blocks)
		r.leave()
		return
	}
	parent := r.parentOf(c.inst, c)
	if parent == nil {
		throw(`The template has no parent and no traits defining the "` + name + `" block.`)
	}
	r.showBlock(parent, name, c, c.blocks, false, nil)
}

// hasBlock is "block(name) is defined".
func (r *run) hasBlock(inst *instance, name string, c *frame, blocks map[string]*block) bool {
	if _, ok := blocks[name]; ok {
		return true
	}
	for depth := 0; inst != nil && depth <= r.eng.limits.Depth; depth++ {
		if _, ok := inst.blocks[name]; ok {
			return true
		}
		inst = r.parentOf(inst, c)
	}
	return false
}
