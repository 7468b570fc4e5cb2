package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// pipelineJobs is one: from an order to the octets of its letter.
func pipelineJobs() []Job {
	return []Job{{
		Name: "pipeline/order", What: "one order letter: template, preheader, text of the HTML, message",
		Contenders: []Contender{
			{Name: ours, Note: "validates as well", Prepare: pipelineOurs},
			{Name: "html/template, go-mail", Note: "validates nothing; the text is given, not made", Peer: "wneessen", Prepare: peer("wneessen", "pipeline")},
			{Name: "Symfony TemplatedEmail", Note: "validates nothing; the text by strip_tags", Command: php("symfony", "pipeline")},
		},
		Check: checkPipeline,
	}}
}

const (
	pipelineSubject   = "Заказ {{ order.id }} принят"
	pipelinePreheader = "{{ preheader }}"
)

// checkPipeline wants the order letter with its subject, and in its HTML the preheader first.
func checkPipeline(t Task, output []byte) error {
	var got reading
	if err := readStandard(&got, bytes.NewReader(output)); err != nil {
		return err
	}
	order, err := os.ReadFile(t.path("inputs/order.html"))
	if err != nil {
		return err
	}
	vars := orderVars()
	head, rest, _ := strings.Cut(string(order), ">\n")
	before, after, found := strings.Cut(normal(got.html), normal(rest))
	switch {
	case got.Subject != "Заказ Ч-2041 принят":
		return fmt.Errorf("builds the subject %q", got.Subject)
	case !strings.Contains(got.text, "Спасибо за заказ Ч-2041"):
		return fmt.Errorf("builds the text %q", got.text)
	case !found || after != "" || !strings.HasPrefix(before, head):
		return fmt.Errorf("builds another HTML: %s", difference(normal(got.html), normal(string(order))))
	case !strings.Contains(before, vars["preheader"].(string)):
		return errors.New("builds no preheader")
	}
	return nil
}

func pipelineOurs(t Task) (Work, error) {
	ctx := context.Background()
	source, engine, err := orderTemplate(t)
	if err != nil {
		return nil, err
	}
	letter, err := template.Compile(ctx, engine, "order", template.Letter{Subject: pipelineSubject, Preheader: pipelinePreheader, HTML: source})
	if err != nil {
		return nil, err
	}
	validator, err := validate.New(validate.Options{})
	if err != nil {
		return nil, err
	}
	vars, plain := orderVars(), plainLetter()
	return func(w io.Writer) error {
		rendered, err := letter.Render(ctx, vars)
		if err != nil {
			return err
		}
		html, _ := template.InsertPreheader(rendered.Letter.HTML, rendered.Letter.Preheader)
		found, err := validator.Check(ctx, validate.StageSend, validate.Content{ // what the author wrote, as email.Service does
			Subject: rendered.Letter.Subject, Preheader: rendered.Letter.Preheader, HTML: rendered.Letter.HTML,
		})
		if err != nil {
			return err
		}
		if found.Blocked() {
			return fmt.Errorf("not to be sent: %v", found.Findings)
		}
		plain.Subject, plain.HTML, plain.Text = rendered.Letter.Subject, html, rendered.Letter.Text
		return buildLetter(plain, w)
	}, nil
}
