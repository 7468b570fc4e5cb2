package main

import (
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
	"time"

	"github.com/flosch/pongo2/v6"
	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"
	"github.com/nikolalohinski/gonja/v2/loaders"
)

// money is what number_format(2, ',', ' ') is in Twig; the other languages have nothing of the kind.
func money(amount float64) string {
	cents := int64(math.Round(amount * 100))
	digits := fmt.Sprint(cents / 100)
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(digit)
	}
	fmt.Fprintf(&b, ",%02d", cents%100)
	return b.String()
}

// parseGoTemplate parses for html/template, with the functions that it lacks.
func parseGoTemplate(source string) (*template.Template, error) {
	return template.New("order").Funcs(template.FuncMap{
		"money": money, "upper": strings.ToUpper,
		"number": func(i int) int { return i + 1 },
		"even":   func(i int) bool { return i%2 == 0 },
		"times":  func(price float64, count int) float64 { return price * float64(count) },
	}).Parse(source)
}

func renderHTMLTemplate(t Task) (Work, error) {
	source, err := os.ReadFile(t.path("inputs/order.gotmpl"))
	if err != nil {
		return nil, err
	}
	order, err := parseGoTemplate(string(source))
	vars := orderVars()
	return written(func() (string, error) {
		var b strings.Builder
		err := order.Execute(&b, vars)
		return b.String(), err
	}), err
}

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
