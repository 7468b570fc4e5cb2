package main

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"os"
	"strings"
)

// A Letter is a message to build, the same for all contenders.
type Letter struct {
	From    mail.Address `json:"from"`
	To      mail.Address `json:"to"`
	Subject string       `json:"subject"`
	Text    string       `json:"text"`
	HTML    string       `json:"html,omitempty"`
	Files   []File       `json:"files,omitempty"`
}

// A File goes with a Letter.
type File struct {
	Name      string `json:"name"`
	MediaType string `json:"type"`
	Path      string `json:"path"`
	ContentID string `json:"cid,omitempty"` // of a picture that the HTML shows
	Size      int64  `json:"size"`
}

// readLetter reads the letter of a task.
func readLetter(t Task) (letter Letter, err error) {
	data, err := os.ReadFile(t.path("letters", t.Size+".json"))
	if err != nil {
		return letter, err
	}
	return letter, json.Unmarshal(data, &letter)
}

// plainLetter is two kilobytes of text.
func plainLetter() Letter {
	return Letter{
		From:    mail.Address{Name: "Чайная «Семь ветров»", Address: "hello@chai.example"},
		To:      mail.Address{Name: "Мария Орлова", Address: "maria@client.example"},
		Subject: "Заказ Ч-2041 собран и ждёт отправки",
		Text:    strings.Repeat("Здравствуйте, Мария! Заказ Ч-2041 собран, завтра мы передадим его в доставку.\n", 15),
	}
}

// richLetter says the same twice, in text and in HTML with a picture.
func richLetter() Letter {
	letter := plainLetter()
	letter.HTML = "<!DOCTYPE html><html><body>\n<p><img src=\"cid:teapot@chai.example\" alt=\"Чайник\"></p>\n" +
		strings.Repeat("<p style=\"margin:0 0 1em\">Здравствуйте, Мария! Заказ <b>Ч-2041</b> собран.</p>\n", 15) + "</body></html>\n"
	return letter
}

// newsletter is a letter of tables as editors make them, of about so many octets, without anything to object to.
func newsletter(size int) string {
	var b strings.Builder
	b.WriteString(newsletterHead)
	for i := 1; b.Len() < size-1500; i++ {
		fmt.Fprintf(&b, newsletterRow, i, i, i, i*10+990)
	}
	b.WriteString(newsletterFoot)
	return b.String()
}

const newsletterHead = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html lang="ru" xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Новый сбор</title>
<style type="text/css">
body { margin:0; padding:0; background:#faf6ef; } a { color:#7a3b10; text-decoration:none; }
.tea td { padding:12px 16px; border-bottom:1px solid #e6dccb; } .tea .name { font:bold 17px/24px Georgia,serif; }
@media only screen and (max-width:620px) { .wide { width:100% !important; } .tea td { display:block !important; } }
</style>
<!--[if mso]><style type="text/css">.tea td { font-family:Georgia,serif !important; }</style><![endif]--></head>
<body bgcolor="#faf6ef"><table role="presentation" class="wide" width="600" cellpadding="0" cellspacing="0" border="0" align="center">
`

const newsletterRow = `<tr class="tea"><td width="120" valign="top"><a href="https://chai.example/tea/%d?utm_source=mail&amp;utm_medium=email"><img src="https://img.chai.example/tea/%d.jpg" width="112" height="112" alt="Чай" border="0" style="display:block;border-radius:6px"></a></td>
<td valign="top" style="font:15px/22px Georgia,serif;color:#4a4038"><p class="name" style="margin:0 0 6px">Улун «Семь ветров» № %d</p><p style="margin:0 0 10px">Лист весеннего сбора, тёмный настой, запах печёного яблока и мёда. Заваривайте при 90&nbsp;°C, до семи раз.</p>
<!--[if !mso]><!--><span style="display:inline-block;padding:6px 14px;background-color:#7a3b10;color:#fff">%d ₽</span><!--<![endif]--></td></tr>
`

const newsletterFoot = `<tr><td colspan="2" style="font:12px/18px Georgia,serif;color:#8d8175">Чайная «Семь ветров», Казань. <a href="https://chai.example/leave?c=77">Отписаться</a></td></tr>
</table></body></html>
`
