package email

import (
	"strconv"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/internal/cidlink"
)

// InlineHTML is HTML as a page shows it: what it shows by a Content-ID (RFC 2392), its pictures mostly, comes from where
// link says, by the file's place in Attachments. What refers to no file of the message stays as it is. It is the writer's HTML
// all the same: it belongs into a frame that runs nothing and fetches nothing from elsewhere.
func (m Message) InlineHTML(link func(place int) string) string {
	places := firstPlaces(m.Attachments, func(a Attachment) string { return a.ContentID })
	return cidlink.Lead(m.HTML, func(contentID string) string {
		if place, ok := places[contentID]; ok {
			return link(place)
		}
		return ""
	})
}

// showInline shows attachments within the letter where its HTML refers to them by their names, as in
// <img src="cid:logo.png">. Each gets a Content-ID of its own (RFC 2045 §7), which takes the name's place in msg and in
// wireHTML, the form of the HTML that goes out.
func showInline(msg *Message, wireHTML string) string {
	if len(msg.Attachments) == 0 {
		return wireHTML
	}
	places := firstPlaces(msg.Attachments, func(a Attachment) string { return a.Name })
	link := func(name string) string {
		place, ok := places[attach.CleanName(name)]
		if !ok || name == "" {
			return ""
		}
		a := &msg.Attachments[place]
		a.ContentID, a.Inline = strconv.Itoa(place+1)+"."+msg.MessageID, true
		return "cid:" + a.ContentID
	}
	msg.HTML = cidlink.Lead(msg.HTML, link)
	return cidlink.Lead(wireHTML, link)
}

// firstPlaces are the places of attachments by what they are known by; of several that are known by the same, the first's.
func firstPlaces(list []Attachment, known func(Attachment) string) map[string]int {
	places := make(map[string]int, len(list))
	for place, a := range list {
		by := known(a)
		if _, taken := places[by]; by != "" && !taken {
			places[by] = place
		}
	}
	return places
}

// inlineNames are the names by which a letter can refer to its files: as the sender has them, and as they are sent.
func inlineNames(files []attach.File) []string {
	var names []string
	for _, file := range files {
		names = append(names, file.Name, attach.CleanName(file.Name))
	}
	return names
}
