package validate_test

import (
	"go/parser"
	"go/token"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/validate"
)

// triggers holds, for the codes whose input is more than a line of HTML, that input.
var triggers = map[string]validate.Content{
	"content.too-deep":          {HTML: strings.Repeat("<div>", 513)},
	"content.too-large":         {HTML: strings.Repeat(" ", 1<<20+1)},
	"content.invalid-utf8":      {HTML: "\xff"},
	"content.control-character": {HTML: "\x00"},
	"link.invisible":            {HTML: "<a href=\"https://shop.example/\u200bsale\">x</a>"},
	"size.clipped":              {HTML: strings.Repeat("<p>x</p>", 102<<7+1)},
	"size.near-clipping":        {HTML: strings.Repeat("<p>x</p>", 91<<7)},
	"bulk.no-unsubscribe":       {HTML: "<p>x</p>", Bulk: true},
	"preheader.repeated":        {Subject: "Sale", Preheader: "Sale"},
}

// documentedCodes returns the table of the package comment: code to input.
func documentedCodes(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments)
	require.NoError(t, err)
	table := map[string]string{}
	for _, line := range regexp.MustCompile(`(?m)^\t([a-z]+\.[a-z0-9-]+) +(.+)$`).FindAllStringSubmatch(file.Doc.Text(), -1) {
		table[line[1]] = line[2]
	}
	return table
}

func TestEveryCodeIsDocumentedWithItsTrigger(t *testing.T) {
	documented := documentedCodes(t)
	assert.ElementsMatch(t, validate.MessageCodes(), keys(documented), "codes with texts and codes documented")
	for code, input := range documented {
		content, special := triggers[code]
		if !special {
			content = validate.Content{HTML: input, Twig: strings.HasPrefix(code, "template.")}
		}
		assert.Contains(t, codes(checkAll(t, validate.Options{}, validate.StageSend, content)), code, input)
		off := checkAll(t, validate.Options{Off: []string{code}}, validate.StageSend, content)
		assert.NotContains(t, codes(off), code, "switched off")
	}
}

func TestTextsInBothLanguages(t *testing.T) {
	for _, code := range validate.MessageCodes() {
		t.Run(code, func(t *testing.T) {
			ru, en := validate.MessageTemplates(code)
			assert.Equal(t, parameters(ru), parameters(en))
			assert.Contains(t, ru, "{construct}")
			assert.True(t, strings.ContainsFunc(ru, isCyrillic))
			assert.False(t, strings.ContainsFunc(en, isCyrillic))
			f := validate.Finding{Code: code, Snippet: "КОНСТРУКЦИЯ", Host: "host.example"}
			for _, text := range []string{f.Text("ru"), f.Text("en")} {
				assert.Contains(t, text, "КОНСТРУКЦИЯ")
				assert.NotContains(t, text, "{")
			}
			assert.Equal(t, f.Text("en"), f.Text("de"))
		})
	}
}

func TestTextsUseTheWordsOfTheDocuments(t *testing.T) {
	short := validate.Finding{Code: "link.short", Snippet: "https://vk.cc/a", Host: "vk.cc"}
	assert.Contains(t, short.Text("ru"), "есть шанс попасть под спам-фильтры почтовых провайдеров")
	assert.Contains(t, short.Text("ru"), "нужно использовать полный URL ссылки")
	assert.Contains(t, short.Text("ru"), "vk.cc")
	for _, code := range validate.MessageCodes() {
		if strings.HasPrefix(code, "active.") {
			f := validate.Finding{Code: code, Snippet: "x"}
			assert.Contains(t, f.Text("ru"), "может привести к блокировке ваших рассылок")
			assert.Contains(t, f.Text("ru"), "потенциально вредоносный")
		}
	}
}

func TestUnknownCode(t *testing.T) {
	assert.Equal(t, "made.up", validate.Finding{Code: "made.up"}.Text("ru"))
}

func isCyrillic(r rune) bool { return unicode.Is(unicode.Cyrillic, r) }

func parameters(template string) map[string]bool {
	set := map[string]bool{}
	for _, p := range regexp.MustCompile(`\{\w+\}`).FindAllString(template, -1) {
		set[p] = true
	}
	return set
}

func keys[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}
