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
			{Name: "gonja", Peer: "gonja", Prepare: peer("gonja", "render")},
			{Name: "pongo2", Peer: "pongo2", Prepare: peer("pongo2", "render")},
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

// orderTemplate is the source of the letter in Twig, and an engine for it.
func orderTemplate(t Task) (source string, engine *twig.Engine, err error) {
	octets, err := os.ReadFile(t.path("inputs/order.twig"))
	if err != nil {
		return "", nil, err
	}
	engine, err = twig.New(twig.Options{})
	return string(octets), engine, err
}

func parseOrder(t Task) (*twig.Template, error) {
	source, engine, err := orderTemplate(t)
	if err != nil {
		return nil, err
	}
	parsed, err := engine.Parse(context.Background(), "order", source, template.EscapeHTML)
	if err != nil {
		return nil, err
	}
	return parsed.(*twig.Template), nil
}

func renderVars(t Task) (Work, error) {
	order, err := parseOrder(t)
	vars := orderVars()
	return written(func() (string, error) {
		out, err := order.Render(context.Background(), vars)
		return out.Text, err
	}), err
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
	return written(func() (string, error) {
		out, err := order.RenderValue(context.Background(), vars)
		return out.Text, err
	}), err
}

// written is a work that writes the text it makes.
func written(text func() (string, error)) Work {
	return func(w io.Writer) error {
		s, err := text()
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, s)
		return err
	}
}
