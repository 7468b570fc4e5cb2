package preview_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/preview"
)

// A mailbox takes what goes out, here by hand, else as email.Config.Transport; its handler shows it in a browser, and to a
// test as JSON.
func Example() {
	mailbox := preview.New(preview.Options{})
	envelope := email.Envelope{ReturnPath: "anna@shop.example", Recipients: []string{"ivan@example.org"}}
	letter := strings.NewReader("From: anna@shop.example\r\nSubject: Hello\r\n\r\nHello\r\n")
	if _, err := mailbox.Deliver(context.Background(), envelope, letter); err != nil {
		fmt.Println(err)
		return
	}

	server := httptest.NewServer(http.StripPrefix("/_mail", preview.Handler{Mailbox: mailbox}))
	defer server.Close()
	answer, err := http.Get(server.URL + "/_mail/mails.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	var mails []preview.Summary
	if err := json.NewDecoder(answer.Body).Decode(&mails); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mails[0].Subject, mails[0].Recipients)
	// Output: Hello [ivan@example.org]
}
