package email

import (
	"html"
	"net/url"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/attach"
)

// showInline shows attachments within the letter where its HTML refers to them by their names, as in
// <img src="cid:logo.png">. Each gets a Content-ID of its own (RFC 2045 §7), which takes the name's place in msg and in
// wireHTML, the form of the HTML that goes out.
func showInline(msg *Message, wireHTML string) string {
	places := make(map[string]int, len(msg.Attachments))
	for i, a := range msg.Attachments {
		if _, taken := places[a.Name]; !taken {
			places[a.Name] = i
		}
	}
	contentID := func(name string) string {
		i, ok := places[name]
		if !ok {
			return ""
		}
		a := &msg.Attachments[i]
		a.ContentID, a.Inline = strconv.Itoa(i+1)+"."+msg.MessageID, true
		return a.ContentID
	}
	msg.HTML = withContentIDs(msg.HTML, contentID)
	return withContentIDs(wireHTML, contentID)
}

// withContentIDs replaces the names in cid: links (RFC 2392) of HTML or CSS for which there is a Content-ID.
func withContentIDs(doc string, contentID func(name string) string) string {
	var b strings.Builder
	for {
		begin := linkBegin(doc)
		b.WriteString(doc[:begin])
		if doc = doc[begin:]; doc == "" {
			return b.String()
		}
		for _, ends := range []string{"\"'<>\n", "\"'<>\n) \t"} { // a quoted name may hold spaces
			name := doc[:min(len(doc), maxLinkedName)]
			if end := strings.IndexAny(name, ends); end >= 0 {
				name = name[:end]
			}
			if id := contentID(linkedName(name)); id != "" {
				b.WriteString(id)
				doc = doc[len(name):]
				break
			}
		}
	}
}

// linkBegin is where the first cid: link of doc has its name; the end of doc where there is none.
func linkBegin(doc string) int {
	const scheme = "cid"
	for at := 0; ; at++ {
		colon := strings.IndexByte(doc[at:], ':')
		if colon < 0 {
			return len(doc)
		}
		if at += colon; at >= len(scheme) && strings.EqualFold(doc[at-len(scheme):at], scheme) {
			return at + 1
		}
	}
}

// maxLinkedName bounds the search for the end of a name, in octets: those of a file name, percent-encoded.
const maxLinkedName = 3 * 255

// linkedName is the name of the file that a cid: link means.
func linkedName(link string) string {
	if link = html.UnescapeString(strings.TrimSpace(link)); link == "" {
		return ""
	}
	if name, err := url.PathUnescape(link); err == nil {
		link = name
	}
	return attach.CleanName(link)
}

// inlineNames are the names by which a letter can refer to its files.
func inlineNames(files []attach.File) []string {
	var names []string
	for _, file := range files {
		names = append(names, attach.CleanName(file.Name))
	}
	return names
}
