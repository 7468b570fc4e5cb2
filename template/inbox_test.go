package template_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
)

func TestInboxRow(t *testing.T) {
	long := strings.Repeat("слово ", 40)
	text := "Здравствуйте!\n\nВаш заказ готов."
	for name, c := range map[string]struct {
		client          template.Client
		preheader, text string
		want            template.Row
	}{
		"preheader":                    {template.GmailDesktop, "Скидка 10 %", text, template.Row{Preview: "Скидка 10 %", Preheader: true}},
		"cleaned":                      {template.Outlook, "Скидка\n10 %\uFEFF", text, template.Row{Preview: "Скидка 10 %", Preheader: true}},
		"text without a preheader":     {template.AppleMail, " ", text, template.Row{Preview: "Здравствуйте! Ваш заказ готов."}},
		"neither":                      {template.AppleMail, "", "", template.Row{}},
		"cut":                          {template.Outlook, long, "", template.Row{Preview: strings.TrimSpace(long[:len("слово ")*10]), Cut: true, Preheader: true}},
		"text cut":                     {template.Outlook, "", long, template.Row{Preview: strings.TrimSpace(long[:len("слово ")*10]), Cut: true}},
		"mail.ru":                      {template.MailRu, "Скидка 10 %", text, template.Row{}},
		"mail.ru without a preheader":  {template.MailRu, "", "", template.Row{}},
		"a client that nobody knows":   {"pine", "Скидка", text, template.Row{}},
		"text of many million letters": {template.Outlook, "", strings.Repeat("я", 1<<20), template.Row{Preview: strings.Repeat("я", 60), Cut: true}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Subject = "Ваш заказ"
			assert.Equal(t, c.want, template.InboxRow(c.client, "Ваш\r\nзаказ ", c.preheader, c.text))
		})
	}
}

func TestEveryClientShowsTheFirstFortyCharacters(t *testing.T) {
	for _, client := range template.Clients() {
		row := template.InboxRow(client, "S", strings.Repeat("я", 150), "text")
		if client == template.MailRu {
			assert.Empty(t, row.Preview)
			continue
		}
		shown := utf8.RuneCountInString(row.Preview)
		assert.True(t, shown >= 40 && shown <= 150, "%s shows %d", client, shown)
		assert.True(t, row.Preheader)
	}
}

func TestPreheaderNotShown(t *testing.T) {
	for addr, want := range map[string]bool{
		"anna@mail.ru": true, "anna@inbox.ru": true, "anna@list.ru": true, "anna@bk.ru": true, "anna@internet.ru": true,
		"Anna@MAIL.RU": true, "a@b@mail.ru": true, "mail.ru": true,
		"anna@gmail.com": false, "anna@corp.mail.ru": false, "anna@mail.ru.example": false, "mail.ru@gmail.com": false,
		"anna@email.ru": false, "anna@yandex.ru": false, "": false, "@": false,
	} {
		_, got := template.PreheaderNotShown(addr)
		assert.Equal(t, want, got, addr)
	}
	note, found := template.PreheaderNotShown("Анна@Mail.RU")
	require.True(t, found)
	assert.Equal(t, template.Note{Code: template.CodePreheaderNotShown, Severity: template.SeverityNote, Service: "mail.ru"}, note)
	assert.Equal(t, "Почтовый сервис mail.ru не показывает прехедер в списке писем", note.Text("ru"))
	assert.Equal(t, "The mail service mail.ru does not show the preheader in the list of mails", note.Text("en"))
}

func TestEveryCodeHasATriggerAndBothTexts(t *testing.T) {
	source, err := os.ReadFile("note.go")
	require.NoError(t, err)
	_, own := template.InsertPreheader(`<body><div style="display:none">Sale</div>`, "A")
	_, long := template.CleanPreheader(strings.Repeat("я", 151))
	notShown, _ := template.PreheaderNotShown("anna@mail.ru")
	_, noHTML := template.InsertPreheader("", "A")
	triggers := map[string]template.Note{
		template.CodePreheaderOwn: own[0], template.CodePreheaderLong: long[0], template.CodePreheaderNotShown: notShown,
		template.CodePreheaderNoHTML: noHTML[0],
	}
	assert.Len(t, triggers, len(template.Codes()))
	placeholders := regexp.MustCompile(`\{[a-z]+\}`)
	for _, code := range template.Codes() {
		t.Run(code, func(t *testing.T) {
			note := triggers[code]
			assert.Equal(t, code, note.Code)
			ru, en := template.Texts(code)
			assert.Regexp(t, `\p{Cyrillic}`, ru)
			assert.NotRegexp(t, `\p{Cyrillic}`, en)
			assert.ElementsMatch(t, placeholders.FindAllString(ru, -1), placeholders.FindAllString(en, -1))
			for _, language := range []string{"ru", "en", "de", ""} {
				assert.NotContains(t, note.Text(language), "{", "every parameter is filled in")
			}
			assert.Equal(t, note.Text("en"), note.Text("de"))
			name := regexp.MustCompile(`\b(Code\w+)\s*= "` + regexp.QuoteMeta(code) + `"`).FindSubmatch(source)
			require.NotNil(t, name)
			assert.Contains(t, string(source), "// "+string(name[1])+":", "each code says what triggers it")
		})
	}
	assert.Equal(t, "x.y", template.Note{Code: "x.y"}.Text("ru"))
}
