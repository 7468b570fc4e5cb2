package validate_test

import (
	"context"
	"fmt"
	"log"

	"github.com/crmmail/crmmail/validate"
)

func Example() {
	v, err := validate.New(validate.Options{})
	if err != nil {
		log.Fatal(err)
	}
	result, err := v.Check(context.Background(), validate.StageSend, validate.Content{
		Subject: "Your order",
		HTML:    "<p>Track it: <a href=\"https://bit.ly/3xAmpLe\">here</a></p>\n<iframe src=\"https://example.com/\"></iframe>",
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range result.Findings {
		fmt.Printf("%s %d:%d %s %s %q\n", f.Part, f.Line, f.Column, f.Severity, f.Code, f.Host)
	}
	fmt.Println("blocked:", result.Blocked())
	fmt.Println(result.Findings[0].Text("en"))
	// Output:
	// html 1:17 warning link.short "bit.ly"
	// html 2:1 error active.iframe ""
	// blocked: true
	// The letter has a shortened link through bit.ly: href="https://bit.ly/3xAmpLe". A letter with such a link may end up in the spam filters of mailbox providers. Use the full URL instead: replace it with the address https://… that it leads to.
}

func ExampleOptions() {
	v, err := validate.New(validate.Options{
		Off: []string{"link.insecure"},
		Severities: map[validate.Stage]map[string]validate.Severity{
			validate.StageSend: {"placeholder.unresolved": validate.SeverityError},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	result, err := v.Check(context.Background(), validate.StageSend, validate.Content{
		HTML: `<p>Dear {{ name }}, see <a href="http://shop.example/">our shop</a>.</p>`,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range result.Findings {
		fmt.Println(f.Severity, f.Text("en"))
	}
	// Output:
	// error The letter has a placeholder that nobody filled in: {{ name }}. The customer will see it in place of the value. Check the name of the variable, or take the placeholder out.
}
