package twig

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// DecodeJSON reads a JSON document as values: objects keep the order of their keys, numbers with a point or an
// exponent are floats and the others integers, and {"$date": RFC 3339, "$tz": zone} is a date.
func DecodeJSON(data []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	v, err := decodeValue(d, 0)
	if err != nil {
		return null, fmt.Errorf("twig: %w", err)
	}
	if d.More() {
		return null, errors.New("twig: there is more after the JSON document")
	}
	return v, nil
}

func decodeValue(d *json.Decoder, depth int) (Value, error) {
	if depth > maxNesting {
		return null, fmt.Errorf("data is nested deeper than %d", maxNesting)
	}
	t, err := d.Token()
	if err != nil {
		return null, err
	}
	switch t := t.(type) {
	case bool:
		return Bool(t), nil
	case string:
		return String(t), nil
	case json.Number:
		return decodeNumber(t.String()), nil
	case json.Delim:
		if t == '[' {
			return decodeList(d, depth)
		}
		return decodeMap(d, depth)
	}
	return null, nil
}

func decodeNumber(s string) Value {
	v, _, _ := parseNumber(s)
	return v
}

func decodeList(d *json.Decoder, depth int) (Value, error) {
	a := &array{}
	for d.More() {
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return null, err
		}
		a.push(v)
	}
	_, err := d.Token()
	return arrayValue(a), err
}

func decodeMap(d *json.Decoder, depth int) (Value, error) {
	a := &array{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return null, err
		}
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return null, err
		}
		name, _ := t.(string)
		a.set(keyOf(name), v)
	}
	if _, err := d.Token(); err != nil {
		return null, err
	}
	if s, ok := a.get(keyOf("$date")); ok && s.k == kString && len(a.vals) <= 2 {
		return decodeDate(a, s.str())
	}
	return arrayValue(a), nil
}

func decodeDate(a *array, s string) (Value, error) {
	t, err := parseDate(s, time.Unix(0, 0).UTC(), time.UTC)
	if err != nil {
		return null, err
	}
	if zone, ok := a.get(keyOf("$tz")); ok {
		loc, err := loadZone(zone.String())
		if err != nil {
			return null, err
		}
		t = t.In(loc)
	}
	return dateOf(&date{t: t, immutable: true}), nil
}

// PHP's flags of json_encode.
const (
	jsonHexTag           = 1
	jsonHexAmp           = 2
	jsonHexApos          = 4
	jsonHexQuot          = 8
	jsonForceObject      = 16
	jsonNumericCheck     = 32
	jsonUnescapedSlashes = 64
	jsonPretty           = 128
	jsonUnescapedUnicode = 256
	jsonZeroFraction     = 1024
)

func filterJSON(r *run, args []Value) Value {
	atMost(3, "json_encode", args)
	w := &jsonWriter{r: r, flags: r.intArg(args[1], "json_encode(): Argument #2 ($flags)"), depth: r.intArg(args[2], "json_encode(): Argument #3 ($depth)")}
	w.value(args[0], 0)
	if w.failed {
		return vNo
	}
	w.count()
	return String(string(w.b))
}

// jsonWriter lays values out as PHP's json_encode does.
type jsonWriter struct {
	r      *run
	b      []byte
	flags  int64
	depth  int64
	failed bool
	known  int // how much of b was counted
}

// count counts what was written.
func (w *jsonWriter) count() {
	w.r.growText(len(w.b)-w.known, len(w.b))
	w.known = len(w.b)
}

func (w *jsonWriter) has(flag int64) bool { return w.flags&flag != 0 }

func (w *jsonWriter) value(v Value, level int) {
	switch v.k {
	case kNull, kUndefined:
		w.b = append(w.b, "null"...)
	case kBool:
		if v.n != 0 {
			w.b = append(w.b, "true"...)
		} else {
			w.b = append(w.b, "false"...)
		}
	case kInt:
		w.b, _ = v.appendText(w.b)
	case kFloat:
		w.float(v.float())
	case kString, kMarkup:
		if n, ok := numeric(v.str()); ok && w.has(jsonNumericCheck) {
			w.value(n, level)
			return
		}
		w.text(v.str())
	case kArray:
		w.array(v.arr().settled(), level+1)
	case kDate:
		w.array(v.date().properties(), level+1)
	case kInterval:
		w.array(v.interval().properties(), level+1)
	default:
		w.b = append(w.b, "{}"...)
	}
}

func (w *jsonWriter) float(f float64) {
	if f != f || f > 1.7976931348623157e308 || f < -1.7976931348623157e308 {
		w.failed = true
		return
	}
	start := len(w.b)
	w.b = appendShortest(w.b, f)
	if w.has(jsonZeroFraction) && !bytes.ContainsAny(w.b[start:], ".e") {
		w.b = append(w.b, ".0"...)
	}
}

func (w *jsonWriter) array(a *array, level int) {
	if int64(level) > w.depth || level > 512 {
		w.failed = true
		return
	}
	list := w.r.isList(a) && !w.has(jsonForceObject)
	open, end := byte('{'), byte('}')
	if list {
		open, end = '[', ']'
	}
	w.b = append(w.b, open)
	w.r.step(len(a.vals))
	for i, v := range a.vals {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.newline(level)
		if !list {
			w.text(a.keyAt(i).text())
			w.b = append(w.b, ':')
			if w.has(jsonPretty) {
				w.b = append(w.b, ' ')
			}
		}
		w.value(v, level)
		if w.failed {
			return
		}
		w.count()
	}
	if len(a.vals) > 0 {
		w.newline(level - 1)
	}
	w.b = append(w.b, end)
}

func (w *jsonWriter) newline(level int) {
	if w.has(jsonPretty) {
		w.b = append(append(w.b, '\n'), strings.Repeat("    ", level)...)
	}
}

func (w *jsonWriter) text(s string) {
	w.b = append(w.b, '"')
	for i, c := range s {
		if len(w.b)-w.known > maxPart {
			w.count()
		}
		switch {
		case c == 0xfffd && s[i] != 0xef:
			w.failed = true
			return
		case c == '"' && w.has(jsonHexQuot), c == '\'' && w.has(jsonHexApos), c == '&' && w.has(jsonHexAmp),
			(c == '<' || c == '>') && w.has(jsonHexTag):
			w.b = append(w.b, '\\', 'u', '0', '0', "23"[c>>4&1], "0123456789ABCDEF"[c&15])
		case c == '"' || c == '\\':
			w.b = append(w.b, '\\', byte(c))
		case c == '/' && !w.has(jsonUnescapedSlashes):
			w.b = append(w.b, `\/`...)
		case c < 0x20:
			w.control(byte(c))
		case c < 0x80:
			w.b = append(w.b, byte(c))
		case w.has(jsonUnescapedUnicode) && (c != 0x2028 && c != 0x2029 || w.has(2048)):
			w.b = append(w.b, string(c)...)
		case c >= 0x10000:
			u := uint32(c - 0x10000)
			w.unicode(0xd800 | u>>10)
			w.unicode(0xdc00 | u&0x3ff)
		default:
			w.unicode(uint32(c))
		}
	}
	w.b = append(w.b, '"')
}

func (w *jsonWriter) control(c byte) {
	if i := strings.IndexByte("\b\f\n\r\t", c); i >= 0 {
		w.b = append(w.b, '\\', "bfnrt"[i])
		return
	}
	w.unicode(uint32(c))
}

func (w *jsonWriter) unicode(c uint32) {
	const digits = "0123456789abcdef"
	w.b = append(w.b, '\\', 'u', digits[c>>12&15], digits[c>>8&15], digits[c>>4&15], digits[c&15])
}
