package twig_test

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// TestEveryKindIsDocumentedWithItsTrigger holds the comments of template.Kind to this engine.
func TestEveryKindIsDocumentedWithItsTrigger(t *testing.T) {
	text, err := os.ReadFile("../error.go")
	require.NoError(t, err)
	found := regexp.MustCompile(`(?s)"(\{[^"]*\})"\.\n\t(Kind\w+) +Kind = "(\w+)"|(Kind\w+) +Kind = `).FindAllSubmatch(text, -1)
	require.Len(t, found, 5)
	for _, f := range found {
		require.NotEmpty(t, f[2], "%s has no trigger", f[4])
		eng := newEngine(t, twig.Options{})
		_, err := render(eng, string(f[1]), nil)
		_ = fault(t, err, template.Kind(f[3]))
	}
}

// documentedCodes returns the code of each constant and the template in the comment on it, "" where it says something else.
func documentedCodes(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, parser.ParseComments)
	require.NoError(t, err)
	table := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(spec.Doc.Text(), spec.Names[0].Name+": "), code)
			table[code] = regexp.MustCompile(`\{[{%].*[}%]\}`).FindString(spec.Doc.Text())
		}
		return true
	})
	return table
}

func TestEveryCodeIsDocumentedWithItsTrigger(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	special := map[string]struct {
		ctx     context.Context
		source  string
		options twig.Options
	}{
		twig.CodeLimitSource:  {source: strings.Repeat("x", 1<<20+1)},
		twig.CodeLimitNesting: {source: "{{ " + strings.Repeat("(", 400) + "1" + strings.Repeat(")", 400) + " }}"},
		twig.CodeLimitOutput:  {source: "xx", options: twig.Options{Limits: twig.Limits{OutputBytes: 1}}},
		twig.CodeLimitDepth:   {source: "{% include 'self' %}", options: twig.Options{Source: source{"self": "{% include 'self' %}"}}},
		twig.CodeLimitTime:    {ctx: ended, source: "x"},
	}
	table := documentedCodes(t)
	assert.Len(t, table, len(twig.Codes()))
	for _, code := range twig.Codes() {
		t.Run(code, func(t *testing.T) {
			trigger, ok := special[code]
			if !ok {
				trigger.source = table[code]
			}
			if trigger.ctx == nil {
				trigger.ctx = context.Background()
			}
			require.NotEmpty(t, trigger.source, "no source brings it about")
			assert.Contains(t, codesOf(trigger.ctx, newEngine(t, trigger.options), trigger.source), code, trigger.source)
		})
	}
}

// codesOf returns the codes of what is said of a template when it is checked, parsed and rendered.
func codesOf(ctx context.Context, eng *twig.Engine, source string) (codes []string) {
	text := func(name string) template.Variable { return template.Variable{Name: name, Type: template.TypeText} }
	variables := []template.Variable{text("a"), {Name: "b", Type: template.TypeList},
		{Name: "customer", Type: template.TypeMap, Fields: []template.Variable{text("name")}}}
	for _, f := range eng.Check(context.Background(), "t", source, template.EscapeHTML, variables).Findings {
		codes = append(codes, f.Code)
	}
	parsed, err := eng.Parse(ctx, "t", source, template.EscapeHTML)
	if err == nil {
		_, err = parsed.Render(ctx, template.Vars{"a": "x", "b": []any{1}, "customer": map[string]any{"name": "Anna"}})
	}
	if f, ok := twig.Describe(err); ok {
		codes = append(codes, f.Code)
	}
	return codes
}
