package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// story tells what happens to one letter.
type story struct {
	out      io.Writer
	folder   string // for downloads
	language string
	service  *email.Service
	server   *server
}

func (s *story) tell(ctx context.Context, database string) error {
	form, err := s.service.Form(ctx, irina, anna)
	if err != nil {
		return err
	}
	s.say("Database  %s", database)
	s.say("Server    %s", s.server.addr)
	s.say("Customer  %s", plain(form.To[0]))
	s.say("From      %s", s.senders(form.From))

	draft, err := s.badDraft()
	if err != nil {
		return err
	}
	if err := s.refused(ctx, draft); err != nil {
		return err
	}
	draft = mended(draft)
	if err := s.preview(ctx, draft); err != nil {
		return err
	}
	msg, err := s.send(ctx, draft)
	if err != nil {
		return err
	}
	if err := s.readBack(msg); err != nil {
		return err
	}
	if err := s.receive(ctx, msg); err != nil {
		return err
	}
	return s.history(ctx)
}

func (s *story) say(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) }

// plain shows a mailbox to a person; mail.Address.String would encode the name.
func plain(box mail.Address) string { return box.Name + " <" + box.Address + ">" }

// senders shows the From list with the reasons of what cannot be picked.
func (s *story) senders(options []sender.Option) string {
	var list []string
	for _, option := range options {
		line := option.Choice.String()
		if option.Disabled != nil {
			line += " (" + option.Disabled.Text(s.language) + ")"
		}
		list = append(list, line)
	}
	return strings.Join(list, ", ")
}

// badDraft has everything wrong with it that a letter can have.
func (s *story) badDraft() (email.Draft, error) {
	picture, err := route()
	if err != nil {
		return email.Draft{}, err
	}
	var blind []string
	if s.server.own != nil { // a server elsewhere would not know this address
		blind = []string{"archive@shop.example"}
	}
	now := time.Now()
	return email.Draft{
		ActorID:    boris,
		CustomerID: anna,
		From:       sender.Choice{Kind: sender.Manager},
		Bcc:        blind,
		TemplateID: orderReady,
		Vars:       orderVars(),
		Letter: template.Letter{
			HTML: "<p>Готово!</p>\n<iframe src=\"https://shop.example/route\"></iframe>\n<a href=\"https://bit.ly/3xK\">Маршрут</a>",
		},
		Attachments: []attach.File{
			attach.Bytes("Счёт № 1042.pdf", invoice(), now),
			attach.Bytes("маршрут.png", picture, now),
			attach.Bytes("скидка.exe", []byte("MZ\x90\x00 a program"), now),
		},
	}, nil
}

// refused tries to send a bad draft and shows every reason.
func (s *story) refused(ctx context.Context, draft email.Draft) error {
	s.say("\n1. Boris, who has not confirmed his address, sends an iframe, a short link and a program")
	_, err := s.service.Send(ctx, draft)
	var refusals email.Refusals
	if !errors.As(err, &refusals) {
		return fmt.Errorf("the bad draft was not refused: %w", err)
	}
	for _, refusal := range refusals {
		s.say("   ✗ %s", refusal.Text(s.language))
		for _, finding := range refusal.Findings {
			s.say("       %d:%d %s", finding.Line, finding.Column, finding.Text(s.language))
		}
		if refusal.Attachments == nil {
			continue
		}
		for _, verdict := range refusal.Attachments.Files {
			for _, issue := range verdict.Issues {
				s.say("       %s: %s", verdict.CleanName, issue.Text(s.language))
			}
		}
	}
	kept, err := s.service.History.Messages(ctx, anna, "", 0)
	s.say("   Kept in the history: %d", len(kept.Items))
	return err
}

// mended is the draft as Irina sends it: her own confirmed address, the template's text, no program.
func mended(draft email.Draft) email.Draft {
	draft.ActorID = irina
	draft.Letter = template.Letter{}
	draft.Attachments = draft.Attachments[:2]
	return draft
}

func (s *story) preview(ctx context.Context, draft email.Draft) error {
	s.say("\n2. Irina mends it and looks at the preview")
	preview, err := s.service.Preview(ctx, draft)
	if err != nil {
		return err
	}
	for _, row := range preview.Inbox {
		if row.Client == template.GmailDesktop || row.Client == template.MailRu {
			s.say("   %-15s %s  %s", row.Client, row.Subject, row.Preview)
		}
	}
	for _, verdict := range preview.Report.Files {
		s.say("   %-15s %s, %d octets", verdict.MediaType, verdict.CleanName, verdict.Size)
	}
	s.say("   findings: %d, send allowed: %t", len(preview.Findings), preview.SendAllowed())
	return nil
}

