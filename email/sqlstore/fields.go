package sqlstore

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Customer.Fields are kept as JSON that tells apart what JSON does not: a float has a point or an exponent, an integer
// neither, and a map of the one key timeKey or floatKey is a time or a float that is no number. Where a customer's own map
// has a key that begins with "$", it is kept with one more.
const (
	timeKey  = "$time"
	floatKey = "$float"
)

// fieldsText is fields as it is kept; an error where something in it is not plain data.
func fieldsText(fields map[string]any) (string, error) {
	if len(fields) == 0 {
		return "", nil
	}
	plain, err := encodePlain(reflect.ValueOf(fields), 0)
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(plain)
	return string(text), err
}

// maxFieldDepth ends maps that hold themselves.
const maxFieldDepth = 64

var timeType = reflect.TypeFor[time.Time]()

func encodePlain(v reflect.Value, depth int) (any, error) {
	if depth > maxFieldDepth {
		return nil, fmt.Errorf("a field nested more than %d deep", maxFieldDepth)
	}
	if !v.IsValid() {
		return nil, nil
	}
	if v.Type() == timeType {
		return map[string]string{timeKey: v.Interface().(time.Time).Format(time.RFC3339Nano)}, nil
	}
	switch v.Kind() {
	case reflect.Interface:
		return encodePlain(v.Elem(), depth)
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.String:
		return text(v.String()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return v.Uint(), nil
	case reflect.Float32, reflect.Float64:
		return encodeFloat(v.Float()), nil
	case reflect.Slice:
		return encodeSlice(v, depth)
	case reflect.Map:
		return encodeMap(v, depth)
	}
	return nil, fmt.Errorf("a field of type %s is not plain data", v.Type())
}

func encodeFloat(f float64) any {
	text := strconv.FormatFloat(f, 'g', -1, 64)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return map[string]string{floatKey: text}
	}
	if !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return json.Number(text)
}

func encodeSlice(v reflect.Value, depth int) (any, error) {
	if v.IsNil() {
		return nil, nil
	}
	list := make([]any, v.Len())
	for i := range list {
		var err error
		if list[i], err = encodePlain(v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func encodeMap(v reflect.Value, depth int) (any, error) {
	if v.Type().Key().Kind() != reflect.String {
		return nil, fmt.Errorf("a field of type %s is not plain data", v.Type())
	}
	if v.IsNil() {
		return nil, nil
	}
	table := make(map[string]any, v.Len())
	for entries := v.MapRange(); entries.Next(); {
		key := text(entries.Key().String())
		if strings.HasPrefix(key, "$") {
			key = "$" + key
		}
		var err error
		if table[key], err = encodePlain(entries.Value(), depth+1); err != nil {
			return nil, err
		}
	}
	return table, nil
}

// fieldsColumn scans kept fields. Integers come back as int64, or as uint64 where they are larger, lists as []any and
// maps as map[string]any.
type fieldsColumn struct{ fields *map[string]any }

// Scan implements sql.Scanner.
func (c fieldsColumn) Scan(value any) error {
	*c.fields = nil
	text, ok := value.(string)
	if !ok {
		return fmt.Errorf("fields are kept as %T", value)
	}
	if text == "" {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	var kept map[string]any
	if err := decoder.Decode(&kept); err != nil {
		return err
	}
	table, err := decodeEntries(kept)
	*c.fields = table
	return err
}

func decodePlain(value any) (any, error) {
	switch value := value.(type) {
	case json.Number:
		return decodeNumber(value.String())
	case []any:
		for i := range value {
			var err error
			if value[i], err = decodePlain(value[i]); err != nil {
				return nil, err
			}
		}
		return value, nil
	case map[string]any:
		if text, ok := value[timeKey].(string); ok {
			return time.Parse(time.RFC3339Nano, text)
		}
		if text, ok := value[floatKey].(string); ok {
			return strconv.ParseFloat(text, 64)
		}
		return decodeEntries(value)
	}
	return value, nil
}

func decodeNumber(text string) (any, error) {
	if strings.ContainsAny(text, ".eE") {
		return strconv.ParseFloat(text, 64)
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	return strconv.ParseUint(text, 10, 64)
}

func decodeEntries(kept map[string]any) (map[string]any, error) {
	table := make(map[string]any, len(kept))
	for key, value := range kept {
		if rest, ok := strings.CutPrefix(key, "$"); ok {
			key = rest
		}
		var err error
		if table[key], err = decodePlain(value); err != nil {
			return nil, err
		}
	}
	return table, nil
}
