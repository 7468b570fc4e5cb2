package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// renderJobs is one: the order letter, escaped for HTML, out of a template that was parsed before.
func renderJobs() []Job {
	return []Job{{
		Name: "render/order", What: "one order letter of ten lines, 3 KB",
		Contenders: []Contender{
			{Name: ours, Note: "Go maps; sandbox and limits on", Prepare: renderVars},
			{Name: ours + ", JSON", Note: "variables of DecodeJSON", Prepare: renderDecoded},
			{Name: "html/template", Prepare: renderHTMLTemplate},
			{Name: "gonja", Prepare: renderGonja},
			{Name: "pongo2", Prepare: renderPongo2},
			{Name: "Twig", Command: php("twig", "render")},
		},
		Check: checkOrder,
	}}
}

// ours is what the rows of this module are called.
const ours = "crmmail"

// checkOrder wants the letter as the real Twig makes it, to the octet.
func checkOrder(t Task, output []byte) error {
	want, err := os.ReadFile(t.path("inputs/order.html"))
	if err == nil && !bytes.Equal(output, want) {
		err = fmt.Errorf("renders another letter: %s", difference(string(output), string(want)))
	}
	return err
}

// difference shows where two texts part.
func difference(got, want string) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	around := func(s string) string { return strings.ToValidUTF8(s[max(0, n-20):min(len(s), n+40)], "") }
	return fmt.Sprintf("%q, not %q", around(got), around(want))
}

func parseOrder(t Task) (*twig.Template, error) {
	source, err := os.ReadFile(t.path("inputs/order.twig"))
	if err != nil {
		return nil, err
	}
	engine, err := twig.New(twig.Options{})
	if err != nil {
		return nil, err
	}
	parsed, err := engine.Parse(context.Background(), "order", string(source), template.EscapeHTML)
	if err != nil {
		return nil, err
	}
	return parsed.(*twig.Template), nil
}

func renderVars(t Task) (Work, error) {
	order, err := parseOrder(t)
	vars := orderVars()
	return printed(func() (template.Output, error) { return order.Render(context.Background(), vars) }), err
}

func renderDecoded(t Task) (Work, error) {
	order, err := parseOrder(t)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(t.path("inputs/order.json"))
	if err != nil {
		return nil, err
	}
	vars, err := twig.DecodeJSON(data)
	return printed(func() (template.Output, error) { return order.RenderValue(context.Background(), vars) }), err
}

func printed(render func() (template.Output, error)) Work {
	return func(w io.Writer) error {
		out, err := render()
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, out.Text)
		return err
	}
}
