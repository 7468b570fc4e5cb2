package attach_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

// hints are the hints that each code is reported with, "" for its general text.
var hints = []string{"", "no-extension", "name-it", "rename", "heic", "cut", "bounds", "doc", "path", "unknown", "web-page", "picture", "macros", "limit", "allowed", "receiver"}

// TestTexts holds that every code has a text in both languages which speaks of the same parameters.
func TestTexts(t *testing.T) {
	for _, code := range attach.Codes() {
		for _, hint := range hints {
			base := attach.Params{Hint: hint, Allowed: []string{"pdf"}}
			issue := attach.Issue{Code: code, Params: base}
			ru, en := issue.Text("ru"), issue.Text("en")
			require.NotEqual(t, code, ru, code)
			require.NotEqual(t, ru, en, code)
			require.NotContains(t, ru+en, "{", code)
			assert.True(t, strings.ContainsAny(ru, "абвгдежзийклмнопрстуфхцчшщъыьэюя"), code)
			assert.False(t, strings.ContainsAny(en, "абвгдежзийклмнопрстуфхцчшщъыьэюя"), code)
			assert.Equal(t, en, issue.Text(""), code)
			for i := range reflect.TypeFor[attach.Params]().NumField() {
				changed := base
				field := reflect.TypeFor[attach.Params]().Field(i)
				switch v := reflect.ValueOf(&changed).Elem().Field(i); {
				case field.Name == "Hint":
					continue
				case v.Kind() == reflect.String:
					v.SetString("zip")
				case v.Kind() == reflect.Int64:
					v.SetInt(7)
				default:
					v.Set(reflect.ValueOf([]string{"zip"}))
				}
				other := attach.Issue{Code: code, Params: changed}
				assert.Equal(t, other.Text("ru") != ru, other.Text("en") != en, "%s/%s: {%s} in one language only", code, hint, field.Name)
			}
		}
	}
}

// documentedCodes returns the comment on each code, which says when it is raised and how it weighs.
func documentedCodes(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, parser.ParseComments)
	require.NoError(t, err)
	documented := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			documented[code] = spec.Comment.Text()
		}
		return true
	})
	require.Len(t, documented, len(attach.Codes()))
	return documented
}

// TestDocumentedNames holds that each name in the comments on the codes that speak of names raises its code.
func TestDocumentedNames(t *testing.T) {
	documented := documentedCodes(t)
	for _, code := range []string{attach.CodeNameInvalid, attach.CodeNameDeceptive, attach.CodeNameCleaned, attach.CodeDoubleExtension, attach.CodeFormatNotAllowed} {
		said, _, _ := strings.Cut(documented[code], ", which")
		names := regexp.MustCompile(`"(?:[^"\\]|\\.)*"`).FindAllString(said, -1)
		require.NotEmpty(t, names, code)
		for _, quoted := range names {
			name, err := strconv.Unquote(quoted)
			require.NoError(t, err)
			assert.Contains(t, strings.Join(brief(one(t, name, pdf).Issues), " "), code, name)
		}
	}
}

func TestPlurals(t *testing.T) {
	for n, want := range map[int64]string{1: "1 файл,", 2: "2 файла,", 5: "5 файлов,", 11: "11 файлов,", 12: "12 файлов,", 21: "21 файл,", 22: "22 файла,", 111: "111 файлов,", 1000: "1000 файлов,"} {
		issue := attach.Issue{Code: attach.CodeTooManyFiles, Params: attach.Params{Count: n}}
		assert.Contains(t, issue.Text("ru"), want)
	}
	assert.Contains(t, attach.Issue{Code: attach.CodeTooManyFiles, Params: attach.Params{Count: 1}}.Text("en"), "1 file ")
}

func TestSizeText(t *testing.T) {
	for n, want := range map[int64]string{
		1: "1 байт", 3: "3 байта", 1000: "1000 байт", 1024: "1 КБ", 1536: "1,5 КБ", 30 << 20: "30 МБ", 30<<20 + 1: "30,1 МБ", 31<<20 - 1: "31 МБ",
		math.MaxInt64: "8796093022208 МБ",
	} {
		assert.Contains(t, attach.Issue{Code: attach.CodeTooLarge, Params: attach.Params{Size: n}}.Text("ru"), "— "+want+".", n)
	}
}

func TestIssueJSON(t *testing.T) {
	issue := attach.Issue{Code: attach.CodeTooLarge, Severity: attach.SeverityError, Params: attach.Params{Size: 2 << 20, Limit: 1 << 20}}
	got, err := json.Marshal(issue)
	require.NoError(t, err)
	assert.JSONEq(t, `{"code":"file.too-large","severity":"error","message":"The file takes 2 MB. One attachment may take at most 1 MB","params":{"size":2097152,"limit":1048576}}`, string(got))
	got, err = json.Marshal(issue.In("ru"))
	require.NoError(t, err)
	assert.Contains(t, string(got), "Максимальный размер одного вложения — 1 МБ")
	got, err = json.Marshal(attach.Issue{Code: attach.CodeEmpty, Severity: attach.SeverityError})
	require.NoError(t, err)
	assert.Contains(t, string(got), `"params":{}`)
}
