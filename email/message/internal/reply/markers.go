package reply

import "regexp"

// The signs of a quotation, in the languages of the field. All of them run in time linear to the line.
var (
	// separator is a line like "-----Original Message-----".
	separator = regexp.MustCompile(`(?i)^[-_=*>\s]{2,}(?:` +
		`original message|reply message|original appointment|` +
		`исходное сообщение|оригинальное сообщение|первоначальное сообщение|вихідне повідомлення|` +
		`ursprüngliche nachricht|original-?nachricht|` +
		`message d.origine|message original|mensaje original|messaggio originale|mensagem original|` +
		`oorspronkelijk bericht|oryginalna wiadomość|původní zpráva|ursprungligt meddelande|original meddelelse|` +
		`alkuperäinen viesti|orijinal mesaj|özgün ileti|原始邮件|邮件原件|원본 메시지` +
		`)\s*[-_=*:\s]*$`)

	// above is the line that help desks ask people to write above.
	above = regexp.MustCompile(`(?i)^(?:##-.*-##|-{2,}.*(?:reply above this line|пишите выше этой (?:линии|строки)|` +
		`ответьте выше этой (?:линии|строки)).*)$`)

	fromLine  = regexp.MustCompile(`(?i)^\*?(?:from|от|від|von|de|da|van|od|från|fra|lähettäjä|kimden|发件人|寄件者|差出人)\s?[:：]\*?\s*\S`)
	dateLine  = regexp.MustCompile(`(?i)^\*?(?:sent|date|отправлено|дата|надіслано|gesendet|datum|envoyé|enviado(?: el)?|fecha|data|inviato|verzonden|wysłano|odesláno|skickat|sendt|lähetetty|gönderilme|gönderildi|tarih|发送时间|日期|送信日時)\s?[:：]`)
	otherLine = regexp.MustCompile(`(?i)^\*?(?:to|subject|кому|тема|an|betreff|à|objet|para|asunto|assunto|oggetto|aan|onderwerp|do|temat|komu|předmět|till|ämne|til|emne|kime|konu|收件人|主题|宛先|件名)\s?[:：]`)

	// wrote is an introduction with a verb.
	wrote = regexp.MustCompile(`(?i)(?:^|[\s>,])(?:wrote|writes|a écrit|schrieb|geschrieben|escribió|ha scritto|scrive|escreveu|schreef|` +
		`пишет|писал|писала|писали|писал\(а\)|написал|написала|написал\(а\)|пише|написав|написала|` +
		`pisze|napisał|napisała|napisał\(a\)|napsal|napsala|napsal\(a\)|skrev|kirjoitti|yazdı|şunu yazdı)(?:[\s,:<].*)?:$|写道[:：]$`)

	// intro is how an introduction of several lines begins.
	intro = regexp.MustCompile(`(?i)^(?:(?:on|le|am|el|il|em|op|den|dne|w dniu)\s.{0,40}\d|(?:\p{L}{2,12}\.?,?\s+)?\d{1,2}[\s./-])`)

	// named is one without: date, name and address in brackets, colon, as Gmail, Yandex and mail.ru put it in Russian.
	named = regexp.MustCompile(`\d{1,2}:\d{2}.*<[^<>\s]+@[^<>\s]+>\s*:$|\d{1,2}:\d{2}.*[\w.+-]+@[\w.-]+\s*:$`)

	hasDate    = regexp.MustCompile(`\d{1,2}:\d{2}|\b(?:19|20)\d{2}\b|\d{1,2}[./-]\d{1,2}[./-]\d{2}`)
	hasAddress = regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]+`)

	// mobile is the line that telephones put under an answer.
	mobile = regexp.MustCompile(`(?i)^(?:sent from my|sent from mail|get outlook for|отправлено (?:с|из)|von meinem|envoyé de mon|enviado desde mi|inviato da)\b`)
)
