package smtp_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// span stands for one of OpenTelemetry: tracer.Start begins it, span.RecordError and span.End end it.
type span struct{ name, parent string }

type spanKey struct{}

func ExampleConfig_trace() {
	trace := func(ctx context.Context, step smtp.Step) (context.Context, func(error)) {
		parent, _ := ctx.Value(spanKey{}).(span)
		s := span{"smtp " + string(step.Name), parent.name}
		return context.WithValue(ctx, spanKey{}, s), func(err error) {
			fmt.Printf("%s in %q, failed: %t\n", s.name, s.parent, err != nil)
		}
	}
	transport, err := smtp.New(smtp.Config{Addr: "127.0.0.1:1", Trace: trace})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer transport.Close()
	envelope := email.Envelope{Recipients: []string{"anna@example.test"}}
	_, err = transport.Deliver(context.Background(), envelope, strings.NewReader("Subject: Hello\r\n\r\n"))
	fmt.Println(err != nil)
	// Output:
	// smtp wait in "smtp deliver", failed: false
	// smtp connect in "smtp deliver", failed: true
	// smtp deliver in "", failed: true
	// true
}
