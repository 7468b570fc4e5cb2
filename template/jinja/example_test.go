package jinja_test

import (
	"context"
	"fmt"
	"log"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/jinja"
)

func Example() {
	ctx := context.Background()
	renderer, err := jinja.New(nil).Parse(ctx, "hello", "Hello, {{ name | title }}!", template.EscapeHTML)
	if err != nil {
		log.Fatal(err)
	}
	output, err := renderer.Render(ctx, template.Vars{"name": "anna & co"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(output.Text)
	// Output: Hello, Anna &amp; Co!
}
