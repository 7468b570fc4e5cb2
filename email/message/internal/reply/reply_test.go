package reply_test

import (
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message/internal/reply"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each tail stands below the answer "Answer, first line.\n\nSecond line." in its language.
var tails = map[string]string{
	"en/gmail":           "On Mon, Mar 2, 2026 at 10:15 AM Shop <shop@shop.example> wrote:\n\n> Good day!\n> Your order\n>\n> is ready.\n",
	"en/gmail wrapped":   "On Mon, Mar 2, 2026 at 10:15 AM Shop of Flowers and Plants\n<shop@shop.example> wrote:\n\n> Good day!\n",
	"en/apple":           "> On 2 Mar 2026, at 10:15, Shop <shop@shop.example> wrote:\n> \n> Good day!\n",
	"en/apple bare":      "On 2 Mar 2026, at 10:15, Shop <shop@shop.example> wrote:\n\nGood day!\nYour order is ready.\n",
	"en/outlook":         "From: Shop <shop@shop.example>\nSent: Monday, March 2, 2026 10:15 AM\nTo: Client <client@example.org>\nSubject: Order\n\nGood day!\n",
	"en/outlook rule":    "________________________________\nFrom: Shop <shop@shop.example>\nSent: Monday, March 2, 2026 10:15 AM\nTo: Client <client@example.org>\nSubject: Order\n\nGood day!\n",
	"en/outlook bold":    "*From:* Shop <shop@shop.example>\n*Sent:* Monday, March 2, 2026 10:15 AM\n*To:* Client\n*Subject:* Order\n\nGood day!\n",
	"en/original":        "-----Original Message-----\nFrom: Shop\nSent: Monday\n\nGood day!\n",
	"en/quoted original": "> -----Original Message-----\n> From: Shop\n> Sent: Monday\n>\n> Good day!\n",
	"en/thunderbird":     "On 3/2/26 10:15, Shop wrote:\n> Good day!\n> Your order\n",
	"en/bare quotation":  "> Good day!\n> Your order is ready.\n",
	"en/mobile sign":     "Sent from my iPhone\n\nOn Mar 2, 2026, at 10:15, Shop <shop@shop.example> wrote:\n\n> Good day!\n",
	"en/signature below": "On Mon, Mar 2, 2026, Shop wrote:\n> Good day!\n\n-- \nClient\nExample Ltd.\n",
	"en/list footer":     "On Mon, Mar 2, 2026, Shop wrote:\n> Good day!\n_______________________________________________\nlist mailing list\n",
	"en/help desk":       "##- Please type your reply above this line -##\n\nYour request has been updated.\n",
	"en/yahoo":           "On Monday, March 2, 2026 at 10:15:00 AM GMT+3, Shop <shop@shop.example> wrote:\n\n Good day!\n",
	"ru/gmail":           "пн, 2 мар. 2026 г. в 10:15, Магазин <shop@shop.example>:\n\n> Здравствуйте!\n> Ваш заказ\n",
	"ru/gmail wrapped":   "пн, 2 мар. 2026 г. в 10:15, Магазин цветов и растений на Тверской\n<shop@shop.example>:\n\n> Здравствуйте!\n",
	"ru/gmail old":       "2 марта 2026 г., 10:15 пользователь Магазин <shop@shop.example> написал:\n\n> Здравствуйте!\n",
	"ru/mail.ru":         "Понедельник, 2 марта 2026, 10:15 +03:00 от Магазин <shop@shop.example>:\n\nЗдравствуйте!\n",
	"ru/mail.ru quoted":  ">Понедельник, 2 марта 2026, 10:15 +03:00 от Магазин <shop@shop.example>:\n>\n>Здравствуйте!\n",
	"ru/yandex":          "02.03.2026, 10:15, \"Магазин\" <shop@shop.example>:\n\nЗдравствуйте!\n",
	"ru/yandex address":  "02.03.2026, 10:15, shop@shop.example:\n> Здравствуйте!\n",
	"ru/thunderbird":     "02.03.2026 10:15, Магазин пишет:\n> Здравствуйте!\n",
	"ru/bat":             "Вы писали 2 марта 2026 г., 10:15:40:\n\n> Здравствуйте!\n",
	"ru/wrote":           "2 марта 2026 г. Магазин писал(а):\n> Здравствуйте!\n",
	"ru/outlook":         "От: Магазин <shop@shop.example>\nОтправлено: 2 марта 2026 г. 10:15\nКому: Клиент\nТема: Заказ\n\nЗдравствуйте!\n",
	"ru/original":        "-----Исходное сообщение-----\nОт: Магазин\nОтправлено: понедельник\n\nЗдравствуйте!\n",
	"ru/outlook date":    "From: Магазин <shop@shop.example>\nDate: пн, 2 мар. 2026 г., 10:15\nTo: Клиент\nSubject: Заказ\n\nЗдравствуйте!\n",
	"ru/above the line":  "-- Пожалуйста, пишите выше этой линии --\n\nЗапрос обновлён.\n",
	"uk/gmail":           "пн, 2 бер. 2026 р. о 10:15 Магазин <shop@shop.example> пише:\n\n> Вітаємо!\n",
	"uk/outlook":         "Від: Магазин\nНадіслано: 2 березня 2026 р. 10:15\nКому: Клієнт\nТема: Замовлення\n\nВітаємо!\n",
	"de/gmail":           "Am Mo., 2. März 2026 um 10:15 Uhr schrieb Laden <shop@shop.example>:\n\n> Guten Tag!\n",
	"de/thunderbird":     "Am 02.03.26 um 10:15 schrieb Laden:\n> Guten Tag!\n",
	"de/outlook":         "Von: Laden <shop@shop.example>\nGesendet: Montag, 2. März 2026 10:15\nAn: Kunde\nBetreff: Auftrag\n\nGuten Tag!\n",
	"de/original":        "-----Ursprüngliche Nachricht-----\nVon: Laden\n\nGuten Tag!\n",
	"fr/gmail":           "Le lun. 2 mars 2026 à 10:15, Boutique <shop@shop.example> a écrit :\n\n> Bonjour !\n",
	"fr/outlook":         "De : Boutique <shop@shop.example>\nEnvoyé : lundi 2 mars 2026 10:15\nÀ : Client\nObjet : Commande\n\nBonjour !\n",
	"fr/original":        "-----Message d'origine-----\nDe : Boutique\n\nBonjour !\n",
	"es/gmail":           "El lun, 2 mar 2026 a las 10:15, Tienda (<shop@shop.example>) escribió:\n\n> ¡Buenos días!\n",
	"es/outlook":         "De: Tienda <shop@shop.example>\nEnviado el: lunes, 2 de marzo de 2026 10:15\nPara: Cliente\nAsunto: Pedido\n\n¡Buenos días!\n",
	"it/gmail":           "Il giorno lun 2 mar 2026 alle ore 10:15 Negozio <shop@shop.example> ha scritto:\n\n> Buongiorno!\n",
	"it/outlook":         "Da: Negozio <shop@shop.example>\nInviato: lunedì 2 marzo 2026 10:15\nA: Cliente\nOggetto: Ordine\n\nBuongiorno!\n",
	"pt/gmail":           "Em seg., 2 de mar. de 2026 às 10:15, Loja <shop@shop.example> escreveu:\n\n> Bom dia!\n",
	"pl/gmail":           "pon., 2 mar 2026 o 10:15 Sklep <shop@shop.example> napisał(a):\n\n> Dzień dobry!\n",
	"pl/thunderbird":     "W dniu 2.03.2026 o 10:15, Sklep pisze:\n> Dzień dobry!\n",
	"pl/outlook":         "Od: Sklep <shop@shop.example>\nWysłano: poniedziałek, 2 marca 2026 10:15\nDo: Klient\nTemat: Zamówienie\n\nDzień dobry!\n",
	"nl/gmail":           "Op ma 2 mrt 2026 om 10:15 schreef Winkel <shop@shop.example>:\n\n> Goedendag!\n",
	"sv/gmail":           "Den mån 2 mars 2026 kl 10:15 skrev Butik <shop@shop.example>:\n\n> God dag!\n",
	"tr/gmail":           "Dükkan <shop@shop.example>, 2 Mar 2026 Pzt, 10:15 tarihinde şunu yazdı:\n\n> İyi günler!\n",
	"zh/gmail":           "Shop <shop@shop.example> 于2026年3月2日周一 10:15写道：\n\n> 您好\n",
	"zh/outlook":         "发件人: 商店 <shop@shop.example>\n发送时间: 2026年3月2日 10:15\n收件人: 客户\n主题: 订单\n\n您好\n",
}

func TestTails(t *testing.T) {
	const answer = "Answer, first line.\n\nSecond line: with a colon."
	for name, tail := range tails {
		t.Run(name, func(t *testing.T) {
			want := answer
			for _, between := range []string{"\n\n", "\n", "\r\n \r\n"} {
				if strings.HasPrefix(tail, "Sent from") {
					want = answer + strings.NewReplacer("\r", "", " ", "").Replace(between) + "Sent from my iPhone"
				}
				require.Equal(t, want, reply.Text(answer+between+tail), "%q", between)
				require.Equal(t, want, reply.Text(strings.ReplaceAll(answer+between+tail+"\n", "\n", "\r\n")))
			}
		})
	}
}

func TestWhatIsNoTail(t *testing.T) {
	for name, text := range map[string]string{
		"plain":               "Good day.\n\nPlease call me: 10:15 is fine.",
		"colon at the end":    "Your manager wrote to me:\ncall tomorrow.",
		"a list":              "From: Moscow\nDestination: Kazan\nWeight: 3 kg",
		"only a quotation":    "> Good day!",
		"between quotations":  "Hello.\n\n> first question\n\nfirst answer\n\n> second question\n\nsecond answer",
		"hyphens":             "One\n-----\nTwo",
		"a greater-than sign": "Is 3 > 2?\nYes.",
		"forwarded only":      "---------- Forwarded message ---------\nПосмотрите, пожалуйста.",
		"the word wrote":      "He wrote: fine.",
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, text, reply.Text(text))
		})
	}
}

