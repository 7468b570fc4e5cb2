package twig

// Severity says how much a [Finding] matters.
type Severity string

const (
	// SeverityError is a fault: the template cannot be rendered, or prints nothing where it names what does not exist.
	SeverityError Severity = "error"
	// SeverityWarning asks the author to look again.
	SeverityWarning Severity = "warning"
)

// Finding is one thing that is wrong with a template. It is data: [Finding.Text] says it to a person.
type Finding struct {
	Code     string
	Severity Severity
	// Line and Column are where it is, from 1, Column in runes; 0 means not known. Start and End are byte offsets into
	// the source, for marking it.
	Line, Column int
	Start, End   int
	// Name is what it is about: the unknown variable, the tag, the path of the data.
	Name string
	// Of is what Name belongs to: the "customer" of an unknown attribute, the filter of an unknown argument, the tag
	// that is not closed.
	Of string
	// Suggestions are names that exist and resemble Name, nearest first.
	Suggestions []string
	// Message is Twig's own wording where there is one.
	Message string
}
