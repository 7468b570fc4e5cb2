package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/validate"
)

// newsletterSizes are the mails to validate, in octets.
var newsletterSizes = map[string]int{"10KB": 10_000, "60KB": 60_000, "500KB": 500_000}

// validateJobs tell clean mail of three sizes from one with a script. Peers have no rules for mail: one removes what it does
// not know, one only reads.
func validateJobs() []Job {
	var list []Job
	for _, size := range []string{"10KB", "60KB", "500KB", "active"} {
		what := "one mail of " + size
		if size == "active" {
			what = "one mail of 10KB with a script"
		}
		list = append(list, Job{
			Name: "validate/" + size, What: what,
			Contenders: []Contender{
				{Name: ours, Note: "all rules, with positions", Prepare: validateOurs},
				{Name: "bluemonday", Note: "another job: removes, and says nothing", Peer: "bluemonday", Prepare: peer("bluemonday", "validate")},
				{Name: "x/net/html", Note: "another job: parses, and looks for a script alone", Prepare: validateTree},
			},
			Check: checkVerdict,
		})
	}
	return list
}

// checkVerdict wants "active" for the mail with a script, and "clean" for the others.
func checkVerdict(t Task, output []byte) error {
	want := "clean"
	if t.Size == "active" {
		want = "active"
	}
	if string(output) != want {
		return fmt.Errorf("finds the mail %q, which is %s", output, want)
	}
	return nil
}

// judged is a work that says whether a mail is active.
func judged(t Task, active func(mail []byte) (bool, error)) (Work, error) {
	mail, err := os.ReadFile(t.path("html", t.Size+".html"))
	return func(w io.Writer) error {
		found, err := active(mail)
		if err != nil {
			return err
		}
		verdict := "clean"
		if found {
			verdict = "active"
		}
		_, err = io.WriteString(w, verdict)
		return err
	}, err
}

func validateOurs(t Task) (Work, error) {
	validator, err := validate.New(validate.Options{})
	if err != nil {
		return nil, err
	}
	return judged(t, func(mail []byte) (bool, error) {
		result, err := validator.Check(context.Background(), validate.StageSend, validate.Content{HTML: string(mail)})
		return result.Blocked(), err
	})
}

func validateTree(t Task) (Work, error) {
	return judged(t, func(mail []byte) (bool, error) {
		doc, err := html.Parse(bytes.NewReader(mail))
		if err != nil {
			return false, err
		}
		for n := range doc.Descendants() {
			if n.Type == html.ElementNode && n.Data == "script" {
				return true, nil
			}
			for _, a := range n.Attr {
				if strings.HasPrefix(a.Key, "on") {
					return true, nil
				}
			}
		}
		return false, nil
	})
}
