package validate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordCount counts what a reader reads beside pictures.
type wordCount struct {
	letters int    // outside of links, up to enoughLetters
	link    bool   // inside one
	hidden  string // the name of the hidden element being read
	depth   int    // of elements of that name
}

const (
	enoughLetters = 100 // that a mass mailing has beside its pictures and links
	fewLetters    = 8   // that any letter with a picture has
)

// countPicture notes the first picture, and what keeps text from being read.
func countPicture(p *pass, t *tag) {
	if !p.inBody() || p.words.letters >= enoughLetters {
		return
	}
	switch t.name {
	case "a":
		p.words.link = t.has("href")
	case "img":
		if p.picture.end == 0 && !isPixel(p, t) {
			p.picture = t.whole
		}
	}
	switch {
	case p.words.hidden == t.name:
		p.words.depth++
	case p.words.hidden == "" && isHidden(t.attr(p.src, "style")) && !impliedEnd(t.name):
		p.words.hidden, p.words.depth = t.name, 1
	}
}

// isHidden reports whether style hides its element, as authors do with preheaders.
func isHidden(style string) bool {
	at := strings.Index(style, "display")
	if at < 0 {
		return false
	}
	value := strings.TrimLeft(style[at+len("display"):], ": \t\r\n")
	return strings.HasPrefix(value, "none")
}

// countEnd leaves links and hidden elements.
func countEnd(p *pass, t *tag, _ span) {
	if !p.inBody() {
		return
	}
	if t.name == "a" {
		p.words.link = false
	}
	if t.name == p.words.hidden {
		if p.words.depth--; p.words.depth == 0 {
			p.words.hidden = ""
		}
	}
}

