package attach

import (
	"cmp"
	"slices"
	"time"
)

// Report is what a check says about the files of a message.
type Report struct {
	// Files are in the order of display: those with errors first, then newest to oldest; at the same time the one
	// attached last comes first.
	Files []Verdict
	// Issues are those of the message as a whole. They mark no file.
	Issues []Issue
	// Total is the octets of all files, bad ones too; Wire is what they take in the message, encoded.
	Total, Wire int64
	// Remove are the sound files to detach, besides those refused, for the message to fit: the fewest, and of those the ones that
	// lose least. They are places among the files given ([Verdict.Index]). Where the message has errors they make it fit the
	// policy and the relay, where it may only bounce, the receiver. nil is none, also where detaching does not help.
	// [Report.Suggestion] says it in words.
	Remove []int
}

// Verdict is what a check says about one file.
type Verdict struct {
	// Index is the file's place among those given.
	Index int
	// Name is as given, CleanName as it is sent.
	Name, CleanName string
	// Format is the kind of the content: "jpeg", "docx", "exe"; "" is unknown. MediaType is the media type that
	// the part is sent with; it follows the content, not the name.
	Format, MediaType string
	// ExtensionOnly tells that the policy allows an extension whose content nothing here can judge.
	ExtensionOnly bool
	// Size is what the file holds; of a file that can only be read in order, at most one octet more than the limit.
	Size int64
	// Width and Height are pixels, as the header of a picture of the right format states them; 0 is unknown.
	Width, Height int64
	// SHA256 is in hexadecimal, "" unless asked for, and where the file was not read or is too large.
	SHA256 string
	// Err is what the file or the scanner failed with, for the log; nil where neither did.
	Err        error `json:"-"`
	AttachedAt time.Time
	// Issues are in the order of [Codes].
	Issues []Issue
}

// SendAllowed tells that no file and nothing about the message is an error. An empty report is allowed.
func (r Report) SendAllowed() bool {
	return !hasError(r.Issues) && !slices.ContainsFunc(r.Files, Verdict.Refused)
}

// Refusal is why the message cannot be sent, in one or two sentences in a language ("ru" or "en"); "" where it can be. The
// details stand next to the files.
func (r Report) Refusal(language string) string {
	if slices.ContainsFunc(r.Files, Verdict.Refused) {
		if languageOf(language) == russian {
			return refusal.ru
		}
		return refusal.en
	}
	for _, i := range r.Issues {
		if i.Severity == SeverityError {
			return i.Text(language)
		}
	}
	return ""
}

// Refused tells that the file has an error.
func (v Verdict) Refused() bool { return hasError(v.Issues) }

func hasError(issues []Issue) bool {
	return slices.ContainsFunc(issues, func(i Issue) bool { return i.Severity == SeverityError })
}

// sortForDisplay is a total order, so that equal input is shown equally.
func sortForDisplay(files []Verdict) {
	slices.SortFunc(files, func(a, b Verdict) int {
		if bad := a.Refused(); bad != b.Refused() {
			if bad {
				return -1
			}
			return 1
		}
		if c := b.AttachedAt.Compare(a.AttachedAt); c != 0 {
			return c
		}
		return cmp.Compare(b.Index, a.Index)
	})
}
