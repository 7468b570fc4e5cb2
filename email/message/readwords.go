package message

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/crmmail/crmmail/email/message/internal/charset"
	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// decodeWords decodes the encoded words in raw header text (RFC 2047) wherever they stand: glued to other text,
// inside quotes, split within a character, with blanks in them. The rest is UTF-8, or guessed.
func (p *parser) decodeWords(raw string) string {
	if !strings.Contains(raw, "=?") {
		return p.headerText(raw)
	}
	var out strings.Builder
	var run wordRun
	for raw != "" {
		start := strings.Index(raw, "=?")
		if start < 0 {
			break
		}
		word, length := cutWord(raw[start:])
		if length < 0 {
			break
		}
		if length == 0 { // no encoded word: the marks are text
			out.WriteString(p.flush(&run))
			out.WriteString(p.headerText(raw[:start+2]))
			raw = raw[start+2:]
			continue
		}
		if between := raw[:start]; run.octets == nil || strings.TrimLeft(between, " \t\r\n") != "" {
			out.WriteString(p.flush(&run))
			out.WriteString(p.headerText(between))
		}
		if run.octets != nil && !strings.EqualFold(run.charset, word.charset) {
			out.WriteString(p.flush(&run))
		}
		run.charset = word.charset
		run.octets = append(run.octets, word.octets...)
		if run.octets == nil {
			run.octets = []byte{}
		}
		raw = raw[start+length:]
	}
	out.WriteString(p.flush(&run))
	out.WriteString(p.headerText(raw))
	return out.String()
}

// wordRun is neighbouring encoded words of one charset, whose octets are decoded together, since some senders
// split characters.
type wordRun struct {
	charset string
	octets  []byte
}

func (p *parser) flush(run *wordRun) string {
	if run.octets == nil {
		return ""
	}
	text, known, clean := charset.Decode(run.charset, run.octets)
	if !known {
		p.defect("charset.unknown")
	}
	if !clean {
		p.defect("charset.octets")
	}
	*run = wordRun{}
	return text
}

// cutWord reads the encoded word that s begins with; its length is 0 where there is none, and negative where there
// can be none in all of s.
func cutWord(s string) (word wordRun, length int) {
	name, rest, ok := strings.Cut(s[2:], "?")
	if !ok || name == "" || strings.ContainsAny(name, " \t\"<>=") || len(rest) < 2 || rest[1] != '?' {
		return wordRun{}, 0
	}
	if !strings.ContainsRune("qQbB", rune(rest[0])) {
		return wordRun{}, 0
	}
	end := strings.Index(rest[2:], "?=")
	if end < 0 {
		return wordRun{}, -1
	}
	text := rest[2 : 2+end]
	word.charset = name
	if rest[0] == 'q' || rest[0] == 'Q' {
		word.octets = decodeQ(text)
	} else {
		var d codec.Base64
		word.octets = d.Flush(d.Decode(nil, []byte(text)))
	}
	return word, len(s) - len(rest) + 2 + end + 2
}

func decodeQ(text string) []byte {
	octets, _, _ := codec.DecodeQuotedPrintable(nil, []byte(strings.ReplaceAll(text, "_", " ")), false)
	return octets
}

// headerText makes text of octets that are no encoded word: UTF-8 (RFC 6532), else the charset of the message, else
// a guess.
func (p *parser) headerText(raw string) string {
	if utf8.ValidString(raw) {
		return raw
	}
	p.defect("header.octets")
	text, _, _ := charset.Decode(p.charset, []byte(raw))
	return text
}

// oneLine makes a line for people of decoded text: controls and line breaks become spaces, the ends are trimmed.
func oneLine(s string) string {
	if isASCII(s) && textCode(s) == "" {
		return strings.TrimSpace(s) // there is nothing to replace
	}
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s))
}
