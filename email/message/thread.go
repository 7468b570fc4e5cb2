package message

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
)

// NewMessageID makes a Message-ID of 128 random bits at domain, without angle brackets. random nil is
// crypto/rand. A domain outside ASCII is written in its ASCII form; an invalid one is a *FieldError.
func NewMessageID(random io.Reader, domain string) (string, error) {
	if random == nil {
		random = rand.Reader
	}
	ascii, ok := asciiDomain(domain)
	if !ok {
		return "", &FieldError{"Message-ID", "field.domain"}
	}
	var id [16]byte
	if _, err := io.ReadFull(random, id[:]); err != nil {
		return "", fmt.Errorf("message: random octets: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(id[:]) + "@" + ascii, nil
}

// validID says whether id can stand between angle brackets and on one line: printable ASCII without spaces and
// brackets, around an at sign. That is laxer than RFC 5322 §3.6.4 and holds what real senders make.
func validID(id string) bool {
	if len(id) > 900 {
		return false
	}
	for i := 0; i < len(id); i++ {
		if id[i] <= ' ' || id[i] >= 0x7f || id[i] == '<' || id[i] == '>' {
			return false
		}
	}
	at := strings.LastIndexByte(id, '@')
	return at > 0 && at < len(id)-1
}

// lastReferences is how many ids at the end stay, beside the first, where References grows beyond a line's limit.
const lastReferences = 20

// maxReferences is how many ids are looked at, the first and the last ones.
const maxReferences = 200

// ThreadFields is In-Reply-To and References of an answer to a message with these fields (RFC 5322 §3.6.4): the
// parent's References, or its only In-Reply-To where it has none, and the parent itself. Angle brackets are taken
// off, invalid ids are never copied, none stands twice, and a long list keeps its first and its last twenty.
// A parent without a valid Message-ID gives no In-Reply-To.
func ThreadFields(messageID string, inReplyTo, references []string) (replyTo, refs []string) {
	if len(references) > maxReferences { // a hostile message refers to as many as it likes
		references = append(references[:1:1], references[len(references)-maxReferences+1:]...)
	}
	refs = appendIDs(nil, references...)
	if len(refs) == 0 && len(inReplyTo) == 1 {
		refs = appendIDs(refs, inReplyTo...)
	}
	if parent := appendIDs(nil, messageID); len(parent) == 1 {
		replyTo = parent
		refs = slices.DeleteFunc(refs, func(id string) bool { return id == parent[0] })
		refs = append(refs, parent[0])
	}
	if total := len(strings.Join(refs, "<> ")); len(refs) > lastReferences+1 && total > hardWidth {
		refs = append(refs[:1:1], refs[len(refs)-lastReferences:]...)
	}
	return replyTo, refs
}

func appendIDs(dst []string, ids ...string) []string {
	for _, id := range ids {
		id = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
		if validID(id) && !slices.Contains(dst, id) {
			dst = append(dst, id)
		}
	}
	return dst
}

// ReplySubject is the subject of an answer: "Re: " and the subject without the prefixes that answers and
// forwards have piled up. Controls become spaces, so that Build takes the result whatever a sender wrote.
func ReplySubject(subject string) string {
	return strings.TrimRight("Re: "+StripSubject(subject), " ")
}

// StripSubject is the subject without its prefixes of answers and forwards in the languages of the field
// ("Re:", "AW:", "Ответ:", "Fwd[2]:", "回复："), with white space collapsed and controls dropped, for matching
// and for ReplySubject.
func StripSubject(subject string) string {
	s := strings.Join(strings.FieldsFunc(strings.ToValidUTF8(subject, "\ufffd"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	for {
		rest, ok := cutPrefix(s)
		if !ok {
			return s
		}
		s = rest
	}
}

// cutPrefix takes one prefix off: a known word, perhaps a count as [2], (2), ^2 or 2, and a colon.
func cutPrefix(s string) (string, bool) {
	end := strings.IndexAny(s, ":：")
	if end < 1 || end > 40 {
		return s, false
	}
	word := strings.TrimSpace(s[:end])
	word = strings.TrimRight(word, "[]()^0123456789 ")
	if !replyPrefixes[strings.ToLower(word)] {
		return s, false
	}
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(s[end:], ":"), "：")), true
}

// replyPrefixes holds the words of answers and forwards, in lower case. It is only read.
var replyPrefixes = func() map[string]bool {
	m := make(map[string]bool)
	for _, word := range strings.Fields("re aw antw sv vs ref rif r odp ynt res отв ответ на ha " +
		"fw fwd wg tr rv enc пересл пер 回复 答复 转发") {
		m[word] = true
	}
	return m
}()
