package attach

import "encoding/json"

// Severity is how much an issue weighs.
type Severity string

// The severities. An error blocks the message; a warning and a note let it go.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Issue is one thing that a person should know about a file or a message.
type Issue struct {
	Code     string
	Severity Severity
	Params   Params
}

// Params are what an issue's text speaks of. Each code fills in the fields that its text uses; the others are zero
// and absent from JSON. Sizes are octets.
type Params struct {
	Extension string   `json:"extension,omitempty"` // of the cleaned name, or the hidden one
	Allowed   []string `json:"allowed,omitempty"`   // the policy's formats
	Rename    string   `json:"rename,omitempty"`    // the extension that would do
	Expected  string   `json:"expected,omitempty"`  // the kind that the name promises
	Detected  string   `json:"detected,omitempty"`  // the kind that the content is
	Name      string   `json:"name,omitempty"`      // the cleaned name, or the other file's
	Size      int64    `json:"size,omitempty"`
	Limit     int64    `json:"limit,omitempty"`
	Over      int64    `json:"over,omitempty"` // octets of files to remove, at least
	Total     int64    `json:"total,omitempty"`
	Wire      int64    `json:"wire,omitempty"`
	Count     int64    `json:"count,omitempty"` // files
	Most      int64    `json:"most,omitempty"`  // files at most
	Width     int64    `json:"width,omitempty"`
	Height    int64    `json:"height,omitempty"`
	Threat    string   `json:"threat,omitempty"`   // the virus, as the scanner calls it
	Target    string   `json:"target,omitempty"`   // address of a template
	What      string   `json:"what,omitempty"`     // the construct found
	Receiver  string   `json:"receiver,omitempty"` // domain with the smaller limit
	// Hint chooses a text that helps more than the general one: "web-page" beside [CodeContentMismatch] says how to save the
	// file as a document. [Table].Texts has them all, each under its code, a slash and the hint.
	Hint string `json:"hint,omitempty"`
}

// MarshalJSON writes {"code","severity","message","params"}, the message in English.
func (i Issue) MarshalJSON() ([]byte, error) { return json.Marshal(i.In("en")) }

// Localized is an issue with its text in one language, ready for JSON.
type Localized struct {
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	Params   Params   `json:"params"`
}

// In is the issue with its text in a language, "ru" or "en".
func (i Issue) In(language string) Localized {
	return Localized{i.Code, i.Severity, i.Text(language), i.Params}
}
