package template

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// The codes of all notes, each with what brings it about. They never change their meaning.
const (
	// CodePreheaderOwn: [InsertPreheader] into a body that begins with <div style="display:none">Sale</div>.
	CodePreheaderOwn = "preheader.own"
	// CodePreheaderLong: a preheader of 151 characters.
	CodePreheaderLong = "preheader.long"
	// CodePreheaderNoHTML: [InsertPreheader] into an empty document.
	CodePreheaderNoHTML = "preheader.no-html"
	// CodePreheaderNotShown: [PreheaderNotShown] of "anna@mail.ru".
	CodePreheaderNotShown = "preheader.not-shown"
)

// Severity says how much a [Note] matters; no note keeps a letter from going out.
type Severity string

const (
	// SeverityWarning asks the author to change something.
	SeverityWarning Severity = "warning"
	// SeverityNote tells the author something that he cannot change.
	SeverityNote Severity = "note"
)

// Note is what the author of a letter should know.
type Note struct {
	Code     string
	Severity Severity
	// Service is the mail service that CodePreheaderNotShown speaks of: "mail.ru".
	Service string
	// Length is how many characters the preheader of CodePreheaderLong had.
	Length int
}

// texts is the one table of what people read.
var texts = map[string]struct{ ru, en string }{
	CodePreheaderOwn: {
		"В тексте письма уже есть прехедер, поэтому прехедер из поля не добавлен. Оставьте один из них",
		"The letter already has a preheader of its own, so the one in the field was not added. Keep one of them",
	},
	CodePreheaderLong: {
		"Прехедер сокращён: символов было {length}, оставлено {limit}",
		"The preheader was shortened: it had {length} characters, {limit} are kept",
	},
	CodePreheaderNoHTML: {
		"В письме без HTML прехедера не будет: для него нет места",
		"A letter without HTML has no preheader: there is no place for it",
	},
	CodePreheaderNotShown: {
		"Почтовый сервис {service} не показывает прехедер в списке писем",
		"The mail service {service} does not show the preheader in the list of mails",
	},
}

// Codes returns every code of this package's notes in alphabetical order.
func Codes() []string { return slices.Sorted(maps.Keys(texts)) }

// Text returns the note for a person: language is "ru" or "en", and anything else means English. It is plain text;
// escape it for HTML. A Note with a code that is not ours returns the code.
func (n Note) Text(language string) string {
	text, ok := texts[n.Code]
	if !ok {
		return n.Code
	}
	chosen := text.en
	if language == "ru" {
		chosen = text.ru
	}
	return strings.NewReplacer(
		"{service}", n.Service,
		"{length}", strconv.Itoa(n.Length),
		"{limit}", strconv.Itoa(MaxPreheader),
	).Replace(chosen)
}
