package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
	"github.com/crmmail/crmmail/validate"
)

// curves are all that is measured. Each size is ten times the one before; most is how many customers there are in the end.
func curves(most int) []Curve {
	html := []int{10_000, 100_000, 1_000_000, 10_000_000}
	files := []int{1, 10, 100, 1000}
	nested := []int{1, 10, 100}
	turns := []int{10, 100, 1000, 10_000}
	var customers []int
	for n := 100; n <= most; n *= 10 {
		customers = append(customers, n)
	}
	people := crowd{}
	return []Curve{
		{"validate", "octets of HTML", html, growValidate},
		{"insert preheader", "octets of HTML", html, growPreheader},
		{"text of HTML", "octets of HTML", html, growText},
		{"build message", "octets of HTML", html, growBuild},
		{"parse message", "octets of HTML", html, growParse},
		{"check template", "octets of source", html[:3], growCheck},
		{"judge files", "files", files, growJudge},
		{"build message", "files", files, growBuildFiles},
		{"parse message", "files", files, growParseFiles},
		{"render", "templates that extend", nested, growExtends},
		{"render", "templates that include", nested, growIncludes},
		{"render", "turns of a loop", turns, growLoop},
		{"search, a name", "customers", customers, people.search("орлова мария")},
		{"search, a fragment", "customers", customers, people.search("client77@")},
		{"search, a phone", "customers", customers, people.search("8 (900) 000-00-77")},
		{"search, nobody", "customers", customers, people.search("нет такого")},
	}
}

func growValidate(n int, _ string) (Work, error) {
	validator, err := validate.New(validate.Options{})
	mail := newsletter(n)
	return func(io.Writer) error {
		_, err := validator.Check(context.Background(), validate.StageSend, validate.Content{HTML: mail})
		return err
	}, err
}

func growPreheader(n int, _ string) (Work, error) {
	mail := newsletter(n)
	return func(io.Writer) error {
		template.InsertPreheader(mail, "Семь ветров в каждой чашке")
		return nil
	}, nil
}

func growText(n int, _ string) (Work, error) {
	mail := newsletter(n)
	return func(io.Writer) error {
		template.TextFromHTML(mail)
		return nil
	}, nil
}

func growBuild(n int, _ string) (Work, error) {
	letter := plainLetter()
	letter.HTML = newsletter(n)
	return func(w io.Writer) error { return buildLetter(letter, w) }, nil
}

func growParse(n int, folder string) (Work, error) {
	build, err := growBuild(n, folder)
	if err != nil {
		return nil, err
	}
	return parsed(build)
}

// parsed is the work to parse what another work builds.
func parsed(build Work) (Work, error) {
	raw, err := once(build)
	return func(io.Writer) error {
		_, err := message.Parse(bytes.NewReader(raw), message.ParseOptions{})
		return err
	}, err
}

func growCheck(n int, _ string) (Work, error) {
	engine, err := twig.New(twig.Options{Limits: twig.Limits{SourceBytes: 2 * n}})
	source, err2 := templates.ReadFile("inputs/order.twig")
	if err == nil {
		err = err2
	}
	large := strings.Repeat(string(source), n/len(source)+1)
	known := []template.Variable{{Name: "client", Type: template.TypeMap}, {Name: "order", Type: template.TypeMap}, {Name: "leave", Type: template.TypeText}}
	return func(io.Writer) error {
		engine.Check(context.Background(), "order", large, template.EscapeHTML, known)
		return nil
	}, err
}

// manyFiles is a letter with so many files of 20 KB.
func manyFiles(n int, folder string) (Letter, error) {
	letter := richLetter()
	path := Task{Folder: folder}.path("page.pdf")
	content := noisyPDF(20_000, 1)
	for i := range n {
		letter.Files = append(letter.Files, File{Name: fmt.Sprintf("Страница %d.pdf", i), MediaType: "application/pdf", Path: path, Size: int64(len(content))})
	}
	return letter, writeInput(path, content)
}

func growJudge(n int, folder string) (Work, error) {
	letter, err := manyFiles(n, folder)
	var files []attach.File
	for _, f := range letter.Files {
		files = append(files, attach.Path(f.Name, f.Path, sentAt))
	}
	return func(io.Writer) error {
		_, err := attach.Default().Check(context.Background(), files, attach.Options{})
		return err
	}, err
}

func growBuildFiles(n int, folder string) (Work, error) {
	letter, err := manyFiles(n, folder)
	return func(w io.Writer) error { return buildLetter(letter, w) }, err
}

func growParseFiles(n int, folder string) (Work, error) {
	build, err := growBuildFiles(n, folder)
	if err != nil {
		return nil, err
	}
	return parsed(build)
}

// growExtends is a chain of templates, each of which extends the one before and has a block of its own.
func growExtends(n int, _ string) (Work, error) {
	chain := map[string]string{"0": "{% block body %}{% endblock %}{% block own0 %}0{% endblock %}"}
	for i := 1; i < n; i++ {
		chain[strconv.Itoa(i)] = fmt.Sprintf(`{%% extends "%d" %%}{%% block own%d %%}%[2]d{%% endblock %%}`, i-1, i)
	}
	return rendering(chain, strconv.Itoa(n-1), nil)
}

// growIncludes is a chain of templates, each of which includes the one before.
func growIncludes(n int, _ string) (Work, error) {
	chain := map[string]string{"0": "{{ name }}"}
	for i := 1; i < n; i++ {
		chain[strconv.Itoa(i)] = fmt.Sprintf(`<p>{{ name }}{%% include "%d" %%}</p>`, i-1)
	}
	return rendering(chain, strconv.Itoa(n-1), template.Vars{"name": "Мария"})
}

func growLoop(n int, _ string) (Work, error) {
	rows := make([]any, n)
	for i := range rows {
		rows[i] = map[string]any{"title": "Улун № " + strconv.Itoa(i), "price": float64(i) + 0.5}
	}
	const loop = "{% for row in rows %}<tr><td>{{ loop.index }}</td><td>{{ row.title }}</td><td>{{ row.price|number_format(2) }}</td></tr>\n{% endfor %}"
	return rendering(map[string]string{"loop": loop}, "loop", template.Vars{"rows": rows})
}

// rendering renders one of templates that refer to each other.
func rendering(sources map[string]string, name string, vars template.Vars) (Work, error) {
	engine, err := twig.New(twig.Options{Source: template.SourceFunc(func(_ context.Context, name string) (string, error) { return sources[name], nil })})
	if err != nil {
		return nil, err
	}
	loaded, err := engine.Load(context.Background(), name)
	return func(io.Writer) error {
		_, err := loaded.Render(context.Background(), vars)
		return err
	}, err
}
