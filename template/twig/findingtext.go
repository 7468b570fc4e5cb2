package twig

import (
	"maps"
	"slices"
	"strings"
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