func (s *story) send(ctx context.Context, draft email.Draft) (email.Message, error) {
	s.say("\n3. She sends")
	msg, err := s.service.Send(ctx, draft)
	if err != nil {
		return msg, err
	}
	if _, err := s.service.DispatchDue(ctx); err != nil {
		return msg, err
	}
	msg, err = s.service.History.Message(ctx, msg.ID)
	if err != nil {
		return msg, err
	}
	var states []string
	for _, event := range msg.Events {
		states = append(states, string(event.Kind))
	}
	s.say("   %s", strings.Join(states, " → "))
	for _, recipient := range msg.Recipients {
		s.say("   %s: %s", recipient.Address, recipient.Status)
	}
	if msg.State != email.StateSent {
		return msg, fmt.Errorf("the message is %s", msg.State)
	}
	return msg, nil
}

// readBack compares what the server received with what was sent, to the octet.
func (s *story) readBack(sent email.Message) error {
	got, ok := s.server.last()
	if !ok {
		s.say("\n4. Look into the customer's mailbox at %s", s.server.addr)
		return nil
	}
	s.say("\n4. What the server received: %d octets", len(got.raw))
	parsed, err := message.Parse(bytes.NewReader(got.raw), message.ParseOptions{})
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(strings.TrimSpace(parsed.Text), "\n")
	s.say("   %s → %s", plain(parsed.From[0]), plain(parsed.To[0]))
	s.say("   %s | %s", parsed.Subject, first)
	for i, file := range parsed.Attachments {
		sum := sha256.Sum256(file.Content)
		s.say("   %s: the same %d octets: %t", file.Name, file.Size, hex.EncodeToString(sum[:]) == sent.Attachments[i].BlobID)
	}
	s.say("   blind copy to %s: in the envelope %t, in the message %t", sent.Bcc[0].Address,
		strings.Contains(strings.Join(got.envelope.Recipients, " "), sent.Bcc[0].Address),
		bytes.Contains(got.raw, []byte(sent.Bcc[0].Address)))
	return nil
}

// receive takes the customer's answer with three files, as a mail server would hand it over.
func (s *story) receive(ctx context.Context, sent email.Message) error {
	s.say("\n5. Anna answers with three files")
	raw, err := annasAnswer(sent)
	if err != nil {
		return err
	}
	got, err := s.service.Receive(ctx, email.Inbound{Mailbox: sent.From.Address, Recipients: []string{sent.From.Address}, Raw: bytes.NewReader(raw)})
	if err != nil {
		return err
	}
	s.say("   %s: filed with %d files, its conversation found by %s", got.Subject, len(got.Attachments), got.Received.MatchedBy)
	_, err = s.service.Receive(ctx, email.Inbound{Mailbox: sent.From.Address, Raw: bytes.NewReader(raw)})
	s.say("   handed over once more: %t", errors.Is(err, email.ErrDuplicate))
	all, err := s.service.History.DownloadAll(ctx, got.ID)
	if err != nil {
		return err
	}
	for _, file := range all.Files {
		size, err := save(s.folder, file)
		if err != nil {
			return err
		}
		s.say("   saved %s, %d octets", file.Name, size)
	}
	return nil
}

// save writes a downloaded file into a folder.
func save(folder string, file attach.File) (int64, error) {
	content, err := file.Open()
	if err != nil {
		return 0, err
	}
	defer content.Close()
	saved, err := os.Create(filepath.Join(folder, file.Name))
	if err != nil {
		return 0, err
	}
	defer saved.Close()
	return io.Copy(saved, content)
}

func (s *story) history(ctx context.Context) error {
	s.say("\n6. In the history")
	matches, err := s.service.Customers.Search(ctx, "8 (900) 123", 0)
	if err != nil {
		return err
	}
	for _, match := range matches {
		s.say("   searched “8 (900) 123”, found %s by %s", match.Customer.Name(), match.Attribute)
	}
	page, err := s.service.History.Messages(ctx, anna, "", 0)
	for _, msg := range page.Items {
		s.say("   %-8s %-8s %s (%d files)", msg.Direction, msg.State, msg.Subject, len(msg.Attachments))
	}
	return err
}
