package lmtp

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// transaction is the envelope of the message to come.
type transaction struct {
	open       bool
	returnPath string // "<>" is the null one
	recipients []recipient
}

type recipient struct{ address, mailbox string }

func (s *session) mail(rest string) {
	if !s.greeted || s.open {
		s.wrong("503 5.5.1", "Not now")
		return
	}
	path, parameters, err := cutPath(rest, "FROM:")
	if err != nil {
		s.wrong("501 5.1.7", "Not a return path")
		return
	}
	for _, parameter := range parameters {
		if code, text := s.mailParameter(parameter); code != "" {
			s.wrong(code, text)
			return
		}
	}
	if path == "" {
		path = "<>"
	}
	s.transaction = transaction{open: true, returnPath: strings.ToValidUTF8(path, "\ufffd")}
	s.reply("250 2.1.0", "OK")
}

func (s *session) mailParameter(parameter string) (code, text string) {
	name, value, _ := strings.Cut(parameter, "=")
	switch {
	case name == "SIZE": // RFC 1870
		size, err := strconv.ParseUint(value, 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return "501 5.5.4", "Not a size"
		}
		if err != nil || size > uint64(s.config.MaxSize) {
			return "552 5.3.4", "Message too big"
		}
	case name == "BODY" && (strings.EqualFold(value, "7BIT") || strings.EqualFold(value, "8BITMIME")): // RFC 6152
	case parameter == "SMTPUTF8": // RFC 6531
	default:
		return "555 5.5.4", "Parameter not known"
	}
	return "", ""
}

func (s *session) rcpt(rest string) {
	if !s.open {
		s.wrong("503 5.5.1", "Not now")
		return
	}
	path, parameters, err := cutPath(rest, "TO:")
	if strings.EqualFold(path, "postmaster") { // RFC 5321 §4.1.1.3
		path += "@" + s.config.Hello
	}
	switch {
	case err != nil || !isAddress(path):
		s.wrong("501 5.1.3", "Not an address")
	case len(parameters) > 0:
		s.wrong("555 5.5.4", "Parameter not known")
	case len(s.recipients) >= s.config.MaxRecipients:
		s.reply("452 4.5.3", "Too many recipients")
	default:
		s.admit(path)
	}
}

func (s *session) admit(address string) {
	mailbox, err := s.mailbox(address)
	switch {
	case errors.Is(err, email.ErrNotFound):
		s.reply("550 5.1.1", "No such mailbox")
		return
	case err != nil:
		s.config.Logger.ErrorContext(s.ctx, "lmtp cannot look up a recipient", "error", redact(err))
		s.reply("451 4.3.0", "Try again later")
		return
	}
	s.recipients = append(s.recipients, recipient{address, mailbox})
	s.idle--
	s.reply("250 2.1.5", "OK")
}

func (s *session) mailbox(address string) (string, error) {
	var mailbox string
	if s.config.Mailboxes != nil {
		ctx, cancel := context.WithTimeout(s.ctx, s.config.ReceiveTimeout)
		defer cancel()
		var err error
		if mailbox, err = s.config.Mailboxes(ctx, address); err != nil {
			return "", err
		}
	}
	if mailbox == "" {
		mailbox = Mailbox(address)
	}
	return mailbox, nil
}
