package message_test

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/message"
)

// documented returns the tables of the package comment: code to what triggers it.
func documented(t testing.TB) map[string]string {
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
	table := documented(t)
	assert.Len(t, table, len(message.Texts), "codes with texts and codes documented")
	for code, trigger := range table {
		t.Run(code, func(t *testing.T) {
			require.Contains(t, message.Texts, code)
			if strings.HasPrefix(code, "field.") || code == "attachment.size" {
				assert.Equal(t, message.Texts[code][1], refusal(t, code, trigger))
				return
			}
			triggersDefect(t, code)
		})
	}
}

// refusal is the text of the error that a trigger brings about.
func refusal(t *testing.T, code, trigger string) string {
	t.Helper()
	m := simple()
	switch {
	case code == "field.long":
		m.Fields = []message.Field{{Name: "X", Body: strings.Repeat("x", 2000)}}
	case code == "field.date":
		m.Date = m.Date.AddDate(10_000, 0, 0)
	case code == "attachment.size":
		m.Attachments = []message.Attachment{file("", "", "four")}
		m.Attachments[0].Size = 5
	case trigger == "Envelope{}":
		return textOf(t, message.Envelope{}.Validate())
	default:
		literal, err := parser.ParseExpr(trigger)
		require.NoError(t, err)
		fill(t, reflect.ValueOf(&m).Elem(), literal)
		for i := range m.Attachments {
			m.Attachments[i].Open = file("", "", "").Open
		}
	}
	_, err := message.Build(m, message.BuildOptions{})
	return textOf(t, err)
}

// textOf is what an error of this package says to a person.
func textOf(t *testing.T, err error) string {
	t.Helper()
	var told interface{ Text(language string) string }
	require.True(t, errors.As(err, &told), "%v", err)
	return told.Text("en")
}

// fill puts a literal of Go into v, of whose other fields nothing changes.
func fill(t *testing.T, v reflect.Value, literal ast.Expr) {
	t.Helper()
	switch l := literal.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(l.Value)
		require.NoError(t, err)
		v.SetString(text)
	case *ast.UnaryExpr: // a negative number
		n, err := strconv.ParseInt(l.X.(*ast.BasicLit).Value, 10, 64)
		require.NoError(t, err)
		v.SetInt(-n)
	case *ast.CompositeLit:
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), len(l.Elts), len(l.Elts)))
		}
		for i, element := range l.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				fill(t, v.FieldByName(pair.Key.(*ast.Ident).Name), pair.Value)
			} else {
				fill(t, v.Index(i), element)
			}
		}
	default:
		t.Fatalf("%T", literal)
	}
}

// beyond holds the messages that are over the limits of the test, and the one that is too long for the table.
var beyond = map[string]string{
	"part.tnef":     "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: application/ms-tnef\n\n1\n--b--\n",
	"limit.header":  "Subject: s\nX: " + strings.Repeat("x", 2000) + "\n\nx",
	"limit.depth":   "Subject: s\nContent-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--\n--b--\n--a--\n",
	"limit.parts":   "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\n\nx\n", 9) + "--b--\n",
	"limit.decoded": "Subject: s\n\n" + strings.Repeat("x\n", 1500),
}

// broken returns a message for every code of a defect.
func broken(t testing.TB) map[string]string {
	t.Helper()
	list := maps.Clone(beyond)
	for code, trigger := range documented(t) {
		if raw, err := strconv.Unquote(trigger); err == nil {
			list[code] = raw
		}
	}
	return list
}

// triggersDefect holds that the message has the defect, and that what can be read of it is read.
func triggersDefect(t *testing.T, code string) {
	t.Helper()
	raw, ok := broken(t)[code]
	require.True(t, ok)
	p, err := message.Parse(strings.NewReader(raw), message.ParseOptions{MaxParts: 5, MaxDepth: 2, MaxHeader: 1000, MaxDecoded: 1000})
	require.NoError(t, err)
	assert.Contains(t, p.Defects, code)
	assert.Equal(t, "s", p.Subject)
	if !strings.HasPrefix(code, "limit.") {
		assert.True(t, strings.HasPrefix(strings.TrimSpace(p.Text), "x"), "%q", p.Text)
	}
}
