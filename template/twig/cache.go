package twig

import "sync"

// maxCached is how many templates an engine keeps parsed.
const maxCached = 256

type cacheKey struct{ name, source, strategy string }

// cache keeps parsed templates by all that they depend on besides the engine, whose policy never changes.
type cache struct {
	mu    sync.RWMutex
	units map[cacheKey]*unit
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
	for old := range c.units {
		if len(c.units) < maxCached {
			break
		}
		delete(c.units, old)
	}
	c.units[k] = u
}
