package validate

import "strings"

// tier ranks a host of the table.
type tier uint8

const (
	unlisted tier = iota
	known         // a well-known public shortener
	suspect       // a small, old or rarely maintained shortener
	parked        // a shortener that has shut down: the name may be resold any day
	branded       // shortens links to one destination or platform only
)

// hostTable looks hosts up: the caller's own lists first, then the built-in table.
type hostTable struct {
	listed map[string]tier
	own    map[string]bool // host to "is short"; false allows it
}

// find returns the listed host that t leads to, by label boundary: www.bit.ly is bit.ly, notbit.ly is not.
// A link without a path leads to the service's own page and is no short link.
func (h hostTable) find(t target) (string, tier) {
	if !hasCode(t.path) {
		return "", unlisted
	}
	ownHost, short, own := h.ownEntry(t.host)
	if own {
		if short {
			return ownHost, known
		}
		return "", unlisted
	}
	for host := t.host; ; {
		if listed := h.listed[host]; listed != unlisted {
			return host, exempt(host, t.path, listed)
		}
		_, parent, ok := strings.Cut(host, ".")
		if !ok || !strings.Contains(parent, ".") {
			return "", unlisted
		}
		host = parent
	}
}

// ownEntry returns the caller's entry for host or the nearest parent; an allowed one wins.
func (h hostTable) ownEntry(host string) (entry string, short, ok bool) {
	if len(h.own) == 0 {
		return "", false, false
	}
	for {
		if s, found := h.own[host]; found {
			if !s {
				return host, false, true
			}
			if !ok {
				entry, short, ok = host, true, true
			}
		}
		_, parent, more := strings.Cut(host, ".")
		if !more {
			return entry, short, ok
		}
		host = parent
	}
}

// hasCode reports whether path names something below the host's own front page.
func hasCode(path string) bool {
	if path == "" || !isSlash(path[0]) {
		return false
	}
	path = strings.TrimLeft(path, `/\`)
	return path != "" && path[0] != '?' && path[0] != '#'
}

// exempt lowers the tier where host keeps pages of its own, or links to one platform, under path.
func exempt(host, path string, listed tier) tier {
	first, _, _ := strings.Cut(strings.TrimLeft(path, `/\`), "/")
	if cut := strings.IndexAny(first, "?#"); cut >= 0 {
		first = first[:cut]
	}
	switch host {
	case "goo.gl":
		switch first {
		case "maps", "forms", "app", "photos":
			return branded
		}
	case "bitly.com":
		switch first {
		case "pages", "a", "blog":
			return unlisted
		}
	case "tinyurl.com":
		if first == "app" {
			return unlisted
		}
	}
	return listed
}
