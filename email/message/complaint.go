package message

import "strings"

// Complaint is what an abuse report says (RFC 5965): that a recipient called a message spam, as a rule.
type Complaint struct {
	Type       string   // "abuse", "fraud", "not-spam", "auth-failure" and so on (RFC 5965 §7.3), lower case
	OriginalID string   // Message-ID of the message that it is about, where it is told
	Recipients []string // of the original, where they are told; many services hide them
}

// maxComplained bounds the recipients of an abuse report.
const maxComplained = 100

// complaint puts together what the parts of an abuse report say.
func (p *parser) complaint() *Complaint {
	c := new(Complaint)
	for _, r := range p.reports {
		if r.mediaType != feedbackType {
			if m := messageID.FindStringSubmatch(headerOf(r.content)); m != nil && c.OriginalID == "" {
				c.OriginalID = m[1]
			}
			continue
		}
		for _, line := range strings.Split(r.content, "\n") {
			name, body, _ := strings.Cut(line, ":")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "feedback-type":
				c.Type = strings.ToLower(strings.TrimSpace(body))
			case "original-rcpt-to":
				if len(c.Recipients) < maxComplained {
					c.Recipients = append(c.Recipients, cleanAddress(typed(body)))
				}
			}
		}
	}
	return c
}

// feedbackType is the part of an abuse report that programs read.
const feedbackType = "message/feedback-report"
