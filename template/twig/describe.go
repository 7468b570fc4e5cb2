package twig

import (
	"errors"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/template"
)

// Describe tells what an error of this package means, so that it can be shown in the reader's language: parsing and
// rendering return Twig's own wording, which is English. ok is false for an error that is no *[template.Error].
func Describe(err error) (f Finding, ok bool) {
	var e *template.Error
	if !errors.As(err, &e) {
		return Finding{}, false
	}
	f = describe(e, nil)
	f.Line, f.Column = e.Line, e.Column
	return f, true
}

// coded puts the code and the parameters on an error of ours.
func coded(err error) error {
	e, ok := err.(*template.Error)
	if !ok || e.Code != "" {
		return err
	}
	f := describe(e, nil)
	e.Code = f.Code
	for name, value := range map[string]string{"name": f.Name, "of": f.Of} {
		if value == "" {
			continue
		}
		if e.Params == nil {
			e.Params = map[string]string{}
		}
		e.Params[name] = value
	}
	return err
}

// wordings tell the codes of Twig's messages by their beginnings; the first that fits counts. quoted says which of the
// message's quoted words are Name and Of, -1 for none and -2 for the last.
var wordings = []struct {
	kind     template.Kind
	begins   string
	contains string
	code     string
	name, of int
}{
	{template.KindSyntax, "Unclosed ", "", CodeUnclosed, 0, -1},
	{template.KindSyntax, "Unexpected end of file: Unclosed ", "", CodeUnclosed, 0, -1},
	{template.KindSyntax, "Unexpected end of template", "", CodeEnd, -1, -1},
	{template.KindSyntax, `Unexpected token "end of template" ("end of statement block" expected)`, "", CodeEnd, -1, -1},
	{template.KindSyntax, "Unknown ", `" tag.`, CodeTagUnknown, 0, -1},
	{template.KindSyntax, "Unexpected ", `" tag (expecting closing tag`, CodeTagUnclosed, 0, 1},
	{template.KindSyntax, "Unknown ", `" filter.`, CodeFilterUnknown, 0, -1},
	{template.KindSyntax, "Unknown ", `" function.`, CodeFunctionUnknown, 0, -1},
	{template.KindSyntax, "Unknown ", `" test.`, CodeTestUnknown, 0, -1},
	{template.KindSyntax, "Unknown argument", "", CodeArgumentUnknown, 0, -2},
	{template.KindSyntax, "Value for argument ", "", CodeArgumentMissing, 0, 1},
	{template.KindLoad, "Template ", `" is not defined.`, CodeTemplateUnknown, 0, -1},
	{template.KindRuntime, "Variable ", `" does not exist.`, CodeVariableUnknown, 0, -1},
	{template.KindRuntime, "Macro ", `" is not defined in template`, CodeMacroUnknown, 0, 1},
	{template.KindRuntime, "", "Division by zero", CodeDivision, -1, -1},
	{template.KindRuntime, "", "Modulo by zero", CodeDivision, -1, -1},
	{template.KindSecurity, "Tag ", "", CodePolicyTag, 0, -1},
	{template.KindSecurity, "Filter ", "", CodePolicyFilter, 0, -1},
	{template.KindSecurity, "Function ", "", CodePolicyFunction, 0, -1},
	{template.KindSecurity, "", "", CodePolicyAccess, 0, -1},
	{template.KindLimit, "The template is larger", "", CodeLimitSource, -1, -1},
	{template.KindLimit, "The template takes more steps", "", CodeLimitSteps, -1, -1},
	{template.KindLimit, "The template prints more", "", CodeLimitOutput, -1, -1},
	{template.KindLimit, "The template uses more memory", "", CodeLimitMemory, -1, -1},
	{template.KindLimit, "Templates, blocks and macros", "", CodeLimitDepth, -1, -1},
	{template.KindLimit, "The rendering was stopped", "", CodeLimitTime, -1, -1},
	{template.KindLimit, "context ", "", CodeLimitTime, -1, -1},
	{template.KindLimit, "", "", CodeLimitNesting, -1, -1},
	{template.KindSyntax, "", "", CodeSyntax, -1, -1},
	{"", "", "", CodeRuntime, -1, -1},
}

// describe turns an error into a finding without a place. eng, where given, is asked whether a tag exists at all.
func describe(e *template.Error, eng *Engine) Finding {
	f := Finding{Severity: SeverityError, Message: e.Message}
	words := quotedWords(e.Message)
	word := func(i int) string {
		if i == -2 {
			i = len(words) - 1
		}
		if i < 0 || i >= len(words) {
			return ""
		}
		return words[i]
	}
	for _, w := range wordings {
		if (w.kind == "" || w.kind == e.Kind) && strings.HasPrefix(e.Message, w.begins) && strings.Contains(e.Message, w.contains) {
			f.Code, f.Name, f.Of = w.code, word(w.name), word(w.of)
			break
		}
	}
	if _, hint, ok := strings.Cut(e.Message, "Did you mean "); ok {
		f.Suggestions = quotedWords(hint)
	}
	switch f.Code {
	case CodeTagUnclosed:
		if eng != nil && !eng.ends(f.Name) {
			f.Code, f.Of, f.Suggestions = CodeTagUnknown, "", similar(f.Name, eng.tagNames)
		}
	case CodeArgumentUnknown: // the last quoted word is "trim(character_mask, side)"
		f.Of, _, _ = strings.Cut(f.Of, "(")
	}
	return f
}

// ends reports that a name is that of a tag, or of one that ends or divides the body of a tag.
func (e *Engine) ends(name string) bool {
	for _, ends := range bodies {
		if slices.Contains(ends, name) {
			return true
		}
	}
	return e.tags[name] != nil
}

// quotedWords are the parts of a message in double quotes.
func quotedWords(s string) []string {
	parts := strings.Split(s, `"`)
	var out []string
	for i := 1; i+1 < len(parts); i += 2 {
		out = append(out, parts[i])
	}
	return out
}
