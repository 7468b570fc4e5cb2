package codec

import "bytes"

// UU decodes uuencoded content given line by line. Lines before "begin" and after "end" are skipped.
// The zero value is ready.
type UU struct {
	Name    string // of the file, from the line "begin 644 name"
	started bool
	ended   bool
}

// Decode appends what one line (without its line break) yields to dst.
func (d *UU) Decode(dst, line []byte) []byte {
	line = bytes.TrimRight(line, "\r\n")
	switch {
	case d.ended:
		return dst
	case !d.started:
		if rest, ok := bytes.CutPrefix(line, []byte("begin ")); ok && len(rest) > 3 {
			d.started = true
			if _, name, ok := bytes.Cut(rest, []byte(" ")); ok {
				d.Name = string(bytes.TrimSpace(name))
			}
		}
		return dst
	case string(bytes.TrimSpace(line)) == "end":
		d.ended = true
		return dst
	case len(line) == 0:
		return dst
	}
	want := int(line[0]-' ') & 63
	start := len(dst)
	for group := line[1:]; len(group) > 0 && len(dst)-start < want; group = group[min(4, len(group)):] {
		var v uint32
		for i := range 4 {
			v <<= 6
			if i < len(group) {
				v |= uint32(group[i]-' ') & 63
			}
		}
		dst = append(dst, byte(v>>16), byte(v>>8), byte(v))
	}
	return dst[:min(len(dst), start+want)]
}
