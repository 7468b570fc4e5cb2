//go:build full

package message_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What .ci/full installs and .ci/run does without: go test -tags full ./email/message

const mailparser = `
const { simpleParser } = require(process.env.MAILPARSER_DIR + '/mailparser');
const fs = require('fs');
(async () => {
  for (const path of process.argv.slice(1)) {
    const m = await simpleParser(fs.readFileSync(path), { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true, keepCidLinks: true });
    const boxes = f => f ? f.value.map(v => ({ Name: v.name, Address: v.address })) : null;
    const list = v => v ? [].concat(v) : null;
    console.log(JSON.stringify({
      Subject: m.subject, From: boxes(m.from), ReplyTo: boxes(m.replyTo), To: boxes(m.to), Cc: boxes(m.cc),
      Date: m.date, MessageID: m.messageId, InReplyTo: m.inReplyTo || '', References: list(m.references),
      Text: m.text || '', HTML: m.html || '',
      Parts: m.attachments.map(a => ({ Type: a.contentType, Name: a.filename || '', Content: a.content.toString('base64') })),
    }));
  }
})();
`

// TestReadBackWithMailparser: nodemailer's parser reads every field and every file of what we build.
func TestReadBackWithMailparser(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil || os.Getenv("MAILPARSER_DIR") == "" {
		t.Skip("node or MAILPARSER_DIR is missing: mailparser reads our messages where it is")
	}
	args := []string{"-e", mailparser}
	for _, s := range samples() {
		args = append(args, filepath.Join("testdata", s.name+".eml"))
	}
	out, err := exec.Command(node, args...).Output()
	require.NoError(t, err)
	answers := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	require.Len(t, answers, len(samples()))
	for i, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			var got struct {
				Subject, MessageID, InReplyTo, Text, HTML string
				Date                                      time.Time
				From, ReplyTo, To, Cc                     []mail.Address
				References                                []string
				Parts                                     []part
			}
			require.NoError(t, json.Unmarshal(answers[i], &got))
			assert.Equal(t, s.msg.Subject, got.Subject)
			assert.Equal(t, []mail.Address{s.msg.From}, got.From)
			assert.Equal(t, s.msg.ReplyTo, got.ReplyTo)
			assert.Equal(t, s.msg.To, asGiven(got.To))
			assert.Equal(t, s.msg.Cc, asGiven(got.Cc))
			assert.True(t, s.msg.Date.Equal(got.Date))
			assert.Equal(t, bracketed(s.msg.MessageID), got.MessageID)
			assert.Equal(t, bracketed(s.msg.InReplyTo...), got.InReplyTo)
			assert.Equal(t, bracketed(s.msg.References...), strings.Join(got.References, " "))
			var files []part
			for _, w := range wanted(t, s.msg) {
				switch {
				case w.Type == "text/plain" && w.Name == "":
					assert.Equal(t, canonical(w.Content), canonical(got.Text))
				case w.Type == "text/html":
					assert.Equal(t, canonical(w.Content), canonical(got.HTML))
				default:
					files = append(files, w)
				}
			}
			require.Len(t, got.Parts, len(files))
			for j, file := range files {
				content, err := base64.StdEncoding.DecodeString(got.Parts[j].Content)
				require.NoError(t, err)
				if file.Type != "application/octet-stream" { // it guesses by the name
					assert.Equal(t, file.Type, got.Parts[j].Type)
				}
				if file.Name != "" { // it names the others itself
					assert.Equal(t, file.Name, got.Parts[j].Name)
				}
				if !strings.HasPrefix(file.Type, "text/") && file.Type != "message/rfc822" {
					assert.Equal(t, file.Content, string(content))
				}
			}
		})
	}
}

// neutral are rules of SpamAssassin that say nothing against a message: that no server has carried it yet, and what it holds.
var neutral = regexp.MustCompile(`^(?:NO_RECEIVED|NO_RELAYS|HTML_MESSAGE|UNPARSEABLE_RELAY)$`)

var hits = regexp.MustCompile(`(?m)^ ?-?\d+\.\d (\w+)`)

// TestSpamAssassin holds what we build to the rules of SpamAssassin, offline: none may find anything.
func TestSpamAssassin(t *testing.T) {
	program, err := exec.LookPath("spamassassin")
	if err != nil {
		t.Skip("spamassassin is not installed: it judges our messages where it is")
	}
	for name, m := range believable() {
		t.Run(name, func(t *testing.T) {
			command := exec.Command(program, "-L", "-t")
			command.Stdin = strings.NewReader(write(t, m, message.BuildOptions{}))
			out, err := command.Output()
			require.NoError(t, err)
			_, report, ok := bytes.Cut(out, []byte("Content analysis details:"))
			require.True(t, ok)
			found := hits.FindAllSubmatch(report, -1)
			require.NotEmpty(t, found)
			for _, hit := range found {
				assert.Regexp(t, neutral, string(hit[1]))
			}
		})
	}
}

