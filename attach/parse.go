package attach

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// PolicyError is a place in a policy's JSON that cannot be used: where the key begins that nobody knows, or the value that is
// wrong. Lines and columns count from 1, columns in octets.
type PolicyError struct {
	Line, Column int
	Key          string // the key concerned, "" where there is none
	Err          error
}

// Error says the place, the key and what is wrong with it.
func (e *PolicyError) Error() string {
	if e.Key == "" {
		return fmt.Sprintf("attach: policy line %d, column %d: %v", e.Line, e.Column, e.Err)
	}
	return fmt.Sprintf("attach: policy line %d, column %d: %q: %v", e.Line, e.Column, e.Key, e.Err)
}

// Unwrap returns e.Err.
func (e *PolicyError) Unwrap() error { return e.Err }

// ErrUnknownKey is a key that no policy has, most often a misspelt one.
var ErrUnknownKey = errors.New("unknown key")

const maxPolicy = 1 << 20

// ParsePolicy reads a policy from JSON:
//
//	{"formats": ["pdf", "jpg"], "max_file": "30MB", "max_total": 31457280,
//	 "max_files": 10, "aliases": {"jfif": "jpg"}, "refuse_macros": true}
//
// A key that is absent means its default. A size is a number of octets or a text with KB, MB or GB, in steps of 1024.
// Anything else is a [*PolicyError] with its place. At most 1 MB is read.
func ParsePolicy(r io.Reader) (Policy, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxPolicy+1))
	if err != nil {
		return Policy{}, fmt.Errorf("attach: policy: %w", err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // RFC 8259 §8.1: editors on Windows write one
	p := policyParser{data: data, dec: json.NewDecoder(bytes.NewReader(data))}
	if len(data) > maxPolicy {
		return Policy{}, p.fail("", errors.New("longer than 1 MB"))
	}
	if err := p.parse(); err != nil {
		return Policy{}, err
	}
	return p.policy.withDefaults(), nil
}

type policyParser struct {
	data   []byte
	dec    *json.Decoder
	policy Policy
	at     int // where what is read now begins

	aliasesAt int
}

func (p *policyParser) parse() error {
	if open, err := p.token(); err != nil {
		return p.fail("", err)
	} else if open != json.Delim('{') {
		return p.fail("", errors.New("not an object"))
	}
	seen := map[string]bool{}
	for p.dec.More() {
		token, err := p.token()
		if err != nil {
			return p.fail("", err)
		}
		key := token.(string) // a decoder gives nothing else here
		if seen[key] {
			return p.fail(key, errors.New("given twice"))
		}
		seen[key] = true
		if err := p.field(key); err != nil {
			return p.fail(key, err)
		}
	}
	if _, err := p.token(); err != nil {
		return p.fail("", err)
	}
	if _, err := p.token(); err != io.EOF {
		return p.fail("", errors.New("more after the end"))
	}
	return p.standFor()
}

// token reads a brace or a key.
func (p *policyParser) token() (json.Token, error) {
	p.begin()
	token, err := p.dec.Token()
	if syntax := (*json.SyntaxError)(nil); errors.As(err, &syntax) {
		p.at = int(syntax.Offset)
	}
	return token, err
}

// begin notes where the next key or value begins.
func (p *policyParser) begin() {
	rest := p.data[min(p.dec.InputOffset(), int64(len(p.data))):]
	p.at = len(p.data) - len(bytes.TrimLeft(rest, " \t\r\n,:"))
}

// value reads the value of a key into v, which is what words describe.
func (p *policyParser) value(v any, words string) error {
	p.begin()
	err := p.dec.Decode(v)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		return errors.New("must be " + words)
	}
	return err
}

func (p *policyParser) field(key string) (err error) {
	switch key {
	case "formats":
		err = p.formats()
	case "max_file":
		p.policy.MaxFile, err = p.size()
	case "max_total":
		p.policy.MaxTotal, err = p.size()
	case "max_files":
		if err = p.value(&p.policy.MaxFiles, "a whole number"); err == nil && p.policy.MaxFiles < 0 {
			err = errors.New("must not be negative")
		}
	case "aliases":
		err = p.aliases()
	case "refuse_macros":
		err = p.value(&p.policy.RefuseMacros, "true or false")
	default:
		err = ErrUnknownKey
	}
	return err
}

func (p *policyParser) formats() error {
	if err := p.value(&p.policy.Formats, "a list of extensions"); err != nil {
		return err
	}
	if len(p.policy.Formats) == 0 {
		return errors.New("no format")
	}
	for _, f := range p.policy.Formats {
		if err := validExtension(f); err != nil {
			return err
		}
	}
	return nil
}

func (p *policyParser) aliases() error {
	if err := p.value(&p.policy.Aliases, "an object of extension and format"); err != nil {
		return err
	}
	for alias, format := range p.policy.Aliases {
		if err := errors.Join(validExtension(alias), validExtension(format)); err != nil {
			return err
		}
	}
	p.aliasesAt = p.at
	return nil
}

// standFor holds aliases to the formats, which may come after them.
func (p *policyParser) standFor() error {
	policy := p.policy.withDefaults()
	for _, alias := range slices.Sorted(maps.Keys(policy.Aliases)) {
		if _, ok := policy.format(normalExtension(alias)); !ok {
			p.at = p.aliasesAt
			return p.fail("aliases", fmt.Errorf("%q stands for %q, which is no format of this policy", alias, policy.Aliases[alias]))
		}
	}
	return nil
}

// validExtension accepts what an extension can be: letters and digits, a dot before them.
func validExtension(s string) error {
	ext := normalExtension(s)
	ok := ext != "" && len(ext) <= 16 && !strings.ContainsFunc(ext, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '_' && r != '-'
	})
	if !ok {
		return fmt.Errorf("%q is no extension", s)
	}
	return nil
}

// size reads a number of octets or a text such as "30MB".
func (p *policyParser) size() (int64, error) {
	var raw json.RawMessage
	if err := p.value(&raw, "a size"); err != nil {
		return 0, err
	}
	text := string(raw)
	if len(raw) > 0 && raw[0] == '"' {
		if err := json.Unmarshal(raw, &text); err != nil {
			return 0, err
		}
	}
	return parseSize(text)
}

// fail places an error where the parser is, and one of a text that breaks off at its end.
func (p *policyParser) fail(key string, err error) error {
	if err == io.EOF {
		p.at, err = len(p.data), io.ErrUnexpectedEOF
	}
	before := p.data[:min(p.at, len(p.data))]
	return &PolicyError{
		Line:   1 + bytes.Count(before, []byte("\n")),
		Column: len(before) - bytes.LastIndexByte(before, '\n'),
		Key:    key, Err: err,
	}
}

// UnmarshalJSON reads a policy out of a larger configuration, as [ParsePolicy] does; the place of an error counts from
// where the policy begins.
func (p *Policy) UnmarshalJSON(data []byte) error {
	parsed, err := ParsePolicy(bytes.NewReader(data))
	if err == nil {
		*p = parsed
	}
	return err
}

// MarshalJSON writes the policy with its defaults filled in, so that a page's own script can show what the server will
// decide: the keys of [ParsePolicy], which reads it back.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy
	return json.Marshal(plain(p.withDefaults()))
}
