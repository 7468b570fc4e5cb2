package main

import (
	"fmt"
	"html/template"
	"math"
	"os"
	"strings"
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
