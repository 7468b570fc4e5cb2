package validate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template/twig"
	"github.com/crmmail/crmmail/validate"
)

// The package reads Twig's delimiters by a small scanner of its own, since leaves do not know each other. The tests
// here hold it to the lexer that templates are rendered by.

// asScanned are the lexer's spans as the scanner says them: of a verbatim block, which is one span to the lexer, the two
// tags. That is all they differ in.
func asScanned(source string, lexed []twig.Span) []validate.TwigSpan {
	var list []validate.TwigSpan
	for _, span := range lexed {
		if span.Kind != twig.SpanVerbatim {
			list = append(list, validate.TwigSpan{Start: span.Start, End: span.End})
			continue
		}
		block := source[span.Start:span.End]
		list = append(list,
			validate.TwigSpan{Start: span.Start, End: span.Start + strings.Index(block, "%}") + 2},
			validate.TwigSpan{Start: span.Start + strings.LastIndex(block, "{%"), End: span.End})
	}
	return list
}

// requireSameSpans compares the two readings: all of a source that the lexer reads, else all before its fault.
func requireSameSpans(t *testing.T, source string) {
	t.Helper()
	lexed, err := twig.Spans(source)
	want, got := asScanned(source, lexed), validate.TwigSpans(source)
	if err != nil && len(got) > len(want) {
		got = got[:len(want)]
	}
	require.True(t, slices.Equal(want, got), "%q\n   lexed %v, %v\n scanned %v", source, want, err, got)
}

// ourTemplates are the sources of every case of the engine's tests.
func ourTemplates(t testing.TB) (sources []string) {
	t.Helper()
	err := filepath.WalkDir("../template/twig/testdata/cases", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".case" {
			return err
		}
		raw, err := os.ReadFile(path)
		for _, section := range strings.Split("\n"+string(raw), "\n-- ")[1:] {
			name, body, _ := strings.Cut(section, " --\n")
			if strings.Contains(name, ".") { // a template; the other sections have no ending
				sources = append(sources, body)
			}
		}
		return err
	})
	require.NoError(t, err)
	return sources
}

func TestEngineSpans(t *testing.T) {
	sources := ourTemplates(t)
	require.Greater(t, len(sources), 100)
	for _, source := range sources {
		requireSameSpans(t, source)
	}
}

// FuzzEngineSpans holds that the validator takes for template syntax what the engine does, and nothing else.
func FuzzEngineSpans(f *testing.F) {
	for _, source := range ourTemplates(f) {
		f.Add(source)
	}
	for _, source := range []string{
		`{{ "#{ "}}" }" }}`, `{% verbatim %}{{ a }}{%- endverbatim ~%} {{ b }}`, `{#- {{ a }} -#}{{ {a: {b: 1}} }}`,
		"{{ a # }}\n }}", "{{ 'it\\'s }}' }}", "{% line 5 %}{%~ if a == '%}' -%}", "{{ a ? {'}}': 1}|length : `x` }}",
	} {
		f.Add(source)
	}
	f.Fuzz(requireSameSpans)
}
