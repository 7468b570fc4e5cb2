package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email/message"
)

// templates are the order letter in the languages of the contenders, and the HTML that it is to become.
//
//go:embed inputs
var templates embed.FS

// foreign are the workers of other runtimes.
//
//go:embed foreign
var foreign embed.FS

// makeInputs fills a folder with all that contenders read:
//
//	inputs/     the order letter, and its variables in order.json
//	foreign/    the workers of other runtimes
//	html/       mails to validate
//	files/      files to judge, named in files.json, and those that letters bring along
//	letters/    letters to build, as JSON
//	mail/       messages to parse
//
// The same folder comes of it each time.
func makeInputs(folder string) error {
	t := Task{Folder: folder}
	order, err := orderJSON()
	if err != nil {
		return err
	}
	names, err := json.Marshal(judgedFiles())
	if err != nil {
		return err
	}
	files := map[string][]byte{"inputs/order.json": order, "files.json": names}
	for name, size := range newsletterSizes {
		files["html/"+name+".html"] = []byte(newsletter(size))
	}
	files["html/active.html"] = []byte(strings.Replace(newsletter(10_000), "<p ", `<script src="https://evil.example/x.js"></script><p onclick="x()" `, 1))
	for name, data := range sampleFiles() {
		files["files/"+name] = data
	}
	for _, set := range []fs.FS{templates, foreign} {
		if err := os.CopyFS(folder, set); err != nil {
			return err
		}
	}
	for name, data := range files {
		if err := writeInput(t.path(name), data); err != nil {
			return err
		}
	}
	return makeMail(t)
}

func writeInput(path string, data []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

// makeMail writes the letters to build, and the messages to parse.
func makeMail(t Task) error {
	rich := richLetter()
	picture := File{Name: "Чайник.png", MediaType: "image/png", Path: t.path("files", "teapot.png"), ContentID: "teapot@chai.example"}
	rich.Files = []File{picture, {Name: "Счёт за май.pdf", MediaType: "application/pdf", Path: t.path("files", "invoice.pdf")}}
	big := richLetter()
	big.HTML = strings.ReplaceAll(big.HTML, "cid:teapot@chai.example", "https://chai.example/teapot.png")
	for i := range 10 {
		path := t.path("files", fmt.Sprintf("part%d.pdf", i))
		if err := writeInput(path, noisyPDF(3<<20, uint64(i))); err != nil {
			return err
		}
		big.Files = append(big.Files, File{Name: fmt.Sprintf("Каталог, часть %d.pdf", i+1), MediaType: "application/pdf", Path: path})
	}
	for size, letter := range map[string]Letter{"text": plainLetter(), "picture": rich, "30MB": big} {
		for i, f := range letter.Files {
			info, err := os.Stat(f.Path)
			if err != nil {
				return err
			}
			letter.Files[i].Size = info.Size()
		}
		data, err := json.Marshal(letter)
		if err != nil {
			return err
		}
		if err := writeInput(t.path("letters", size+".json"), data); err != nil {
			return err
		}
	}
	if err := writeMessage(t.path("mail/30MB", "0.eml"), big, 0); err != nil {
		return err
	}
	for i := range smallMessages {
		if err := writeMessage(t.path("mail/small", fmt.Sprintf("%03d.eml", i)), smallLetter(i, picture), i); err != nil {
			return err
		}
	}
	return nil
}

// smallMessages is how many there are to parse.
const smallMessages = 1000

// smallLetter is one of the messages of a day: text alone, text and HTML, or both with a small file.
func smallLetter(i int, picture File) Letter {
	letter := plainLetter()
	letter.Subject = fmt.Sprintf("Вопрос № %d по заказу", i)
	letter.Text = strings.Repeat(fmt.Sprintf("Добрый день! Это письмо № %d, подскажите, когда приедет заказ?\n", i), 1+i%20)
	if i%3 > 0 {
		letter.HTML = "<html><body><p>" + strings.ReplaceAll(letter.Text, "\n", "</p>\n<p>") + "</p></body></html>"
	}
	if i%3 > 1 {
		picture.ContentID, picture.Path = "", strings.Replace(picture.Path, "teapot", "dot", 1)
		if info, err := os.Stat(picture.Path); err == nil {
			picture.Size = info.Size()
		}
		letter.Files = []File{picture}
	}
	return letter
}

func writeMessage(path string, letter Letter, number int) error {
	msg := ourMessage(letter)
	msg.MessageID = fmt.Sprintf("%d@chai.example", number)
	wire, err := message.Build(msg, message.BuildOptions{Rand: bytes.NewReader(bytes.Repeat([]byte{byte(number), 7, byte(number >> 8)}, 100))})
	if err != nil {
		return err
	}
	var raw bytes.Buffer
	if _, err := wire.WriterTo(msg.Open).WriteTo(&raw); err != nil {
		return err
	}
	return writeInput(path, raw.Bytes())
}

var sentAt = time.Date(2026, 5, 10, 9, 0, 0, 0, time.UTC)
