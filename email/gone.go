package email

import (
	"regexp"
	"strings"
)

// isGone tells that a server refused a recipient for good because there is no such address; not because of what the
// letter is, who sends it, or how full the mailbox is.
func isGone(r Recipient) bool {
	if r.Status != RecipientRefused || r.Code != 0 && r.Code < 500 {
		return false
	}
	switch r.Enhanced {
	case "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1": // RFC 3463 §3.2 and §3.3, RFC 7505 §4.2
		return true
	case "", "5.0.0", "5.1.0", "5.5.0", "5.7.1": // says nothing; some services answer 5.7.1 to everything
		return speaksOfNobody(r.Text)
	}
	return false
}

// speaksOfNobody finds the words by which servers without a fitting code say that there is no such address.
func speaksOfNobody(text string) bool {
	text = strings.ToLower(text)
	if strings.Contains(text, "sender") { // it may be ours that does not exist
		return false
	}
	for _, phrase := range [...]string{
		"no such user", "no such recipient", "no such mailbox", "no such address", "no mailbox here", "unknown user",
		"user unknown", "user not found", "recipient unknown", "unknown recipient", "recipient not found", "mailbox not found",
		"invalid mailbox", "invalid recipient", "address unknown", "account has been disabled", "account is disabled",
		"mailbox unavailable: user",
	} {
		if strings.Contains(text, phrase) {
			return true
		}
	}
	return absent.MatchString(text)
}

// absent leaves out what else may not exist: a record of ours in the DNS, a file.
var absent = regexp.MustCompile(`\b(user|mailbox|account|recipient|mail address)\b.*\b(does not|doesn't) exist`)
