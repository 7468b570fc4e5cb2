package email

import (
	"regexp"
	"strings"
)

// A marker is a line of a letter that nobody sees. Mail programs quote it with the letter, so that an answer finds its
// conversation where a provider has put another Message-ID for ours and the answer does not go to our reply address.

const (
	markerBegin = `<div aria-hidden="true" style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all;">`
	markerEnd   = "</div>\n"
)

const markerName = "crm-ref:"

var markerText = regexp.MustCompile(`\b` + markerName + `([A-Za-z0-9._-]{1,200})\b`)

// marked is HTML with the marker of a conversation at its end. It is HTML as it was where there is no secret to sign with.
func (c *Config) marked(html, conversationID string) string {
	if html == "" || len(c.Secret) == 0 {
		return html
	}
	text := markerName + conversationID + "." + c.sign("marker", conversationID)
	if markerText.FindString(text) != text {
		return html // an id of the host's own kind
	}
	end := bodyEnd(html)
	return html[:end] + markerBegin + text + markerEnd + html[end:]
}

// bodyEnd is where the last </body> of html begins, or its end.
func bodyEnd(html string) int {
	const tag = "</body"
	for at := len(html); ; {
		if at = strings.LastIndex(html[:at], "</"); at < 0 {
			return len(html)
		}
		if rest := html[at:]; len(rest) > len(tag) && strings.EqualFold(rest[:len(tag)], tag) &&
			strings.HasPrefix(strings.TrimLeft(rest[len(tag):], " \t\r\n\f"), ">") {
			return at
		}
	}
}

// conversationsMarked are the conversations whose markers stand in texts, each as often as it does.
func (c *Config) conversationsMarked(texts ...string) []string {
	var ids []string
	if len(c.Secret) == 0 {
		return nil
	}
	for _, text := range texts {
		if !strings.Contains(text, markerName) { // spares nearly all mail the expression
			continue
		}
		for _, m := range markerText.FindAllStringSubmatch(text, maxKnown) {
			if id, ok := c.verified(m[1], "marker"); ok {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// unmarked is text without markers, for people.
func unmarked(text string) string {
	if !strings.Contains(text, markerName) {
		return text
	}
	return markerText.ReplaceAllString(text, "")
}
