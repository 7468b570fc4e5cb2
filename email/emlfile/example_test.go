package emlfile_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emlfile"
)

func Example() {
	dir, err := os.MkdirTemp("", "outbox")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	transport, err := emlfile.New(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	envelope := email.Envelope{ReturnPath: "anna@shop.example", Recipients: []string{"ivan@example.org"}}
	receipt, err := transport.Deliver(context.Background(), envelope, strings.NewReader("Subject: Hello\r\n\r\nHello\r\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	raw, err := os.ReadFile(filepath.Join(dir, receipt.ProviderID))
	fmt.Printf("%q %v\n", raw, err)
	// Output: "Subject: Hello\r\n\r\nHello\r\n" <nil>
}
