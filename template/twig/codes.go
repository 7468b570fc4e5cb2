package twig

// The codes of all findings and of the errors of [Engine.Parse] and [Template.Render], each with what brings it about. They
// never change their meaning.
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
