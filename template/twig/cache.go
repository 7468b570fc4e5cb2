package twig

import "sync"

// maxCached is how many templates an engine keeps parsed, and maxCachedBytes how long their sources are together: a tree
// may take many times as much.
const (
	maxCached      = 256
	maxCachedBytes = 4 << 20
)

type cacheKey struct{ name, source, strategy string }

// cache keeps parsed templates by all that they depend on besides the engine, whose policy never changes.
type cache struct {
	mu    sync.RWMutex
	units map[cacheKey]*unit
	bytes int
}

func (c *cache) get(k cacheKey) (*unit, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	u, ok := c.units[k]
	return u, ok
}

// put keeps a unit; in a full cache any other one makes room.
func (c *cache) put(k cacheKey, u *unit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.units == nil {
		c.units = make(map[cacheKey]*unit)
	}
	if _, ok := c.units[k]; !ok {
		c.bytes += len(k.source)
	}
	c.units[k] = u
	for old := range c.units {
		if len(c.units) <= maxCached && c.bytes <= maxCachedBytes {
			break
		}
		if old != k {
			c.bytes -= len(old.source)
			delete(c.units, old)
		}
	}
}
