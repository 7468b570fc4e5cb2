package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/crmmail/crmmail/attach"
)

// policyFile is the configuration file with what may be attached. It is read for each letter, so that a change holds at
// once, whoever makes it.
type policyFile string

func (f policyFile) read(context.Context) (attach.Policy, error) {
	file, err := os.Open(string(f))
	if err != nil {
		return attach.Policy{}, err
	}
	defer file.Close()
	return attach.ParsePolicy(file)
}

// text is the file as somebody has written it.
func (f policyFile) text() (string, error) {
	text, err := os.ReadFile(string(f))
	return string(text), err
}

// write puts a policy in place of the old one, if it is one: the error is a *attach.PolicyError otherwise.
func (f policyFile) write(text string) error {
	if _, err := attach.ParsePolicy(strings.NewReader(text)); err != nil {
		return err
	}
	next := string(f) + ".new"
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(next, string(f))
}

// make writes the default where there is no file.
func (f policyFile) make() error {
	if _, err := os.Stat(string(f)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	text, err := json.MarshalIndent(attach.Default(), "", "  ")
	if err != nil {
		return err
	}
	return f.write(string(text))
}
