//go:build !alone || pongo2

package main

import (
	"os"

	"github.com/flosch/pongo2/v6"
)

func init() { peers["pongo2"] = works{"render": renderPongo2} }

// renderPongo2 gives pongo2 the filters that it lacks. It keeps them for the whole process, which does nothing else.
func renderPongo2(t Task) (Work, error) {
	source, err := os.ReadFile(t.path("inputs/order.pongo2"))
	if err != nil {
		return nil, err
	}
	filters := map[string]pongo2.FilterFunction{
		"money": func(in, _ *pongo2.Value) (*pongo2.Value, *pongo2.Error) {
			return pongo2.AsValue(money(in.Float())), nil
		},
		"times": func(in, by *pongo2.Value) (*pongo2.Value, *pongo2.Error) {
			return pongo2.AsValue(in.Float() * by.Float()), nil
		},
	}
	for name, filter := range filters {
		if pongo2.FilterExists(name) {
			continue
		}
		if err := pongo2.RegisterFilter(name, filter); err != nil {
			return nil, err
		}
	}
	order, err := pongo2.FromString(string(source))
	vars := pongo2.Context(orderVars())
	return written(func() (string, error) { return order.Execute(vars) }), err
}
