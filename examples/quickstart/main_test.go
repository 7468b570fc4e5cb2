package main

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStory(t *testing.T) {
	for language, sentence := range map[string]string{
		"en": "Sending transactional e-mails is turned off for this user",
		"ru": "Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя",
	} {
		t.Run(language, func(t *testing.T) {
			var out strings.Builder
			require.NoError(t, run(context.Background(), &out, options{from: "irina@shop.example", to: "anna@mail.ru", language: language}))
			for _, line := range []string{
				sentence, "iframe", "bit.ly", "скидка.exe", "Kept in the history: 0",
				"Заказ № 1042 готов  Анна, заберите его до пятницы", "findings: 0, send allowed: true",
				"queued → sending → sent", "anna@mail.ru: accepted",
				"Анна, заказ № 1042 готов!", "the same 642 octets: true",
				"in the envelope true, in the message false",
				"filed with 3 files, its conversation found by in-reply-to", "handed over once more: true", "saved договор (1).pdf, 642 octets",
				"found Анна Петрова by phone", "incoming received Re: Заказ № 1042 готов (3 files)", "outgoing sent     Заказ № 1042 готов (2 files)",
			} {
				assert.Contains(t, out.String(), line)
			}
			assert.LessOrEqual(t, strings.Count(out.String(), "\n"), 50, "fits on a screen")
		})
	}
}

func TestServerElsewhereIsMissing(t *testing.T) {
	var out strings.Builder
	err := run(context.Background(), &out, options{server: "127.0.0.1:1", from: "irina@shop.example", to: "anna@example.ru"})
	require.ErrorContains(t, err, "the message is queued", "it waits for the server")
}
