package template

import "strings"

// Client is a program that lists mails.
type Client string

const (
	// GmailDesktop is Gmail in a browser.
	GmailDesktop Client = "gmail-desktop"
	// GmailMobile is Gmail's program on a telephone.
	GmailMobile Client = "gmail-mobile"
	// AppleMail is Mail on macOS and iOS.
	AppleMail Client = "apple-mail"
	// Outlook is Outlook on Windows.
	Outlook Client = "outlook"
	// MailRu is the web mail of mail.ru and its other domains, which shows no preheader.
	MailRu Client = "mail.ru"
)

// Clients returns the clients that [InboxRow] knows, in the order they are shown.
func Clients() []Client { return []Client{GmailDesktop, GmailMobile, AppleMail, Outlook, MailRu} }

// Row is one mail in a list of mails.
type Row struct {
	Subject string
	// Preview is what follows the subject: the preheader, or without one the beginning of the text.
	Preview string
	// Cut says that the client leaves off a part of the preheader or of the text.
	Cut bool
	// Preheader says that Preview is the preheader. With a preheader the text never runs on after it.
	Preheader bool
}

// InboxRow tells what client's list shows of a letter with these rendered parts. The lengths are estimates, the middle
// of what is published about each program: they vary with the window. What a client that shows no preheader puts in
// its place is not known, so Preview is empty then, as it is for a client that is not one of [Clients].
func InboxRow(client Client, subject, preheader, text string) Row {
	row := Row{Subject: oneLine(subject)}
	shown := client.shows()
	if shown == 0 {
		return row
	}
	preview, _ := CleanPreheader(preheader)
	row.Preheader = preview != ""
	if preview == "" {
		preview = oneLine(firstBytes(text))
	}
	row.Preview, row.Cut = firstRunes(preview, shown)
	return row
}

// shows returns how many characters of a preheader a list shows.
func (c Client) shows() int {
	switch c {
	case GmailDesktop:
		return 100
	case GmailMobile:
		return 65
	case AppleMail:
		return 110
	case Outlook:
		return 60
	}
	return 0
}

// firstBytes spares a long text from being read to its end for the sake of a line.
func firstBytes(text string) string {
	const enough = 4096
	if len(text) <= enough {
		return text
	}
	return strings.ToValidUTF8(text[:enough], "")
}

func firstRunes(s string, n int) (string, bool) {
	for at := range s {
		if n == 0 {
			return strings.TrimRight(s[:at], " "), true
		}
		n--
	}
	return s, false
}

// noPreheader returns the mail services that show no preheader.
func noPreheader() []string {
	return []string{"mail.ru", "inbox.ru", "list.ru", "bk.ru", "internet.ru"}
}

// PreheaderNotShown returns the note for a recipient whose mail service shows no preheader, and whether there is one:
// for mail.ru, inbox.ru, list.ru, bk.ru and internet.ru. Address is a bare one: "anna@mail.ru".
func PreheaderNotShown(address string) (Note, bool) {
	domain := strings.TrimSpace(address[strings.LastIndexByte(address, '@')+1:])
	for _, service := range noPreheader() {
		if strings.EqualFold(domain, service) {
			return Note{Code: CodePreheaderNotShown, Severity: SeverityNote, Service: service}, true
		}
	}
	return Note{}, false
}
