package template_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strings"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

func Example() {
	ctx := context.Background()
	engine, err := twig.New(twig.Options{})
	if err != nil {
		log.Fatal(err)
	}
	compiled, err := template.Compile(ctx, engine, "welcome", template.Letter{
		Subject:   "Welcome, {{ customer.firstName }}",
		Preheader: "For {{ customer.firstName }}: 10 % off until Friday",
		HTML:      `<html><body><p>Hello, {{ customer.firstName }}!</p><p><a href="https://shop.example/sale">Choose</a></p></body></html>`,
	})
	if err != nil {
		log.Fatal(err)
	}
	r, err := compiled.Render(ctx, template.Vars{"customer": map[string]any{"firstName": "Anna & Co"}})
	if err != nil {
		log.Fatal(err)
	}
	html, notes := template.InsertPreheader(r.Letter.HTML, r.Letter.Preheader)
	fmt.Println(r.Letter.Subject)
	fmt.Println(strings.Count(html, "For Anna &amp; Co: 10 % off"), len(notes))
	fmt.Println(r.Letter.Text)
	// Output:
	// Welcome, Anna & Co
	// 1 0
	// Hello, Anna & Co!
	//
	// Choose (https://shop.example/sale)
}

func ExampleCompile_errors() {
	engine, err := twig.New(twig.Options{})
	if err != nil {
		log.Fatal(err)
	}
	_, err = template.Compile(context.Background(), engine, "welcome", template.Letter{
		Subject: "{% nope %}",
		HTML:    "<p>\n{{ 1 + }}</p>",
	})
	for _, err := range err.(interface{ Unwrap() []error }).Unwrap() {
		var fault *template.Error
		if errors.As(err, &fault) {
			fmt.Printf("%s:%d:%d %s: %s\n", fault.Name, fault.Line, fault.Column, fault.Code, fault.Message)
		}
	}
	// Output:
	// welcome/subject:1:4 tag.unknown: Unknown "nope" tag.
	// welcome/html:2:8 syntax.invalid: Unexpected token "end of print statement" of value "".
}

func ExampleInsertPreheader_own() {
	doc := `<body><div style="display:none">The author's own</div><p>Hello</p></body>`
	html, notes := template.InsertPreheader(doc, "From the field")
	fmt.Println(html == doc, notes[0].Text("ru"))
	// Output: true В тексте письма уже есть прехедер, поэтому прехедер из поля не добавлен. Оставьте один из них
}

func ExampleInboxRow() {
	for _, client := range []template.Client{template.Outlook, template.MailRu} {
		row := template.InboxRow(client, "Ваш заказ готов", "Заберите до пятницы", "Здравствуйте!")
		fmt.Printf("%s: %s | %s\n", client, row.Subject, row.Preview)
	}
	// Output:
	// outlook: Ваш заказ готов | Заберите до пятницы
	// mail.ru: Ваш заказ готов |
}
