package dkim

import (
	"crypto"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"

	"github.com/crmmail/crmmail/email/message"
)

// Config says who signs with what. Domain, Selector and Key are required.
type Config struct {
	// Domain answers for the message (d=). For DMARC it is the domain of From or one above it.
	Domain string
	// Selector names the key among the keys of Domain (s=), so that keys can be changed.
	Selector string
	// Key is an *rsa.PrivateKey of at least 1024 bits, an ed25519.PrivateKey, or a crypto.Signer that has the public half
	// of one, as a key service does. It is used concurrently.
	Key crypto.Signer

	// OwnOnly leaves a message alone whose From is not of Domain or one below it, so that a host with several domains has
	// a Signer for each.
	OwnOnly bool

	// Fields are further header fields to sign where the message has them.
	Fields []string
	// Unsigned are fields to leave out, as Message-ID and Date where the next server writes its own over them. From is
	// always signed.
	Unsigned []string
	// Valid is how long a signature is good for (x=); 0: for ever.
	Valid time.Duration

	// Now is the clock of the signatures; nil: time.Now.
	Now func() time.Time
}

// The header fields that are signed (RFC 6376 §5.4.1). Those of always are signed where the message has none, too, so that
// none can be added; an honest relay may add one of the others.
var (
	always = []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "Reply-To",
		"MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
	present = []string{"Sender", "In-Reply-To", "References", "Auto-Submitted", "Feedback-ID",
		"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"}
)

// Signer makes a DKIM-Signature field over a message. It is safe for concurrent use where its key is.
type Signer struct {
	config          Config
	algorithm       algorithm
	record          Record
	always, present []string
}

var _ message.Signer = (*Signer)(nil)

// New checks the configuration. A domain outside ASCII is written in its ASCII form.
func New(config Config) (*Signer, error) {
	domain, err := idna.Lookup.ToASCII(config.Domain)
	if err != nil || !isDomain(domain) || !strings.Contains(domain, ".") {
		return nil, errors.New("dkim: Config.Domain is not a domain")
	}
	if !isDomain(config.Selector) || len(config.Selector)+len("._domainkey.")+len(domain) > maxName {
		return nil, errors.New("dkim: Config.Selector is not a selector")
	}
	for _, name := range append(slices.Clone(config.Fields), config.Unsigned...) {
		if !isFieldName(name) {
			return nil, fmt.Errorf("dkim: %q is not the name of a header field", name)
		}
	}
	if contains(config.Unsigned, "From") {
		return nil, errors.New("dkim: From must be signed") // RFC 6376 §5.4
	}
	algorithm, err := algorithmOf(config.Key)
	if err != nil {
		return nil, err
	}
	if config.Valid < 0 {
		return nil, errors.New("dkim: Config.Valid is negative")
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	config.Domain = domain
	s := &Signer{config: config, algorithm: algorithm, always: without(always, config.Unsigned)}
	s.present = without(append(slices.Clone(present), config.Fields...), append(config.Unsigned, s.always...))
	s.record, err = newRecord(config, algorithm)
	return s, err
}

func contains(names []string, name string) bool {
	return slices.ContainsFunc(names, func(other string) bool { return strings.EqualFold(other, name) })
}

// without is the names that are not among others, each once.
func without(names, others []string) (rest []string) {
	for _, name := range names {
		if !contains(others, name) && !contains(rest, name) {
			rest = append(rest, name)
		}
	}
	return rest
}

const maxName = 253 // octets of a name in DNS (RFC 1035 §2.3.4)

// isDomain holds RFC 6376 §3.1: labels of letters, digits and hyphens; selectors are made of the same.
func isDomain(name string) bool {
	if len(name) > maxName {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, b := range []byte(label) {
			if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '-' && b != '_' {
				return false
			}
		}
	}
	return true
}

// isFieldName holds RFC 5322 §3.6.8, without what would end a tag (RFC 6376 §3.5).
func isFieldName(name string) bool {
	for _, b := range []byte(name) {
		if b <= ' ' || b > '~' || b == ':' || b == ';' {
			return false
		}
	}
	return name != "" && len(name) <= 60
}
