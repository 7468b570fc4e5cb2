package twig

import (
	"slices"
	"strconv"
)

// key is a key of an array: an integer or text that is not the decimal form of one.
type key struct {
	s      string
	n      int64
	isText bool
}

func intKey(n int64) key { return key{n: n} }

// keyOf turns text into a key: "12" is the integer 12, "012" stays text.
func keyOf(s string) key {
	if n, ok := integerKey(s); ok {
		return key{n: n}
	}
	return key{s: s, isText: true}
}

func integerKey(s string) (int64, bool) {
	if len(s) == 0 || len(s) > 20 || s[0] > '9' {
		return 0, false
	}
	digits := s
	if s[0] == '-' {
		digits = s[1:]
	}
	if digits == "" || (digits[0] == '0' && s != "0") {
		return 0, false
	}
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func (k key) text() string {
	if k.isText {
		return k.s
	}
	return strconv.FormatInt(k.n, 10)
}

func (k key) value() Value {
	if k.isText {
		return String(k.s)
	}
	return Int(k.n)
}

// indexFrom is the size from which an array keeps a map of its keys; below it a scan is faster.
const indexFrom = 9

// array is PHP's ordered array. It is filled once and read-only from then on. keys is nil while the keys are
// 0, 1, 2 … in order.
type array struct {
	vals  []Value
	keys  []key
	index map[key]int
	next  int64
	host  map[string]any // a host's map not read in full yet; vals and keys are empty
	conv  *converter
}

func listOf(vals []Value) *array { return &array{vals: vals, next: int64(len(vals))} }

func newArray(capacity int) *array {
	if capacity <= 0 {
		return &array{}
	}
	return &array{vals: make([]Value, 0, capacity)}
}

func (a *array) len() int {
	if a.host != nil {
		return len(a.host)
	}
	return len(a.vals)
}

// settled reads a host's map in full, its keys sorted.
func (a *array) settled() *array {
	if a.host == nil {
		return a
	}
	names := make([]string, 0, len(a.host))
	for name := range a.host {
		names = append(names, name)
	}
	slices.Sort(names)
	host := a.host
	a.host, a.keys = nil, nil
	a.vals = make([]Value, 0, len(names))
	for _, name := range names {
		a.set(keyOf(name), a.conv.value(host[name]))
	}
	return a
}

func (a *array) keyAt(i int) key {
	if a.keys == nil {
		return intKey(int64(i))
	}
	return a.keys[i]
}

func (a *array) isList() bool {
	a.settled()
	if a.keys == nil {
		return true
	}
	for i, k := range a.keys {
		if k.isText || k.n != int64(i) {
			return false
		}
	}
	return true
}

// keysPerStep is how many keys are looked through for one step.
const keysPerStep = 16

// isList is array.isList, counted as work.
func (r *run) isList(a *array) bool {
	r.step(len(a.keys) / keysPerStep)
	return a.isList()
}

func (a *array) find(k key) int {
	if a.keys == nil {
		if k.isText || k.n < 0 || k.n >= int64(len(a.vals)) {
			return -1
		}
		return int(k.n)
	}
	if a.index != nil {
		if i, ok := a.index[k]; ok {
			return i
		}
		return -1
	}
	if k.isText {
		for i := range a.keys {
			if e := &a.keys[i]; e.isText && e.s == k.s {
				return i
			}
		}
		return -1
	}
	for i := range a.keys {
		if e := &a.keys[i]; !e.isText && e.n == k.n {
			return i
		}
	}
	return -1
}

func (a *array) get(k key) (Value, bool) {
	if a.host != nil {
		return a.hostValue(k.text())
	}
	if i := a.find(k); i >= 0 {
		return a.vals[i], true
	}
	return null, false
}

// hostValue reads one entry of a host's map. Composite entries are converted once and kept in vals and keys, which
// are otherwise unused until the map is settled.
func (a *array) hostValue(name string) (Value, bool) {
	raw, ok := a.host[name]
	if !ok {
		return null, false
	}
	switch raw := raw.(type) {
	case string:
		return String(raw), true
	case int:
		return Int(int64(raw)), true
	case int64:
		return Int(raw), true
	case float64:
		return Float(raw), true
	case bool:
		return Bool(raw), true
	case nil:
		return null, true
	case Value:
		return a.conv.value(raw), true
	}
	for i := range a.keys {
		if a.keys[i].s == name {
			return a.vals[i], true
		}
	}
	v := a.conv.value(raw)
	if a.keys == nil {
		a.keys, a.vals = make([]key, 0, 4), make([]Value, 0, 4)
	}
	a.keys = append(a.keys, key{s: name, isText: true})
	a.vals = append(a.vals, v)
	return v, true
}

// set puts v under k while the array is being filled: the first position and the last value of a key stay.
func (a *array) set(k key, v Value) {
	if i := a.find(k); i >= 0 {
		a.vals[i] = v
		return
	}
	if a.keys == nil && !k.isText && k.n == int64(len(a.vals)) {
		a.vals = append(a.vals, v)
		a.next = k.n + 1
		return
	}
	a.keyed()
	a.keys = append(a.keys, k)
	a.vals = append(a.vals, v)
	if a.index != nil {
		a.index[k] = len(a.vals) - 1
	} else if len(a.vals) >= indexFrom {
		a.reindex()
	}
	if !k.isText && k.n >= a.next {
		a.next = k.n + 1
	}
}

// push puts v under the next free integer.
func (a *array) push(v Value) {
	if a.keys == nil {
		a.vals = append(a.vals, v)
		a.next = int64(len(a.vals))
		return
	}
	a.set(intKey(a.next), v)
}

func (a *array) keyed() {
	if a.keys != nil {
		return
	}
	a.keys = make([]key, len(a.vals), max(cap(a.vals), len(a.vals)+1))
	for i := range a.keys {
		a.keys[i] = intKey(int64(i))
	}
	if len(a.keys) >= indexFrom {
		a.reindex()
	}
}

func (a *array) reindex() {
	a.index = make(map[key]int, 2*len(a.keys))
	for i, k := range a.keys {
		a.index[k] = i
	}
}

// Map builds a Value that is an ordered array with text keys. The zero Map is empty and ready to use; it is not safe
// for concurrent use, and must not be changed any more once Value was called.
type Map struct{ a array }

// Set puts v under key. A key that is the decimal form of an integer becomes that integer, as in PHP.
func (m *Map) Set(key string, v Value) { m.a.set(keyOf(key), v) }

// Value returns the map as a Value. The map must not be changed afterwards.
func (m *Map) Value() Value { return arrayValue(&m.a) }
