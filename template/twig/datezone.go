package twig

import (
	"strings"
	"sync"
	"time"
)

// maxZones is how many time zones are kept loaded.
const maxZones = 700

// zones keeps the time zones that templates named. It is only a memory of what the system's data says.
type zones struct {
	mu     sync.Mutex
	byName map[string]*time.Location
}

// zoneNamed finds the time zone that a template names.
func (r *run) zoneNamed(name string) *time.Location {
	loc, err := r.eng.zones.load(name)
	if err != nil {
		throwPHP("DateTimeZone::__construct(): Unknown or bad timezone (" + name + ")")
	}
	return loc
}

func (z *zones) load(name string) (*time.Location, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if loc, ok := z.byName[name]; ok {
		return loc, nil
	}
	loc, err := loadZone(name)
	if err != nil {
		return nil, err
	}
	if z.byName == nil {
		z.byName = map[string]*time.Location{}
	}
	if len(z.byName) < maxZones {
		z.byName[name] = loc
	}
	return loc, nil
}

// loadZone finds a zone by identifier, abbreviation or offset.
func loadZone(name string) (*time.Location, error) {
	if loc, ok := offsetZone(name); ok {
		return loc, nil
	}
	switch strings.ToUpper(name) {
	case "UTC":
		return time.UTC, nil
	case "GMT", "Z":
		return time.FixedZone(strings.ToUpper(name), 0), nil
	}
	if loc, ok := abbreviation(name); ok {
		return loc, nil
	}
	if name == "" || name == "Local" {
		return nil, errDate
	}
	loc, err := time.LoadLocation(name)
	if err != nil { // PHP does not mind capitals
		loc, err = time.LoadLocation(zoneCase(strings.ToLower(name)))
	}
	return loc, err
}

// zoneCase restores the capitals of a zone's identifier that was lower-cased.
func zoneCase(s string) string {
	if strings.IndexByte(s, '/') < 0 {
		return strings.ToUpper(s)
	}
	b := []byte(s)
	start := true
	for i, c := range b {
		if start && c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_' || c == '-'
	}
	return string(b)
}

// offsetZone is +03:00, +0300, +3 or -11:30:15.
func offsetZone(s string) (*time.Location, bool) {
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	if skipDigits(digits, 0) != len(digits) || len(digits) > 6 {
		return nil, false
	}
	if i := strings.IndexByte(s, ':'); i == 2 || len(digits)%2 == 1 {
		digits = "0" + digits
	}
	digits = (digits + "0000")[:6]
	seconds := int(toInt(String(digits[:2])))*3600 + int(toInt(String(digits[2:4])))*60 + int(toInt(String(digits[4:])))
	if s[0] == '-' {
		seconds = -seconds
	}
	t := time.Unix(0, 0).In(time.FixedZone("", seconds))
	return time.FixedZone(offsetText(t, ":"), seconds), true
}

// abbreviations are the zones known by their initials, in hours east of Greenwich.
var abbreviations = map[string]float64{
	"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "MSK": 3, "MSD": 4, "CET": 1,
	"CEST": 2, "EET": 2, "EEST": 3, "WET": 0, "WEST": 1, "BST": 1, "IST": 5.5, "JST": 9, "HST": -10, "AKST": -9, "AKDT": -8,
	"SAMT": 4, "YEKT": 5, "NOVT": 7,
}

// abbreviation is a zone known by its initials, or by one letter as the military have it.
func abbreviation(name string) (*time.Location, bool) {
	hours, ok := abbreviations[strings.ToUpper(name)]
	if i := strings.Index("NOPQRSTUVWXY", strings.ToUpper(name)); len(name) == 1 && i >= 0 {
		hours, ok = float64(-1-i), true
	}
	if i := strings.Index("ABCDEFGHIKLM", strings.ToUpper(name)); len(name) == 1 && i >= 0 {
		hours, ok = float64(1+i), true
	}
	if !ok {
		return nil, false
	}
	return time.FixedZone(strings.ToUpper(name), int(hours*3600)), true
}
