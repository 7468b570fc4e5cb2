package smtp

import (
	"bufio"
	"errors"
	"strings"
	"unicode/utf8"
)

// Bounds on what a server may say. RFC 5321 §4.5.3.1.5 allows 512 octets a line; servers write longer ones.
const (
	maxReplyLine  = 4096  // octets of one line
	maxReplyLines = 200   // lines of one reply
	maxReplyText  = 32768 // octets of the text of one reply
	maxText       = 300   // octets of text that are kept for people
)

// errReply is a reply outside the grammar or beyond the bounds.
var errReply = errors.New("the server's reply is not SMTP")

// reply is one reply of a server (RFC 5321 §4.2).
type reply struct {
	code  int
	lines []string // the text of each line, without code and line end; at least one
}

func (r reply) class() int { return r.code / 100 }

// readReply reads one reply of any number of lines. A line may end in LF alone. It reads no octet beyond the reply.
func readReply(r *bufio.Reader) (reply, error) {
	var answer reply
	total := 0
	for range maxReplyLines {
		line, err := readLine(r)
		if err != nil {
			return reply{}, err
		}
		code, more, text, ok := parseReplyLine(line)
		if !ok || answer.code != 0 && code != answer.code {
			return reply{}, errReply
		}
		if total += len(text); total > maxReplyText {
			return reply{}, errReply
		}
		answer.code = code
		answer.lines = append(answer.lines, text)
		if !more {
			return answer, nil
		}
	}
	return reply{}, errReply
}

// readLine reads up to LF and cuts the line end off. The reader's buffer holds at least maxReplyLine.
func readLine(r *bufio.Reader) (string, error) {
	line, err := r.ReadSlice('\n')
	switch {
	case errors.Is(err, bufio.ErrBufferFull), len(line) > maxReplyLine:
		return "", errReply
	case err != nil:
		return "", err
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return string(line), nil
}

// parseReplyLine takes "250-text", "250 text" and, as RFC 5321 §4.2 asks of clients, "250".
func parseReplyLine(line string) (code int, more bool, text string, ok bool) {
	if len(line) < 3 {
		return 0, false, "", false
	}
	for _, b := range []byte(line[:3]) {
		if b < '0' || b > '9' {
			return 0, false, "", false
		}
		code = code*10 + int(b-'0')
	}
	if code < 200 || code > 599 {
		return 0, false, "", false
	}
	if len(line) == 3 {
		return code, false, "", true
	}
	if line[3] != ' ' && line[3] != '-' {
		return 0, false, "", false
	}
	return code, line[3] == '-', line[4:], true
}

// enhanced is the status code in front of the text (RFC 2034 §4, RFC 3463 §2), or empty.
func (r reply) enhanced() string {
	status, _ := cutEnhanced(r.lines[0])
	return status
}

// text is what the server said, on one line, without status codes, addresses and controls, shortened.
func (r reply) text() string {
	var b strings.Builder
	for _, line := range r.lines {
		_, line = cutEnhanced(line)
		for word := range strings.FieldsFuncSeq(line, isSpaceOrControl) {
			if strings.ContainsRune(word, '@') {
				word = "<…>"
			}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(word)
		}
		if b.Len() > maxText {
			break
		}
	}
	return cutRunes(strings.ToValidUTF8(b.String(), "\uFFFD"), maxText)
}

func isSpaceOrControl(r rune) bool {
	return r <= ' ' || r >= 0x7F && r <= 0xA0 || r == 0x2028 || r == 0x2029
}

// cutRunes is the beginning of s, valid UTF-8, of at most n octets, without a space at its end.
func cutRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return strings.TrimRight(s[:n], " ")
}

// cutEnhanced splits "5.1.1 text" into status code and text. Text without a status code is returned as it is.
func cutEnhanced(text string) (status, rest string) {
	status, rest, _ = strings.Cut(text, " ")
	if !validEnhanced(status) {
		return "", text
	}
	return status, rest
}

func validEnhanced(status string) bool {
	class, rest, ok := strings.Cut(status, ".")
	if !ok || class != "2" && class != "4" && class != "5" {
		return false
	}
	subject, detail, ok := strings.Cut(rest, ".")
	return ok && validNumber(subject) && validNumber(detail)
}

func validNumber(s string) bool {
	if s == "" || len(s) > 3 {
		return false
	}
	for _, b := range []byte(s) {
		if b < '0' || b > '9' {
			return false
		}
	}
	return true
}

// providerID finds the id that a server gives a message in its last reply: "queued as 4F3A" (Postfix), "OK id=1u-2-3"
// (Exim), "Ok 0100-…" (Amazon SES), and nothing where none of these is written.
func (r reply) providerID() string {
	words := strings.Fields(r.text())
	for i, word := range words {
		lower := strings.ToLower(word)
		switch {
		case lower == "as" && i > 0 && strings.EqualFold(words[i-1], "queued") && i+1 < len(words):
			return trimID(words[i+1])
		case strings.HasPrefix(lower, "id="):
			return trimID(word[len("id="):])
		}
	}
	if len(words) == 2 && strings.EqualFold(words[0], "ok") {
		return trimID(words[1])
	}
	return ""
}

func trimID(word string) string {
	return strings.Trim(word, "<>()[],;.:\"'…")
}
