package email

import "github.com/crmmail/crmmail/email/internal/cidlink"

// InlineHTML is HTML as a page shows it: what it refers to by a Content-ID (RFC 2392), its pictures mostly, comes from where
// link says, by the file's place in Attachments. What refers to no file of the message stays as it is. It is the writer's HTML
// all the same: it belongs into a frame that runs nothing and fetches nothing from elsewhere.
func (m Message) InlineHTML(link func(place int) string) string {
	places := make(map[string]int, len(m.Attachments))
	for i, a := range m.Attachments {
		if _, taken := places[a.ContentID]; a.ContentID != "" && !taken {
			places[a.ContentID] = i
		}
	}
	return cidlink.Lead(m.HTML, func(contentID string) string {
		if place, ok := places[contentID]; ok {
			return link(place)
		}
		return ""
	})
}
