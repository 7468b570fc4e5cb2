package twig

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/template"
)

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

// The codes of all findings, each with what brings it about. They never change their meaning.
const (
	// CodeSyntax: {{ 1 + }}, and any fault of the syntax that has no code of its own.
	CodeSyntax = "syntax.invalid"
	// CodeUnclosed: {{ (1 + 2 }}.
	CodeUnclosed = "syntax.unclosed"
	// CodeEnd: {% if a %} and nothing after it.
	CodeEnd = "syntax.end"
	// CodeTagUnknown: {% iff a %}.
	CodeTagUnknown = "tag.unknown"
	// CodeTagUnclosed: {% for a in b %}{% if a %}{% endfor %}.
	CodeTagUnclosed = "tag.unclosed"
	// CodeFilterUnknown: {{ a|uper }}.
	CodeFilterUnknown = "filter.unknown"
	// CodeFunctionUnknown: {{ rnage(1, 2) }}.
	CodeFunctionUnknown = "function.unknown"
	// CodeTestUnknown: {{ a is evn }}.
	CodeTestUnknown = "test.unknown"
	// CodeArgumentUnknown: {{ a|round(digits = 2) }}.
	CodeArgumentUnknown = "argument.unknown"
	// CodeArgumentMissing: {{ a|batch }}.
	CodeArgumentMissing = "argument.missing"
	// CodeVariableUnknown: {{ custmer.name }} where customer is given; when rendering, a variable that is missing in a
	// strict engine.
	CodeVariableUnknown = "variable.unknown"
	// CodeAttributeUnknown: {{ customer.nmae }} where customer has a name.
	CodeAttributeUnknown = "attribute.unknown"
	// CodeMacroUnknown: {{ _self.price(1) }} in a template without that macro.
	CodeMacroUnknown = "macro.unknown"
	// CodeTemplateUnknown: {% include "footer" %} where there is no such template.
	CodeTemplateUnknown = "template.unknown"
	// CodeRaw: {{ customer.name|raw }}.
	CodeRaw = "escape.raw"
	// CodeUnescaped: {% autoescape false %}{{ customer.name }}{% endautoescape %}.
	CodeUnescaped = "escape.off"
	// CodePolicyTag: {% flush %} under the default policy.
	CodePolicyTag = "policy.tag"
	// CodePolicyFilter: {{ a|convert_encoding("UTF-8", "KOI8-R") }} under the default policy.
	CodePolicyFilter = "policy.filter"
	// CodePolicyFunction: {{ source("footer") }} under the default policy.
	CodePolicyFunction = "policy.function"
	// CodePolicyAccess: {{ date().setTimezone("UTC") }} under the default policy, when rendering.
	CodePolicyAccess = "policy.access"
	// CodeLimitSource: a template of more than Limits.SourceBytes.
	CodeLimitSource = "limit.source"
	// CodeLimitNesting: four hundred parentheses in each other, or thousands of operators in one expression.
	CodeLimitNesting = "limit.nesting"
	// CodeLimitSteps: {% for i in 1..10000000 %}{% endfor %}, when rendering, as the limits below.
	CodeLimitSteps = "limit.steps"
	// CodeLimitOutput: more printed than Limits.OutputBytes.
	CodeLimitOutput = "limit.output"
	// CodeLimitMemory: {{ "%0999999999d"|format(1) }}.
	CodeLimitMemory = "limit.memory"
	// CodeLimitDepth: a template that includes itself.
	CodeLimitDepth = "limit.depth"
	// CodeLimitTime: a rendering whose context ended.
	CodeLimitTime = "limit.time"
	// CodeDivision: {{ 1 / 0 }}, when rendering.
	CodeDivision = "runtime.division"
	// CodeRuntime: {{ [] + 1 }}, when rendering, and any fault of a rendering that has no code of its own.
	CodeRuntime = "runtime.failed"
)

// findingTexts is the one table of what people read. {name}, {of} and {message} stand for the fields of a Finding.
var findingTexts = map[string]struct{ ru, en string }{
	CodeSyntax:           {"Ошибка в записи шаблона: {message}", "The template is not written correctly: {message}"},
	CodeUnclosed:         {"Не закрыто: {name}", "Not closed: {name}"},
	CodeEnd:              {"Шаблон закончился раньше, чем закрыты все теги", "The template ends before all its tags are closed"},
	CodeTagUnknown:       {"Тега «{name}» нет", "There is no tag “{name}”"},
	CodeTagUnclosed:      {"Тег «{name}» стоит там, где ещё не закрыт тег «{of}»", "The tag “{name}” comes before the tag “{of}” is closed"},
	CodeFilterUnknown:    {"Фильтра «{name}» нет", "There is no filter “{name}”"},
	CodeFunctionUnknown:  {"Функции «{name}» нет", "There is no function “{name}”"},
	CodeTestUnknown:      {"Проверки «{name}» нет", "There is no test “{name}”"},
	CodeArgumentUnknown:  {"У «{of}» нет аргумента «{name}»", "“{of}” has no argument “{name}”"},
	CodeArgumentMissing:  {"Для «{of}» не указан аргумент «{name}»", "“{of}” is missing its argument “{name}”"},
	CodeVariableUnknown:  {"Переменной «{name}» нет", "There is no variable “{name}”"},
	CodeAttributeUnknown: {"У «{of}» нет поля «{name}»", "“{of}” has no field “{name}”"},
	CodeMacroUnknown:     {"Макроса «{name}» нет", "There is no macro “{name}”"},
	CodeTemplateUnknown:  {"Шаблона «{name}» нет", "There is no template “{name}”"},
	CodeRaw: {"Значение «{name}» выводится без экранирования (raw): данные клиента смогут вставить в письмо свой HTML",
		"The value “{name}” is printed unescaped (raw): a customer's data can put its own HTML into the letter"},
	CodeUnescaped: {"Значение «{name}» выводится без экранирования (autoescape false): данные клиента смогут вставить в письмо свой HTML",
		"The value “{name}” is printed unescaped (autoescape false): a customer's data can put its own HTML into the letter"},
	CodePolicyTag:      {"Тег «{name}» здесь запрещён", "The tag “{name}” is not allowed here"},
	CodePolicyFilter:   {"Фильтр «{name}» здесь запрещён", "The filter “{name}” is not allowed here"},
	CodePolicyFunction: {"Функция «{name}» здесь запрещена", "The function “{name}” is not allowed here"},
	CodePolicyAccess:   {"Обращение к «{name}» здесь запрещено", "Using “{name}” is not allowed here"},
	CodeLimitSource:    {"Шаблон слишком большой", "The template is too large"},
	CodeLimitNesting:   {"Шаблон слишком сложный: слишком глубокая вложенность или слишком длинное выражение", "The template is too complex: it is nested too deeply or has an expression that is too long"},
	CodeLimitSteps:     {"Шаблон выполняет слишком много действий", "The template takes too many steps"},
	CodeLimitOutput:    {"Шаблон выводит слишком много", "The template prints too much"},
	CodeLimitMemory:    {"Шаблону нужно слишком много памяти", "The template needs too much memory"},
	CodeLimitDepth:     {"Шаблоны, блоки и макросы слишком глубоко вложены друг в друга", "Templates, blocks and macros are nested too deeply in each other"},
	CodeLimitTime:      {"Шаблон не успел выполниться за отведённое время", "The template did not finish in the time it was given"},
	CodeDivision:       {"Деление на ноль", "Division by zero"},
	CodeRuntime:        {"Ошибка при выполнении шаблона: {message}", "The template failed: {message}"},
}