// countWords counts the letters of a text outside of links.
func countWords(p *pass, where span, entities bool) {
	w := &p.words
	if w.letters >= enoughLetters || w.link || w.hidden != "" || p.inTitle || !p.inBody() {
		return
	}
	text := p.text(where)
	for i := 0; i < len(text) && w.letters < enoughLetters; {
		if c := text[i]; c == '&' && entities {
			i += referenceLength(text[i:])
			continue
		} else if c < utf8.RuneSelf {
			if isLetter(c) || isDigit(c) {
				w.letters++
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if 'А' <= r && r <= 'я' || unicode.IsLetter(r) {
			w.letters++
		}
		i += size
	}
}

// checkImageOnly reports a letter whose words are in its pictures.
func checkImageOnly(l *letter) {
	p := l.part(HTML)
	if p == nil || p.picture.end == 0 {
		return
	}
	least := fewLetters
	if l.content.Bulk {
		least = enoughLetters
	}
	if p.words.letters < least {
		p.report("content.image-only", p.picture)
	}
}

// unsubscribeTag notes a link whose address speaks of unsubscribing.
func unsubscribeTag(p *pass, t *tag) {
	if p.unsubscribe || !p.whole.Bulk || p.part != HTML || t.name != "a" && t.name != "area" {
		return
	}
	p.unsubscribe = speaksOfLeaving(unescape(t.attr(p.src, "href")))
}

// unsubscribeText notes a text that speaks of unsubscribing.
func unsubscribeText(p *pass, where span, entities bool) {
	if p.unsubscribe || !p.whole.Bulk || p.part != HTML && p.part != Text || p.inTitle {
		return
	}
	text := p.text(where)
	if entities {
		text = unescape(text)
	}
	p.unsubscribe = speaksOfLeaving(text)
}

// speaksOfLeaving reports whether text has one of the words by which people leave a list.
func speaksOfLeaving(text string) bool {
	text = strings.ToLower(text)
	for _, word := range [...]string{"unsub", "optout", "opt-out", "opt_out", "opt out", "отпис", "отказаться от", "otpis", "відпис",
		"abmeld", "abbestell", "désabon", "desabon", "cancelar la sus", "darse de baja", "disiscri", "wypisz", "uitschrij"} {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// checkUnsubscribe reports a mass mailing that nobody can leave.
func checkUnsubscribe(l *letter) {
	if !l.content.Bulk || len(l.parts) == 0 {
		return
	}
	var last *pass
	for _, p := range l.parts {
		if p.unsubscribe {
			return
		}
		if p.part == HTML || last == nil || last.part != HTML {
			last = p
		}
	}
	severity := SeverityWarning
	if l.content.ListUnsubscribe {
		severity = SeverityNote
	}
	last.add(Finding{Code: "bulk.no-unsubscribe", Severity: severity}, last.ending(), "")
}

// opening is how far the first words of the body, which a list of mails shows behind the preheader, are those of the preheader.
type opening struct {
	read    int    // octets of the body, decoded; 0 is not begun
	rest    string // of the preheader, from a letter on; empty is all found
	differs bool
}

// compareOpening compares a text with the preheader, or what is left of it.
func compareOpening(p *pass, where span, entities bool) {
	o, limit := &p.opening, 4*len(p.whole.Preheader)
	if o.differs || o.read >= limit || o.repeats() || p.inTitle || p.part != HTML && p.part != Text || p.nested {
		return
	}
	text := p.text(where)
	text = text[:cut(text, limit)]
	if entities {
		text = unescape(text)
	}
	if o.read == 0 {
		o.rest = fromLetter(p.whole.Preheader)
	}
	o.read += len(text) + 1
	o.compare(text)
}

// repeats reports whether the body begins with the preheader.
func (o *opening) repeats() bool { return o.read > 0 && o.rest == "" && !o.differs }

// compare goes on with text.
func (o *opening) compare(text string) {
	for _, r := range text {
		if r = letterOf(r); r < 0 {
			continue
		}
		if o.rest == "" {
			return
		}
		next, size := utf8.DecodeRuneInString(o.rest)
		if r != letterOf(next) {
			o.differs = true
			return
		}
		o.rest = fromLetter(o.rest[size:])
	}
}

// fromLetter returns text from its first letter on.
func fromLetter(text string) string {
	return strings.TrimLeftFunc(text, func(r rune) bool { return letterOf(r) < 0 })
}

// fewWords is the number of letters below which a preheader may open the body as well: a mere greeting.
const fewWords = 15

// checkPreheader reports a preheader that the list of mails shows twice.
func checkPreheader(l *letter) {
	p := l.part(Preheader)
	if p == nil {
		return
	}
	if fromLetter(p.given) == "" {
		return
	}
	repeated := sameLetters(p.given, l.content.Subject)
	for _, name := range [...]Part{HTML, Text} {
		body := l.part(name)
		repeated = repeated || body != nil && body.opening.repeats() && hasLetters(p.given, fewWords)
	}
	if repeated {
		p.note("preheader.repeated", span{0, len(p.given)})
	}
}

// sameLetters reports whether a and b have the same letters and digits, whatever their case: what makes them the same to a reader.
func sameLetters(a, b string) bool {
	for {
		a, b = fromLetter(a), fromLetter(b)
		if a == "" || b == "" {
			return a == b
		}
		one, size := utf8.DecodeRuneInString(a)
		a = a[size:]
		two, size := utf8.DecodeRuneInString(b)
		b = b[size:]
		if letterOf(one) != letterOf(two) {
			return false
		}
	}
}

// hasLetters reports whether text has that many letters and digits.
func hasLetters(text string, many int) bool {
	for _, r := range text {
		if letterOf(r) >= 0 {
			many--
		}
	}
	return many <= 0
}

// letterOf is a letter or digit in lower case; -1 for anything else.
func letterOf(r rune) rune {
	switch { // most of them, without a table
	case 'a' <= r && r <= 'z', '0' <= r && r <= '9', 'а' <= r && r <= 'я':
		return r
	case 'A' <= r && r <= 'Z', 'А' <= r && r <= 'Я':
		return r + 0x20
	case r < utf8.RuneSelf:
		return -1
	}
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return -1
	}
	return unicode.ToLower(r)
}