// believable are messages as a shop sends them.
func believable() map[string]message.Message {
	const text = "Здравствуйте, Иван!\n\nВаш заказ № 1042 собран и завтра будет передан в службу доставки. Курьер позвонит за час.\n\nЕсли адрес изменился, ответьте на это письмо.\n\nАнна, магазин «Уют»\n"
	const page = `<!DOCTYPE html><html><head><meta charset="utf-8"><title>Заказ</title></head><body>` +
		`<div style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all;">Курьер позвонит за час</div>` +
		"\n<p>Здравствуйте, Иван!</p>\n<p>Ваш заказ № 1042 собран и завтра будет передан в службу доставки. Курьер позвонит за час.</p>\n" +
		"<p>Если адрес изменился, ответьте на это письмо.</p>\n<p>Анна, магазин «Уют»</p>\n" +
		`<div aria-hidden="true" style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all;">crm-ref:06h027ew9n1ga7nj95mx53vgpm.0123456789abc</div></body></html>`
	letter := func(change func(m *message.Message)) message.Message {
		m := message.Message{
			From: mail.Address{Name: "Анна Ким", Address: "anna@shop.example"}, To: []mail.Address{{Address: "ivan@example.org"}},
			Subject: "Ваш заказ № 1042 собран", Date: time.Now(), MessageID: "crm.06h027ew9n1ga7nj95mx53vgpm.06h027ewqkr9b86nn9k32zjy3m.0123456789abc@shop.example",
			Text: text, HTML: page,
		}
		change(&m)
		return m
	}
	picture := file("logo.png", "image/png", "\x89PNG\r\n\x1a\n"+strings.Repeat("\x00picture", 400))
	picture.Inline, picture.ContentID = true, "logo@shop.example"
	return map[string]message.Message{
		"letter":     letter(func(*message.Message) {}),
		"text alone": letter(func(m *message.Message) { m.HTML = "" }),
		"latin": letter(func(m *message.Message) {
			m.From.Name, m.Subject = "Anna Kim", "Your order 1042 has been packed"
			m.Text = "Dear Peter,\n\nyour order 1042 has been packed and will leave our store tomorrow. The courier will call an hour before.\n\nAnna\n"
			m.HTML = "<html><head><title>Order</title></head><body><p>Dear Peter,</p>\n<p>your order 1042 has been packed and will leave our store tomorrow. The courier will call an hour before.</p>\n<p>Anna</p></body></html>"
		}),
		"answer with files": letter(func(m *message.Message) {
			m.InReplyTo, m.References = []string{"CAF1x@mail.example.org"}, []string{"CAF0@mail.example.org", "CAF1x@mail.example.org"}
			m.Subject = "Re: " + m.Subject
			m.Attachments = []message.Attachment{file("Счёт на оплату № 1042 от 4 марта 2026 года.pdf", "application/pdf", "%PDF-1.7\n"+strings.Repeat("x", 3000)),
				file("photo.jpg", "image/jpeg", "\xff\xd8\xff\xe0"+strings.Repeat("y", 3000))}
		}),
		"picture in the text": letter(func(m *message.Message) {
			m.HTML = strings.Replace(m.HTML, "<p>Анна", strings.Repeat("<p>Проверьте, пожалуйста, размеры по эскизу и напишите, если что-то нужно поправить до отгрузки.</p>\n", 40)+"<p>Анна", 1)
			m.Text = strings.Replace(m.Text, "\nАнна", strings.Repeat("\nПроверьте, пожалуйста, размеры по эскизу и напишите, если что-то нужно поправить до отгрузки.\n", 40)+"\nАнна", 1)
			m.HTML = strings.Replace(m.HTML, "<p>Здрав", `<p><img src="cid:logo@shop.example" alt="Уют" width="100" height="40"></p><p>Здрав`, 1)
			m.Attachments = []message.Attachment{picture}
		}),
		"invitation": letter(func(m *message.Message) {
			m.Calendar = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//crmmail//RU\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:1@shop.example\r\nDTSTAMP:20260304T020607Z\r\n" +
				"DTSTART:20260305T070000Z\r\nDTEND:20260305T080000Z\r\nSUMMARY:Замер\r\nORGANIZER:mailto:anna@shop.example\r\nATTENDEE;RSVP=TRUE:mailto:ivan@example.org\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
		}),
		"mass mailing": letter(func(m *message.Message) {
			m.HTML = strings.Replace(m.HTML, "<p>Анна", strings.Repeat("<p>Новая коллекция кухонь уже в салонах: фасады из дуба, столешницы из камня, тихие петли.</p>\n", 20)+"<p>Анна", 1)
			m.Text = strings.Replace(m.Text, "\nАнна", strings.Repeat("\nНовая коллекция кухонь уже в салонах: фасады из дуба, столешницы из камня, тихие петли.\n", 20)+"\nАнна", 1)
			m.Fields = []message.Field{{Name: "List-Unsubscribe", Body: "<https://shop.example/u/0123456789>"}, {Name: "List-Unsubscribe-Post", Body: "List-Unsubscribe=One-Click"}}
		}),
	}
}
