package attach

import (
	"slices"
	"strings"
)

// mb is the unit of sizes written as text: 2^20 octets, so that a file passes which Windows or macOS shows as 30 MB.
const mb = 1 << 20

// Policy is what may be attached. It is a plain value: hold one for each tenant, replace it whenever the configuration
// changes. A zero field means its default, so that the zero Policy is [Default]. Reading it is safe for concurrent use.
type Policy struct {
	// Formats are extensions without their dot, in the order in which people are told them. Empty is the default list.
	// jpg and jpeg are two entries and one content. What has no sniffer is judged by its extension alone, which
	// [Verdict.ExtensionOnly] tells.
	Formats []string `json:"formats"`
	// MaxFile and MaxTotal are octets, inclusive: of one file and of all files of a message.
	MaxFile  int64 `json:"max_file"`
	MaxTotal int64 `json:"max_total"`
	// MaxFiles is how many files a message may have; 0 is any number.
	MaxFiles int `json:"max_files,omitempty"`
	// Aliases accepts further extensions in the name of one in Formats: {"jfif": "jpg", "dib": "bmp"}.
	Aliases map[string]string `json:"aliases,omitempty"`
	// RefuseMacros makes macros in a .doc an error; by default they are a warning.
	RefuseMacros bool `json:"refuse_macros,omitempty"`
}

// Default is jpeg, jpg, png, pdf, doc, docx, rtf and bmp, and 30 MB (31,457,280 octets) for one file and for all.
func Default() Policy {
	return Policy{
		Formats:  []string{"jpeg", "jpg", "png", "pdf", "doc", "docx", "rtf", "bmp"},
		MaxFile:  30 * mb,
		MaxTotal: 30 * mb,
	}
}

// withDefaults fills in what is zero, and writes extensions in one form.
func (p Policy) withDefaults() Policy {
	def := Default()
	if p.MaxFile <= 0 {
		p.MaxFile = def.MaxFile
	}
	if p.MaxTotal <= 0 {
		p.MaxTotal = def.MaxTotal
	}
	if len(p.Formats) == 0 {
		p.Formats = def.Formats
		return p
	}
	formats := make([]string, 0, len(p.Formats))
	for _, f := range p.Formats {
		if f = normalExtension(f); f != "" && !slices.Contains(formats, f) {
			formats = append(formats, f)
		}
	}
	p.Formats = formats
	return p
}

func normalExtension(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.TrimSpace(s), "."))
}

// Accept is the value of the accept attribute of a file input: ".jpeg,.jpg,.png". A picker that obeys it shows allowed
// files first; the check decides.
func (p Policy) Accept() string {
	p = p.withDefaults()
	var b strings.Builder
	for _, f := range p.extensions() {
		if b.Len() > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('.')
		b.WriteString(f)
	}
	return b.String()
}

// extensions are the formats, then the aliases of them in alphabetical order.
func (p Policy) extensions() []string {
	var aliases []string
	for alias := range p.Aliases {
		alias = normalExtension(alias)
		if _, ok := p.format(alias); ok && !slices.Contains(p.Formats, alias) {
			aliases = append(aliases, alias)
		}
	}
	slices.Sort(aliases)
	return append(slices.Clone(p.Formats), aliases...)
}

// format is the entry of Formats that an extension stands for.
func (p Policy) format(extension string) (string, bool) {
	if slices.Contains(p.Formats, extension) {
		return extension, true
	}
	for alias, format := range p.Aliases {
		if normalExtension(alias) == extension {
			format = normalExtension(format)
			return format, slices.Contains(p.Formats, format)
		}
	}
	return "", false
}

// allows tells whether some entry of Formats stands for a kind of content.
func (p Policy) allows(kind string) bool {
	for _, f := range p.Formats {
		if kindOf(f) == kind {
			return true
		}
	}
	return false
}
