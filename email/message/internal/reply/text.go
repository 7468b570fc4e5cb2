// Package reply tells what a person wrote in an answer from what the mail program quoted below it.
package reply

import (
	"regexp"
	"strings"
)

// Text is text without the quoted tail: what stands above the first sign of one. Where nothing stands above it, the
// answer is below, and is what follows the quotation. Text without a sign comes back as it is, its ends trimmed.
// It takes time linear to the text.
func Text(text string) string {
	d := newDocument(strings.Split(unpadded(text), "\n"))
	start, after := d.tail()
	if start > d.first && d.first < len(d.lines) {
		return trim(d.lines[:start])
	}
	if below := trim(d.lines[after:]); below != "" {
		return below
	}
	return trim(d.lines)
}

// document is the lines of a text.
type document struct {
	lines       []string
	first, last int // lines that are not blank; first is len(lines) where there is none
}

func newDocument(lines []string) document {
	d := document{lines: lines, first: len(lines), last: -1}
	for i, l := range lines {
		if strings.TrimSpace(l) != "" {
			d.first, d.last = min(d.first, i), i
		}
	}
	return d
}

// unpadded is text without the padding of a preheader.
func unpadded(text string) string {
	if !strings.Contains(text, "\u034f") && !strings.Contains(text, "\u00ad") && !strings.Contains(text, "\u200c") && !strings.Contains(text, "\u200b") {
		return text
	}
	return padding.ReplaceAllString(text, "")
}

// padding is what mailings put behind a preheader, in the ways clients rewrite it.
var padding = regexp.MustCompile("(?:[\u2007\u034f\u00ad\u200c\u00a0\u200b\ufeff] ?){20,}")

// trim joins lines without the blank ones at both ends.
func trim(lines []string) string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = strings.TrimRight(l, " \t\r\u00a0")
	}
	return strings.Join(out, "\n")
}

// tail is where the quoted tail begins, and where what follows its first quotation begins; len(lines) where there
// is none.
func (d document) tail() (start, after int) {
	lines := d.lines
	for i := d.first; i <= d.last; i++ {
		l := strings.TrimSpace(lines[i])
		switch {
		case l == "", len(l) > maxSign:
		case strings.Contains("-_=*>#", l[:1]) && (separator.MatchString(l) || above.MatchString(l)), headerBlock(lines[i:]):
			return backOver(lines, i), len(lines)
		case isQuoted(l):
			end := quotedUntil(lines, i)
			if d.over(end) || i == d.first && !d.between(end) {
				return i, end
			}
			i = end - 1
		default:
			n := attribution(lines[i:])
			if n == 0 {
				continue
			}
			end := quotedUntil(lines, i+n)
			if end == i+n || d.over(end) || i == d.first && !d.between(end) {
				return backOver(lines, i), end
			}
			i = end - 1 // an answer between quotations: they belong to it
		}
	}
	return len(lines), len(lines)
}

// maxSign is the longest line in octets that is looked at for a sign.
const maxSign = 500

// over says whether nothing but a signature follows at i.
func (d document) over(i int) bool { return i > d.last || isSignature(d.lines[i:]) }

// between says whether the answer that begins at i goes on behind another quotation.
func (d document) between(i int) bool {
	for i++; i <= d.last; i++ {
		if isQuoted(d.lines[i]) {
			return !d.over(quotedUntil(d.lines, i))
		}
	}
	return false
}

// backOver takes a rule of underscores or hyphens above a separator to the tail, and the recipients that Yandex puts
// below it.
func backOver(lines []string, i int) int {
	for j := i - 1; j >= 0; j-- {
		l := strings.Trim(lines[j], " \t\r*")
		if l == "" || len(l) <= maxSign && otherLine.MatchString(l) {
			continue
		}
		if len(l) >= 5 && strings.Trim(l, "_-") == "" {
			return j
		}
		break
	}
	return i
}

func isQuoted(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), ">") }

// quotedUntil is where the quotation ends that begins at i or, after blank lines, below it.
func quotedUntil(lines []string, i int) int {
	end := i
	for j := i; j < len(lines); j++ {
		if isQuoted(lines[j]) {
			end = j + 1
		} else if strings.TrimSpace(lines[j]) != "" {
			break
		}
	}
	return end
}

// isSignature says whether nothing but a signature is left.
func isSignature(lines []string) bool {
	for _, l := range lines {
		l = strings.TrimRight(l, "\r")
		if strings.TrimSpace(l) == "" {
			continue
		}
		return l == "-- " || l == "--" || strings.HasPrefix(l, "____") || mobile.MatchString(l)
	}
	return true
}

// headerBlock says whether the lines begin with the header of a quoted message, as Outlook puts it: sender, or date as with
// GMX, then among the next lines the other of these, and recipients or subject.
func headerBlock(lines []string) bool {
	first := strings.TrimSpace(lines[0])
	if head := first[:min(len(first), 30)]; strings.IndexByte(head, ':') < 0 && !strings.Contains(head, "\uff1a") {
		return false
	}
	from, dated, addressed := fromLine.MatchString(first), dateLine.MatchString(first), false
	if !from && !dated {
		return false
	}
	for _, l := range lines[1:min(len(lines), 7)] {
		l = strings.TrimSpace(l)
		from = from || fromLine.MatchString(l)
		dated = dated || dateLine.MatchString(l)
		addressed = addressed || otherLine.MatchString(l)
	}
	return from && dated && addressed
}

// attribution is how many lines, at most three, an introduction like "On Monday Anna wrote:" takes; 0 for none.
func attribution(lines []string) int {
	size := 0
	for i, l := range lines[:min(3, len(lines))] {
		l = strings.TrimSpace(l)
		if size += len(l) + 1; l == "" || size > maxIntro {
			return 0
		}
		if strings.HasSuffix(l, ":") || strings.HasSuffix(l, "：") {
			return introduction(lines, i+1)
		}
	}
	return 0
}

// maxIntro is the longest introduction in octets.
const maxIntro = 400

// introduction is n where the first n lines, of which the last ends in a colon, introduce a quotation; else 0.
func introduction(lines []string, n int) int {
	var trimmed [3]string
	for i := range n {
		trimmed[i] = strings.TrimSpace(lines[i])
	}
	joined := strings.Join(trimmed[:n], " ")
	switch {
	case !hasDate.MatchString(joined) && !hasAddress.MatchString(joined) && !nextQuoted(lines[n:]),
		!wrote.MatchString(joined) && !named.MatchString(joined),
		n > 1 && (!intro.MatchString(trimmed[0]) || intro.MatchString(trimmed[1])): // the first line belongs to what stands above
		return 0
	}
	return n
}

func nextQuoted(lines []string) bool {
	for _, l := range lines {
		if strings.TrimSpace(l) != "" {
			return isQuoted(l)
		}
	}
	return false
}