// Codes returns every code of this package's findings in alphabetical order.
func Codes() []string { return slices.Sorted(maps.Keys(findingTexts)) }

// Text returns the finding for a person, without its place: language is "ru" or "en", and anything else means English.
// It is plain text; escape it for HTML. A Finding with a code that is not ours returns the code.
func (f Finding) Text(language string) string {
	text, ok := findingTexts[f.Code]
	if !ok {
		return f.Code
	}
	chosen, hint, open, end := text.en, "Did you mean ", "“", "”?"
	if language == "ru" {
		chosen, hint, open, end = text.ru, "Возможно, вы имели в виду ", "«", "»?"
	}
	out := strings.NewReplacer("{name}", f.Name, "{of}", f.Of, "{message}", f.Message).Replace(chosen)
	if len(f.Suggestions) > 0 {
		out += ". " + hint + open + f.Suggestions[0] + end
	}
	return out
}

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

// wordings tell the codes of Twig's messages by their beginnings; the first that fits counts. quoted says which of the
// message's quoted words are Name and Of, -1 for none.
var wordings = []struct {
	kind     template.Kind
	begins   string
	contains string
	code     string
	name, of int
}{
	{template.Syntax, "Unclosed ", "", CodeUnclosed, 0, -1},
	{template.Syntax, "Unexpected end of file: Unclosed ", "", CodeUnclosed, 0, -1},
	{template.Syntax, "Unexpected end of template", "", CodeEnd, -1, -1},
	{template.Syntax, "Unknown ", `" tag.`, CodeTagUnknown, 0, -1},
	{template.Syntax, "Unexpected ", `" tag (expecting closing tag`, CodeTagUnclosed, 0, 1},
	{template.Syntax, "Unknown ", `" filter.`, CodeFilterUnknown, 0, -1},
	{template.Syntax, "Unknown ", `" function.`, CodeFunctionUnknown, 0, -1},
	{template.Syntax, "Unknown ", `" test.`, CodeTestUnknown, 0, -1},
	{template.Syntax, "Unknown argument", "", CodeArgumentUnknown, 0, -2},
	{template.Syntax, "Value for argument ", "", CodeArgumentMissing, 0, 1},
	{template.Load, "Template ", `" is not defined.`, CodeTemplateUnknown, 0, -1},
	{template.Runtime, "Variable ", `" does not exist.`, CodeVariableUnknown, 0, -1},
	{template.Runtime, "Macro ", `" is not defined in template`, CodeMacroUnknown, 0, 1},
	{template.Runtime, "", "Division by zero", CodeDivision, -1, -1},
	{template.Runtime, "", "Modulo by zero", CodeDivision, -1, -1},
	{template.Security, "Tag ", "", CodePolicyTag, 0, -1},
	{template.Security, "Filter ", "", CodePolicyFilter, 0, -1},
	{template.Security, "Function ", "", CodePolicyFunction, 0, -1},
	{template.Security, "", "", CodePolicyAccess, 0, -1},
	{template.Limit, "The template is larger", "", CodeLimitSource, -1, -1},
	{template.Limit, "The template takes more steps", "", CodeLimitSteps, -1, -1},
	{template.Limit, "The template prints more", "", CodeLimitOutput, -1, -1},
	{template.Limit, "The template uses more memory", "", CodeLimitMemory, -1, -1},
	{template.Limit, "Templates, blocks and macros", "", CodeLimitDepth, -1, -1},
	{template.Limit, "The rendering was stopped", "", CodeLimitTime, -1, -1},
	{template.Limit, "context ", "", CodeLimitTime, -1, -1},
	{template.Limit, "", "", CodeLimitNesting, -1, -1},
	{template.Syntax, "", "", CodeSyntax, -1, -1},
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
			f.Code, f.Of, f.Suggestions = CodeTagUnknown, "", similar(f.Name, eng.tagNames())
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
