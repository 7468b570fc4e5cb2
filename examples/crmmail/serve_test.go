package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ask sends lines to a subcommand and returns its answers, one JSON object each.
func ask(t *testing.T, command string, lines ...string) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, serve(t.Context(), strings.NewReader(strings.Join(lines, "\n")), &out, commands[command], false))
	var answers []map[string]any
	for line := range strings.Lines(out.String()) {
		var answer map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &answer), line)
		answers = append(answers, answer)
	}
	return answers
}

func problemKind(answer map[string]any) any {
	failed, _ := answer["error"].(map[string]any)
	return failed["kind"]
}

func TestEveryLineIsServed(t *testing.T) {
	for command := range commands {
		answers := ask(t, command, `not JSON`, ``, `{"id": 7, "stage": 1, "path": 1, "files": 1, "templates": 1, "from": 1}`, `[]`, `{"id": "last"`)
		require.Len(t, answers, 4, command)
		for _, answer := range answers {
			assert.Equal(t, "request", problemKind(answer), command)
		}
		assert.Nil(t, answers[0]["id"])
		assert.EqualValues(t, 7, answers[1]["id"], "an id of any type comes back")
	}
}

// TestRequestsOfTheDocumentation asks what the documentation of the command says that one can ask.
func TestRequestsOfTheDocumentation(t *testing.T) {
	source, err := os.ReadFile("main.go")
	require.NoError(t, err)
	t.Chdir(t.TempDir())
	requests := regexp.MustCompile(`(?m)^//\t(\w+) +(\{.*\})$`).FindAllStringSubmatch(string(source), -1)
	require.Len(t, requests, len(commands))
	for _, request := range requests {
		answers := ask(t, request[1], request[2])
		require.Len(t, answers, 1, request[1])
		assert.NotContains(t, answers[0], "error", request[1])
	}
}

func TestPanicsAreAnswers(t *testing.T) {
	var out bytes.Buffer
	bug := func(context.Context, []byte) any { panic("bug") }
	require.NoError(t, serve(t.Context(), strings.NewReader("{\"id\":1}\n{\"id\":2}\n"), &out, bug, false))
	assert.Equal(t, 2, strings.Count(out.String(), `"kind":"internal"`))
}

func TestPretty(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, serve(t.Context(), strings.NewReader(`{"id":"a<b","html":"x"}`), &out, commands["validate"], true))
	assert.Contains(t, out.String(), "{\n  \"id\": \"a<b\",\n")
}

func TestValidate(t *testing.T) {
	answers := ask(t, "validate",
		`{"id":1,"html":"<p>ok</p>"}`,
		`{"id":2,"html":"<p>ё</p><iframe src=x></iframe>","lang":"ru"}`,
		`{"id":3,"text":"https://go.shop.example/x and bit.ly/x1","extra_hosts":["go.shop.example"],"allow_hosts":["bit.ly"]}`,
		`{"id":4,"html":"{# <iframe> #}{{ 'https://bit.ly/x1' }}","twig":true,"stage":"activate"}`)
	assert.Equal(t, false, answers[0]["blocked"])
	assert.Empty(t, answers[0]["findings"])
	assert.Equal(t, true, answers[1]["blocked"])
	iframe := answers[1]["findings"].([]any)[0].(map[string]any)
	assert.Equal(t, "active.iframe", iframe["code"])
	assert.EqualValues(t, len("<p>ё</p>"), iframe["start"], "offsets are octets")
	assert.EqualValues(t, 9, iframe["column"], "columns are characters")
	assert.NotEmpty(t, iframe["message"])
	require.Len(t, answers[2]["findings"], 1)
	assert.Equal(t, "go.shop.example", answers[2]["findings"].([]any)[0].(map[string]any)["host"])
	require.Len(t, answers[3]["findings"], 1)
}

func TestAttach(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, []byte("MZ program"), 0o600))
	answers := ask(t, "attach",
		`{"id":1,"files":[{"name":"счёт.pdf","path":`+quote(path)+`}],"lang":"ru"}`,
		`{"id":2,"files":[{"name":"a.pdf","path":"/nowhere"}]}`,
		`{"id":3,"files":[],"policy":{"formats":["pdf"],"max_file":10}}`)
	assert.Equal(t, false, answers[0]["send_allowed"])
	assert.EqualValues(t, 10, answers[0]["total"])
	assert.EqualValues(t, 18, answers[0]["wire"])
	file := answers[0]["files"].([]any)[0].(map[string]any)
	assert.Equal(t, "file.content-mismatch", file["issues"].([]any)[0].(map[string]any)["code"])
	assert.Equal(t, "file.read-failed", answers[1]["files"].([]any)[0].(map[string]any)["issues"].([]any)[0].(map[string]any)["code"])
	assert.Equal(t, ".pdf", answers[2]["accept"])
	assert.Equal(t, true, answers[2]["send_allowed"])
}

