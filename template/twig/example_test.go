package twig_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

func ExampleEngine_Check() {
	eng, err := twig.New(twig.Options{})
	if err != nil {
		panic(err)
	}
	source := "Здравствуйте, {{ customer.frstName }}!\n{% for item in order.items %}{{ item.name|uper }}{% endfor %}"
	report := eng.Check(context.Background(), "order", source, template.EscapeHTML, template.EventOrder.Variables())
	for _, f := range report.Findings {
		fmt.Printf("%d:%d %s: %s\n", f.Line, f.Column, f.Code, f.Text("ru"))
	}
	// Output:
	// 1:27 attribute.unknown: У «customer» нет поля «frstName». Возможно, вы имели в виду «firstName»?
	// 2:43 filter.unknown: Фильтра «uper» нет. Возможно, вы имели в виду «upper»?
}

func Example() {
	eng, err := twig.New(twig.Options{})
	if err != nil {
		panic(err)
	}
	letter, err := eng.Parse(context.Background(), "birthday",
		"Здравствуйте, {{ customer.firstName|default('друг') }}! Ваши баллы: {{ points|number_format(0, '', ' ') }}.", template.EscapeHTML)
	if err != nil {
		panic(err)
	}
	out, err := letter.Render(context.Background(), template.Vars{"customer": map[string]any{"firstName": "Анна & Ко"}, "points": 12500})
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Text)

	_, err = eng.Parse(context.Background(), "birthday", "Здравствуйте!\n{{ customer.firstName|uper }}", template.EscapeHTML)
	var fault *template.Error
	if errors.As(err, &fault) {
		fmt.Println(fault.Line, fault.Column, fault.Message)
	}
	// Output:
	// Здравствуйте, Анна &amp; Ко! Ваши баллы: 12 500.
	// 2 23 Unknown "uper" filter. Did you mean "upper"?
}

func ExampleOptions_functions() {
	eng, err := twig.New(twig.Options{Functions: map[string]twig.Func{
		"price_symbol": {Call: func(context.Context, []twig.Value) (twig.Value, error) { return twig.String("₽"), nil }},
	}})
	if err != nil {
		panic(err)
	}
	line, err := eng.Parse(context.Background(), "line", "Итого: {{ total }} {{ price_symbol() }}", template.EscapeNone)
	if err != nil {
		panic(err)
	}
	out, err := line.Render(context.Background(), template.Vars{"total": 590})
	fmt.Println(out.Text, err)
	// Output: Итого: 590 ₽ <nil>
}

// Templates that others include, extend or import come from the tenant's own: a name is looked up there, and is no path.
func ExampleOptions_source() {
	templates := map[string]string{"frame": "{% block body %}{% endblock %} {{ shop }}"}
	eng, err := twig.New(twig.Options{
		Source: template.SourceFunc(func(_ context.Context, name string) (string, error) {
			source, ok := templates[name]
			if !ok {
				return "", fmt.Errorf("%s: %w", name, template.ErrNotFound)
			}
			return source, nil
		}),
		Globals: map[string]any{"shop": "— Shop Ltd"},
	})
	if err != nil {
		panic(err)
	}
	letter, err := eng.Parse(context.Background(), "letter", "{% extends 'frame' %}{% block body %}Hello, {{ name }}!{% endblock %}", template.EscapeNone)
	if err != nil {
		panic(err)
	}
	out, err := letter.Render(context.Background(), template.Vars{"name": "Anna"})
	if err != nil {
		panic(err)
	}
	fmt.Println(out.Text)
	// Output: Hello, Anna! — Shop Ltd
}
