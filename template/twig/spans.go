package twig

// SpanKind says what a [Span] is.
type SpanKind string

const (
	// SpanComment is {# … #}.
	SpanComment SpanKind = "comment"
	// SpanTag is {% … %}.
	SpanTag SpanKind = "tag"
	// SpanOutput is {{ … }}.
	SpanOutput SpanKind = "output"
	// SpanVerbatim is {% verbatim %} … {% endverbatim %} with what is between, which is text.
	SpanVerbatim SpanKind = "verbatim"
)

// Span is a part of a source that is not text, with its delimiters: source[Start:End].
type Span struct {
	Kind       SpanKind
	Start, End int
}

// Spans returns the parts of a source that are not text, in order, as the engine's own lexer reads them: for programs
// that look at the text around, and for tests of scanners that are not the engine. White space that a delimiter
// removes is not in its span. An error is a *template.Error, and the spans before its place come with it.
func Spans(source string) (spans []Span, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = parseFault("", x)
		}
	}()
	l := newLexer("", source)
	l.spans = &spans
	l.read()
	if l.state != inData {
		l.fail(l.opened, "Unclosed tag.")
	}
	return spans, nil
}

func (l *lexer) span(kind SpanKind, start, end int) {
	if l.spans != nil {
		*l.spans = append(*l.spans, Span{kind, start, end})
	}
}
