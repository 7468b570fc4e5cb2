package email

import (
	"errors"
	"fmt"
	"strings"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// RefusedError says why a draft is not sent, or why something cannot be done to a message. It is not a failure of the
// system: a person can mend it, and Text tells how.
type RefusedError struct {
	// Code is stable: one of this package's Code constants, or the sender package's.
	Code string
	// Detail is what Text names: a recipient's address, the reason of a cancel tag. It may be empty.
	Detail string
	// Findings is set with CodeContentBlocked: all of them, the blocking ones among them.
	Findings []validate.Finding
	// Source is set where the source of a template is the reason: what is against it there.
	Source []SourceFinding
	// Attachments is set with CodeAttachmentsBlocked.
	Attachments *attach.Report
	// Err is the cause where there is one: *sender.NotAllowedError, *template.Error, ErrNotFound, ErrConflict, …
	Err error
}

// Error gives the code, and the place where it is a template's fault; never an address or a text. The cause says more.
func (e *RefusedError) Error() string {
	line := "email: refused: " + e.Code
	for _, place := range faults(e.Err) {
		line += fmt.Sprintf(", %s error at %s:%d:%d", place.Kind, place.Name, place.Line, place.Column)
	}
	return line
}

// faults are the template errors that err joins.
func faults(err error) (list []*template.Error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			list = append(list, faults(one)...)
		}
		return list
	}
	var fault *template.Error
	if errors.As(err, &fault) {
		list = append(list, fault)
	}
	return list
}

// Unwrap returns the cause.
func (e *RefusedError) Unwrap() error { return e.Err }

// Text tells a person what is wrong and what to do; language is "ru" or "en", and anything else means English.
func (e *RefusedError) Text(language string) string {
	if e.Attachments != nil {
		return e.Attachments.Refusal(language)
	}
	if cause, ok := e.Err.(interface{ Text(string) string }); ok && texts[e.Code].en == "" {
		return cause.Text(language)
	}
	return text(e.Code, language, e.Detail)
}

// Refusals are all the reasons why one draft is not sent, in the order of the way: sender, recipients, letter, content,
// attachments. errors.As finds the first *RefusedError.
type Refusals []*RefusedError

// Error joins the reasons.
func (r Refusals) Error() string {
	lines := make([]string, len(r))
	for i, refusal := range r {
		lines[i] = refusal.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the reasons.
func (r Refusals) Unwrap() []error {
	list := make([]error, len(r))
	for i, refusal := range r {
		list[i] = refusal
	}
	return list
}

// Text gives one line per reason; language is "ru" or "en", and anything else means English.
func (r Refusals) Text(language string) string {
	lines := make([]string, len(r))
	for i, refusal := range r {
		lines[i] = refusal.Text(language)
	}
	return strings.Join(lines, "\n")
}

// Has tells that one of the reasons has the code.
func (r Refusals) Has(code string) bool {
	for _, refusal := range r {
		if refusal.Code == code {
			return true
		}
	}
	return false
}

// refusal makes err one, where it is something that a person can mend.
func refusal(err error) (*RefusedError, bool) {
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused, true
	}
	var coded interface {
		error
		Code() string
		Text(string) string
	}
	if errors.As(err, &coded) {
		return &RefusedError{Code: coded.Code(), Err: coded}, true
	}
	return nil, false
}