func TestBuildAndParse(t *testing.T) {
	folder := t.TempDir()
	note, first, second := filepath.Join(folder, "note"), filepath.Join(folder, "1.eml"), filepath.Join(folder, "2.eml")
	require.NoError(t, os.WriteFile(note, []byte("hello"), 0o600))
	built := ask(t, "build",
		`{"id":1,"from":{"name":"Ирина","address":"i@shop.example"},"to":[{"address":"a@example.org"}],"bcc":[{"address":"b@example.org"}],`+
			`"subject":"Заказ","preheader":"Скоро","html":"<p>Готов</p>","attachments":[{"name":"запись.txt","path":`+quote(note)+`}],"out":`+quote(first)+`}`,
		`{"id":2,"from":{"address":"a@example.org"},"to":[{"address":"i@shop.example"}],"text":"Спасибо","reply_to_path":`+quote(first)+`,"out":`+quote(second)+`}`,
		`{"id":3,"from":{"address":"a@example.org\r\nBcc: x@y.z"},"to":[{"address":"i@shop.example"}],"text":"x","out":`+quote(filepath.Join(folder, "3"))+`}`,
		`{"id":4,"from":{"address":"a@example.org"},"text":"x","attachments":[{"name":"x","path":"/nowhere"}],"out":"/nowhere/x"}`)
	require.Nil(t, built[0]["error"])
	assert.Equal(t, []any{"a@example.org", "b@example.org"}, built[0]["envelope"].(map[string]any)["to"])
	raw, err := os.ReadFile(first)
	require.NoError(t, err)
	assert.EqualValues(t, len(raw), built[0]["size"])
	assert.NotContains(t, string(raw), "b@example.org")
	require.Nil(t, built[1]["error"])
	require.NotNil(t, built[2]["error"])
	require.NotNil(t, built[3]["error"])

	parsed := ask(t, "parse", `{"id":1,"path":`+quote(first)+`}`, `{"id":2,"path":`+quote(second)+`}`, `{"id":3,"path":"/nowhere"}`)
	assert.Equal(t, "Заказ", parsed[0]["subject"])
	assert.Contains(t, parsed[0]["html"], "Скоро")
	assert.NotContains(t, parsed[0]["text"], "Скоро")
	assert.Equal(t, "запись.txt", parsed[0]["attachments"].([]any)[0].(map[string]any)["name"])
	assert.Equal(t, "Re: Заказ", parsed[1]["subject"])
	assert.Equal(t, []any{built[0]["message_id"]}, parsed[1]["in_reply_to"])
	assert.IsType(t, "", parsed[2]["error"])
}

func quote(text string) string {
	quoted, _ := json.Marshal(text)
	return string(quoted)
}

func TestRender(t *testing.T) {
	answers := ask(t, "render",
		`{"id":1,"templates":{"index.twig":"{{ b }}{{ a|date('d.m.Y H:i') }}"},"context":{"b":"<","a":{"$date":"2026-03-08T21:45:10Z"}},"config":{"timezone":"Europe/Moscow"}}`,
		`{"id":2,"templates":{"index.twig":"x\n{{ nope }}"},"config":{"strict_variables":true}}`,
		`{"id":3,"templates":{"index.twig":"{% cancel 'no stock' %}"}}`,
		`{"id":4,"templates":{"a":"{{ x }}{{ n|number_format }}"},"main":"a","config":{"autoescape":false,"globals":{"x":"<","n":1234.5},"number_format":[1,","," "]}}`,
		`{"id":5,"templates":{"index.twig":"{% for i in 1..500 %}{% endfor %}"},"config":{"limits":{"steps":3}}}`,
		`{"id":6,"templates":{"index.twig":"{{ 'a'|upper }}"},"config":{"sandbox":{"filters":["lower"]}}}`,
		`{"id":7,"templates":{},"context":{}}`,
		`{"id":8,"templates":{"index.twig":"{% if"}}`,
		`{"id":9,"config":{"timezone":"Nowhere"}}`)
	assert.Equal(t, "&lt;09.03.2026 00:45", answers[0]["output"])
	assert.Equal(t, "runtime", problemKind(answers[1]))
	assert.EqualValues(t, 2, answers[1]["error"].(map[string]any)["line"])
	assert.Equal(t, "no stock", answers[2]["cancel"])
	assert.Equal(t, "<1 234,5", answers[3]["output"])
	assert.Equal(t, "limit", problemKind(answers[4]))
	assert.Equal(t, "security", problemKind(answers[5]))
	assert.Equal(t, "loader", problemKind(answers[6]))
	assert.Equal(t, "syntax", problemKind(answers[7]))
	assert.Equal(t, "request", problemKind(answers[8]))
}
