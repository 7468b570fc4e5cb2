package attach

import (
	"maps"
	"slices"
)

// Table is a policy as a page's own script needs it, to say next to a file what the server will say, before the file is there. It is
// the same table that Check decides by, so that the two never differ. Hand it to the page as JSON.
//
// A script judges a file by its name and its size; what needs the content ([Codes] tells which) the server judges later.
//   - The extension is what follows the last dot of the name, in lower case; "" where there is no dot. One that is no key of Extensions
//     is "file.format-not-allowed" with {extension} and {allowed}, and with the hint and the {rename} that Hints has for it.
//   - Size 0 is "file.empty", more than MaxFile "file.too-large" with {size} and {limit}.
//   - The sum of all sizes over MaxTotal is "total.too-large" with {total}, {limit} and {over}; more files than MaxFiles, where that is
//     not 0, "message.too-many-files" with {count} and {most}. Those mark no file.
//
// A text is Texts[language][code+"/"+hint], or Texts[language][code] where there is no such or no hint. In it {count|one|few|many} is the
// number with the noun that belongs to it (English has one and many); {allowed} is joined by ", "; sizes are written in Units.
type Table struct {
	// Accept is the accept attribute of the picker.
	Accept string `json:"accept"`
	// Formats are the extensions that people are told of, in their order.
	Formats []string `json:"formats"`
	// Extensions are all that are taken, aliases among them.
	Extensions map[string]TableFormat `json:"extensions"`
	// Hints are what to say of some extensions that are not taken, "" among them.
	Hints map[string]TableHint `json:"hints"`
	// MaxFile and MaxTotal are octets, inclusive. MaxFiles is 0 for any number.
	MaxFile  int64 `json:"max_file"`
	MaxTotal int64 `json:"max_total"`
	MaxFiles int   `json:"max_files"`
	// Texts, Units and Refusal are by language: "ru", "en". Refusal is said of a message with files that have errors.
	Texts   map[string]map[string]string `json:"texts"`
	Units   map[string]TableUnits        `json:"units"`
	Refusal map[string]string            `json:"refusal"`
}

// TableFormat is what an extension stands for.
type TableFormat struct {
	// Kind is the content that the name promises, "" where only the extension is judged.
	Kind string `json:"kind"`
	// Family groups the kinds of which one may bear the other's name.
	Family string `json:"family"`
}

// TableHint is the hint for an extension that is not taken, and what to rename it to where that is all.
type TableHint struct {
	Hint   string `json:"hint"`
	Rename string `json:"rename,omitempty"`
}

// TableUnits writes sizes. Under 1024 octets it is the number with Bytes, in the forms of {count}; under 1024² the number of KB, else that of
// MB. Those have one digit behind the Point, none where it is 0. Limits are rounded down, everything else up.
type TableUnits struct {
	Bytes []string `json:"bytes"`
	KB    string   `json:"kb"`
	MB    string   `json:"mb"`
	Point string   `json:"point"`
}

// Table is the policy for a page's own script.
func (p Policy) Table() Table {
	p = p.withDefaults()
	t := Table{
		Accept: p.Accept(), Formats: slices.Clone(p.Formats), MaxFile: p.MaxFile, MaxTotal: p.MaxTotal, MaxFiles: p.MaxFiles,
		Extensions: map[string]TableFormat{}, Hints: map[string]TableHint{},
		Texts: map[string]map[string]string{"ru": {}, "en": {}}, Units: map[string]TableUnits{},
		Refusal: map[string]string{"ru": refusal.ru, "en": refusal.en},
	}
	for _, ext := range p.extensions() {
		format, _ := p.format(ext)
		t.Extensions[ext] = TableFormat{Kind: kindOf(format), Family: kinds[kindOf(format)]}
	}
	for _, ext := range append(slices.Collect(maps.Keys(renames)), "", "heic", "heif") {
		if hint, ok := p.hint(ext); ok {
			t.Hints[ext] = hint
		}
	}
	for key, text := range texts {
		t.Texts["ru"][key], t.Texts["en"][key] = text.ru, text.en
	}
	for l, name := range [...]string{english: "en", russian: "ru"} {
		u := units[l]
		u.Bytes = slices.Clone(u.Bytes)
		t.Units[name] = u
	}
	return t
}

// hint is what to say of an extension that is not taken.
func (p Policy) hint(extension string) (TableHint, bool) {
	if _, taken := p.format(extension); taken {
		return TableHint{}, false
	}
	if same, ok := p.format(renames[extension]); ok && renames[extension] != "" {
		return TableHint{Hint: "rename", Rename: same}, true
	}
	switch extension {
	case "":
		return TableHint{Hint: "no-extension"}, true
	case "heic", "heif":
		return TableHint{Hint: "heic"}, true
	}
	return TableHint{}, false
}
