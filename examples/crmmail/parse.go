package main

import (
	"context"
	"net/mail"
	"os"
	"time"

	"github.com/crmmail/crmmail/email/message"
)

type parseRequest struct {
	Path string `json:"path"`
}

type parseAnswer struct {
	Subject     string       `json:"subject"`
	From        []mailbox    `json:"from"`
	To          []mailbox    `json:"to"`
	Cc          []mailbox    `json:"cc"`
	Date        string       `json:"date"`
	MessageID   string       `json:"message_id"`
	InReplyTo   []string     `json:"in_reply_to"`
	References  []string     `json:"references"`
	Text        string       `json:"text"`
	HTML        string       `json:"html"`
	Reply       string       `json:"reply"`
	Attachments []attachment `json:"attachments"`
	Kind        string       `json:"kind"`
	Defects     []string     `json:"defects"`
}

type mailbox struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

type attachment struct {
	Name      string `json:"name"`
	MediaType string `json:"media_type"`
	Size      *int64 `json:"size"` // null for a message inside the message
	ContentID string `json:"content_id"`
	Inline    bool   `json:"inline"`
}

// unreadable is the answer where nothing at all could be read.
type unreadable struct {
	Error string `json:"error"`
}

// parse answers the subcommand parse.
func parse(_ context.Context, r parseRequest) any {
	raw, err := os.Open(r.Path)
	if err != nil {
		return unreadable{err.Error()}
	}
	defer raw.Close()
	p, err := message.Parse(raw, message.ParseOptions{})
	if err != nil {
		return unreadable{err.Error()}
	}
	answer := parseAnswer{
		Subject: p.Subject, From: mailboxes(p.From), To: mailboxes(p.To), Cc: mailboxes(p.Cc),
		MessageID: p.MessageID, InReplyTo: filled(p.InReplyTo), References: filled(p.References),
		Text: p.Text, HTML: p.HTML, Reply: p.Reply, Attachments: []attachment{}, Kind: p.Kind, Defects: filled(p.Defects),
	}
	if !p.Date.IsZero() {
		answer.Date = p.Date.Format(time.RFC3339)
	}
	for _, a := range p.Attachments {
		out := attachment{Name: a.Name, MediaType: a.MediaType, ContentID: a.ContentID, Inline: a.Inline}
		if a.MediaType != "message/rfc822" {
			out.Size = &a.Size
		}
		answer.Attachments = append(answer.Attachments, out)
	}
	return answer
}

func mailboxes(boxes []mail.Address) []mailbox {
	list := make([]mailbox, len(boxes))
	for i, box := range boxes {
		list[i] = mailbox{box.Name, box.Address}
	}
	return list
}

// filled is list, or an empty one rather than null.
func filled(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
