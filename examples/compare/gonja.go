//go:build !alone || gonja

package main

import (
	"os"
	"time"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
)

func init() { peers["gonja"] = works{"render": renderGonja} }

// renderGonja gives gonja the filters that it lacks.
func renderGonja(t Task) (Work, error) {
	source, err := os.ReadFile(t.path("inputs/order.gonja"))
	if err != nil {
		return nil, err
	}
	filters := exec.NewFilterSet(map[string]exec.FilterFunction{
		"money": func(_ *exec.Evaluator, in *exec.Value, _ *exec.VarArgs) *exec.Value {
			return exec.AsValue(money(in.Float()))
		},
		"date": func(_ *exec.Evaluator, in *exec.Value, args *exec.VarArgs) *exec.Value {
			return exec.AsValue(in.Interface().(time.Time).Format(args.First().String()))
		},
	}).Update(builtins.Filters)
	loader, err := loaders.NewMemoryLoader(map[string]string{"/order": string(source)})
	if err != nil {
		return nil, err
	}
	settings := config.New()
	settings.AutoEscape, settings.KeepTrailingNewline = true, true
	order, err := exec.NewTemplate("/order", settings, loader, &exec.Environment{
		Context: builtins.GlobalFunctions, Filters: filters, Tests: builtins.Tests,
		ControlStructures: builtins.ControlStructures, Methods: builtins.Methods,
	})
	vars := exec.NewContext(orderVars())
	return written(func() (string, error) { return order.ExecuteToString(vars) }), err
}
