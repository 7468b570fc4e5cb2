//go:build !alone || gomail

package main

import (
	"io"

	"gopkg.in/gomail.v2"
)

func init() {
	peers["gomail"] = works{"build": buildGomail, "send": sendGomail, "single": singleGomail}
}

// gomailMessage is the letter as gomail takes it. It has no Message-ID of its own making.
func gomailMessage(letter Letter) *gomail.Message {
	msg := gomail.NewMessage()
	msg.SetAddressHeader("From", letter.From.Address, letter.From.Name)
	msg.SetAddressHeader("To", letter.To.Address, letter.To.Name)
	msg.SetHeader("Subject", letter.Subject)
	msg.SetDateHeader("Date", sentAt)
	msg.SetBody("text/plain", letter.Text)
	if letter.HTML != "" {
		msg.AddAlternative("text/html", letter.HTML)
	}
	for _, file := range letter.Files {
		if file.ContentID == "" {
			msg.Attach(file.Path, gomail.Rename(file.Name))
		} else {
			msg.Embed(file.Path, gomail.Rename(file.Name), gomail.SetHeader(map[string][]string{"Content-ID": {"<" + file.ContentID + ">"}}))
		}
	}
	return msg
}

func buildGomail(t Task) (Work, error) {
	letter, err := readLetter(t)
	return func(w io.Writer) error {
		_, err := gomailMessage(letter).WriteTo(w)
		return err
	}, err
}

func gomailDialer(t Task) (*gomail.Dialer, error) {
	host, port, err := hostPort(t)
	return &gomail.Dialer{Host: host, Port: port, LocalName: "client.example"}, err
}

// sendGomail sends over one connection.
func sendGomail(t Task) (Work, error) {
	dialer, err := gomailDialer(t)
	if err != nil {
		return nil, err
	}
	sender, err := dialer.Dial()
	if err != nil {
		return nil, err
	}
	letter := plainLetter()
	return func(io.Writer) error { return gomail.Send(sender, gomailMessage(letter)) }, nil
}

// singleGomail sends as gomail's documentation begins: DialAndSend.
func singleGomail(t Task) (Work, error) {
	dialer, err := gomailDialer(t)
	letter := plainLetter()
	return func(io.Writer) error { return dialer.DialAndSend(gomailMessage(letter)) }, err
}
