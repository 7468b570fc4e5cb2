package twig_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

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