func TestAnswerBelow(t *testing.T) {
	for name, text := range map[string]string{
		"attributed": "On Mon, Mar 2, 2026 at 10:15, Shop <shop@shop.example> wrote:\n> Good day!\n> Your order\n\nThank you!\n",
		"bare":       "> Good day!\n> Your order\n\nThank you!\n",
	} {
		assert.Equal(t, "Thank you!", reply.Text(text), name)
	}
}

func TestPaddingIsDropped(t *testing.T) {
	assert.Equal(t, "Hello\nworld", reply.Text("Hello"+strings.Repeat("\u2007\u034f", 50)+strings.Repeat("\u00ad", 50)+"\nworld"))
	assert.Equal(t, "co\u00adoperate", reply.Text("co\u00adoperate"))
}

func TestHTML(t *testing.T) {
	for name, html := range map[string]string{
		"gmail":       `<div dir="ltr">Thank you!<br>Anna</div><br><div class="gmail_quote gmail_quote_container"><div class="gmail_attr">On Mon wrote:</div><blockquote>Good day</blockquote></div>`,
		"outlook web": `<div>Thank you!</div><div>Anna</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">From: Shop</div><div>Good day</div>`,
		"outlook":     `<p class="MsoNormal">Thank you!<o:p></o:p><br>Anna</p><div style="border-top:solid #E1E1E1 1.0pt"><p><b>From:</b> Shop<br><b>Sent:</b> Monday<br><b>To:</b> Anna<br><b>Subject:</b> x</p></div><p>Good day</p>`,
		"apple":       `Thank you!<div>Anna</div><div><br><blockquote type="cite"><div>On 2 Mar 2026, Shop wrote:</div><div>Good day</div></blockquote></div>`,
		"thunderbird": `<p>Thank you!<br>Anna</p><div class="moz-cite-prefix">On 02.03.26 Shop wrote:<br></div><blockquote type="cite">Good day</blockquote>`,
		"yahoo":       `<div>Thank you!</div><div>Anna</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>On Monday Shop wrote:</div>Good day</div>`,
		"preheader":   `<html><head><title>t</title><style>p{}</style></head><body><div class="crm-preheader" style="display:none">Hidden</div><p>Thank you!<br>Anna</p></body></html>`,
		"nested":      `<div>Thank you!</div><div>Anna</div><div class="gmail_quote"><div><div>x</div></div>y</div>`,
		"entities":    `<div>Thank&nbsp;you&#33;</div>` + "\n" + `<div>An<b>na</b></div>`,
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(reply.HTML(html), "\u00a0", " ")
			assert.Equal(t, "Thank you!\nAnna", got)
		})
	}
	assert.Equal(t, "Thank you!", reply.HTML(`<blockquote type="cite">Thank you!</blockquote>`), "rather a quotation than nothing")
	assert.Equal(t, "", reply.HTML(""))
}

// FuzzText: nothing is invented: every line of the answer is a line of the text.
func FuzzText(f *testing.F) {
	for _, tail := range tails {
		f.Add("Answer.\n" + tail)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := map[string]bool{}
		for _, l := range strings.Split(text, "\n") {
			lines[strings.TrimRight(l, " \t\r\u00a0")] = true
		}
		if strings.ContainsAny(text, "\u034f\u00ad\u200c\u200b") {
			return
		}
		for _, l := range strings.Split(reply.Text(text), "\n") {
			require.True(t, l == "" || lines[l], "%q", l)
		}
		reply.HTML(text)
	})
}
