package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
)

// buildJobs make the octets of a message out of a letter, of three sizes.
func buildJobs() []Job {
	var list []Job
	for _, size := range []struct{ name, what string }{
		{"text", "a message of 2 KB of text"},
		{"picture", "text, HTML, a picture shown in it, a file of 1 MB"},
		{"30MB", "text, HTML, ten files of 3 MB from disk"},
	} {
		list = append(list, Job{
			Name: "build/" + size.name, What: size.what,
			Contenders: []Contender{
				{Name: ours, Prepare: buildOurs},
				{Name: "go-mail", Peer: "wneessen", Prepare: peer("wneessen", "build")},
				{Name: "gomail.v2", Peer: "gomail", Prepare: peer("gomail", "build")},
				{Name: "jordan-wright", Note: "holds the message in memory", Peer: "jordanwright", Prepare: peer("jordanwright", "build")},
				{Name: "enmime", Peer: "enmime", Prepare: peer("enmime", "build")},
				{Name: "go-message", Peer: "gomessage", Prepare: peer("gomessage", "build")},
				{Name: "nodemailer", Command: node("build")},
				{Name: "Symfony Mime", Command: php("symfony", "build")},
			},
			Check: checkBuilt,
		})
	}
	return list
}

// checkBuilt reads the message back with the standard library, and wants all that the letter says.
func checkBuilt(t Task, output []byte) error {
	letter, err := readLetter(t)
	if err != nil {
		return err
	}
	return checkMessage(letter, output)
}

func checkMessage(letter Letter, output []byte) error {
	got := reading{buffer: make([]byte, bufferSize)}
	if err := readStandard(&got, bytes.NewReader(output)); err != nil {
		return err
	}
	for i, file := range got.Files { // some make the Content-ID themselves
		if i < len(letter.Files) && file.contentID != "" {
			got.html = strings.ReplaceAll(got.html, "cid:"+file.contentID, "cid:"+letter.Files[i].ContentID)
		}
	}
	for _, text := range []struct{ what, got, want string }{
		{"subject", got.Subject, letter.Subject},
		{"sender", got.From, letter.From.Address},
		{"recipient", got.To, letter.To.Address},
		{"text", got.text, letter.Text},
		{"HTML", got.html, letter.HTML},
	} {
		if normal(text.got) != normal(text.want) {
			return fmt.Errorf("builds another %s: %s", text.what, difference(normal(text.got), normal(text.want)))
		}
	}
	if len(got.Files) != len(letter.Files) {
		return fmt.Errorf("builds %d files, not %d", len(got.Files), len(letter.Files))
	}
	for i, file := range letter.Files {
		if err := checkFile(got.Files[i], file); err != nil {
			return err
		}
	}
	return nil
}

func checkFile(got readFile, want File) error {
	f, err := os.Open(want.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	size, sum, err := octets(f, make([]byte, bufferSize))
	if err != nil {
		return err
	}
	if got.Size != size || got.Sum != sum {
		return fmt.Errorf("file %q has another content", want.Name)
	}
	// Some name a picture in the text by its Content-ID, which nobody sees.
	if got.Name != want.Name && (want.ContentID == "" || path.Base(got.Name) == want.Name) {
		return fmt.Errorf("file is called %q, not %q", got.Name, want.Name)
	}
	return nil
}

// normal is a text as all contenders mean it: line ends differ by their rules, and so does the last one.
func normal(text string) string {
	return strings.TrimRight(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

// opened opens the content of a file, for those who want it open.
func opened(file File, use func(io.Reader) error) error {
	f, err := os.Open(file.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	return use(f)
}
