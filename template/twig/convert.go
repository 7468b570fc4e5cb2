package twig

import (
	"fmt"
	"math"
	"time"
)

// maxNesting is how deep a host's data may be nested.
const maxNesting = 128

// converter turns a host's data into values.
type converter struct {
	depth int
	err   error
}

// Of converts host data to a Value: nil, bool, the integer and float types, string, time.Time, []any, []string,
// []Value, map[string]any and map[string]string (read in the order of their sorted keys), *Map and Value. Other
// types are refused: a template never reaches into a host's objects, so structs have to be laid out as a map first.
func Of(v any) (Value, error) {
	c := &converter{}
	out := c.whole(v)
	return out, c.err
}

// whole converts v and everything in it.
func (c *converter) whole(v any) Value {
	out := c.value(v)
	c.settleAll(out, 0)
	return out
}

func (c *converter) settleAll(v Value, depth int) {
	if v.k != kArray || c.err != nil { // after an error the data, which may lead back into itself, is not gone on with
		return
	}
	if depth > maxNesting {
		c.tooDeep()
		return
	}
	for _, e := range v.arr().settled().vals {
		c.settleAll(e, depth+1)
	}
}

func (c *converter) tooDeep() {
	c.err = fmt.Errorf("twig: data is nested deeper than %d", maxNesting)
}

// value converts v; maps inside it are converted when they are read.
func (c *converter) value(v any) Value {
	switch v := v.(type) {
	case nil:
		return null
	case Value:
		if v.k == kUndefined || v.k == kLoop {
			return null
		}
		return v
	case *Map:
		return v.Value()
	case string:
		return String(v)
	case bool:
		return Bool(v)
	case int:
		return Int(int64(v))
	case int64:
		return Int(v)
	case float64:
		return Float(v)
	case time.Time:
		return dateOf(&date{t: v, immutable: true})
	case map[string]any:
		if v == nil {
			return arrayValue(&array{})
		}
		return arrayValue(&array{host: v, conv: c})
	case []any:
		return c.list(v)
	}
	return c.lessCommon(v)
}

func (c *converter) lessCommon(v any) Value {
	switch v := v.(type) {
	case int8:
		return Int(int64(v))
	case int16:
		return Int(int64(v))
	case int32:
		return Int(int64(v))
	case uint8:
		return Int(int64(v))
	case uint16:
		return Int(int64(v))
	case uint32:
		return Int(int64(v))
	case uint:
		return ofUint(uint64(v))
	case uint64:
		return ofUint(v)
	case float32:
		return Float(float64(v))
	case []string:
		vals := make([]Value, len(v))
		for i, s := range v {
			vals[i] = String(s)
		}
		return List(vals)
	case []Value:
		return List(append([]Value(nil), v...))
	case map[string]string:
		m := make(map[string]any, len(v))
		for name, s := range v {
			m[name] = s
		}
		return arrayValue(&array{host: m, conv: c})
	case []map[string]any:
		vals := make([]any, len(v))
		for i, m := range v {
			vals[i] = m
		}
		return c.list(vals)
	}
	if c.err == nil {
		c.err = fmt.Errorf("twig: a value of type %T cannot be given to a template; give maps, lists, text, numbers and times", v)
	}
	return null
}

func ofUint(n uint64) Value {
	if n > math.MaxInt64 {
		return Float(float64(n))
	}
	return Int(int64(n))
}

// list converts a list; the wrappers of the maps in it come out of one allocation.
func (c *converter) list(list []any) Value {
	if c.depth++; c.depth > maxNesting {
		c.tooDeep()
	}
	defer func() { c.depth-- }()
	if c.err != nil {
		return null
	}
	maps := 0
	for _, e := range list {
		if m, ok := e.(map[string]any); ok && m != nil {
			maps++
		}
	}
	wrappers := make([]array, maps)
	vals := make([]Value, len(list))
	for i, e := range list {
		if m, ok := e.(map[string]any); ok && m != nil {
			maps--
			wrappers[maps] = array{host: m, conv: c}
			vals[i] = arrayValue(&wrappers[maps])
			continue
		}
		vals[i] = c.value(e)
	}
	return List(vals)
}
