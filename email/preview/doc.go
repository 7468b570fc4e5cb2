// Package preview is a local mailbox for those who write a CRM: every mail that "went out", as its recipient would get it.
// A [Mailbox] is a transport that keeps what it is given; a [Handler] shows it in a browser, and as JSON to a test.
//
//	mailbox := preview.New(preview.Options{})
//	service, err := email.New(email.Config{Transport: mailbox, …})
//	http.Handle("/_mail/", http.StripPrefix("/_mail", preview.Handler{Mailbox: mailbox, Service: service}))
//
// It shows the row in the recipient's list of mails, the HTML in a frame that can run nothing and fetch nothing, the text, the
// attachments, the header with its fields explained, the source, who was in the envelope, blind copies among them, and what
// the validators say. A page that is open shows new mail at once.
//
// For tests there is JSON: GET mails.json lists what is kept, newest first, and GET mails/ID.json is one mail.
//
// It is a developer's tool: it knows no users. Do not mount it where strangers come.
package preview
