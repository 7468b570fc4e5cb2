package sender

import "strings"

// Choice is one entry of the From list, as a form posts it. The zero Choice is "none chosen". Choices are comparable.
type Choice struct {
	// Kind is [Manager], [Store] or [Additional].
	Kind Kind
	// ID is the [Identity]'s for Additional, and empty for the others: who the manager is follows from the customer,
	// never from what a form posts.
	ID string
}

// ParseChoice reads what [Choice.String] writes. The empty text is the zero Choice, which [Resolve] refuses; any
// other text that names no choice is a [*RefusedError] with the code [CodeUnknown].
func ParseChoice(text string) (Choice, error) {
	switch text {
	case "":
		return Choice{}, nil
	case string(Manager), string(Store):
		return Choice{Kind: Kind(text)}, nil
	}
	id, ok := strings.CutPrefix(text, string(Additional)+":")
	if !ok || id == "" {
		return Choice{}, refuse(CodeUnknown, "")
	}
	return Choice{Kind: Additional, ID: id}, nil
}

// String returns "manager", "store", "additional:ID", or "" for the zero Choice.
func (c Choice) String() string {
	if c.Kind == Additional {
		return string(c.Kind) + ":" + c.ID
	}
	return string(c.Kind)
}

// MarshalText returns what String returns; for a Choice that [ParseChoice] would not give back it is an error.
func (c Choice) MarshalText() ([]byte, error) {
	text := c.String()
	if back, err := ParseChoice(text); err != nil || back != c {
		return nil, refuse(CodeUnknown, "")
	}
	return []byte(text), nil
}

// UnmarshalText does what [ParseChoice] does.
func (c *Choice) UnmarshalText(text []byte) error {
	parsed, err := ParseChoice(string(text))
	if err != nil {
		return err
	}
	*c = parsed
	return nil
}
