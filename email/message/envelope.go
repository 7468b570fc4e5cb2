package message

import "fmt"

// Envelope is what SMTP needs to carry a message (RFC 5321 §2.3.1), apart from the message: blind copies are
// recipients here and nowhere else.
type Envelope struct {
	ReturnPath string   // an addr-spec without angle brackets; "" is the null return path, of automatic answers
	Recipients []string // addr-specs without angle brackets
}

// Validate checks that every address can stand in a MAIL or RCPT command or in the arguments of a program: a
// dot-atom or properly quoted local part, a host name, internationalised name or address literal; no controls, no
// spaces, no hyphen in front. Its error is a *FieldError, also where there is no recipient.
func (e Envelope) Validate() error {
	if e.ReturnPath != "" {
		if code := addressCode(e.ReturnPath); code != "" {
			return &FieldError{"ReturnPath", code}
		}
	}
	if len(e.Recipients) == 0 {
		return &FieldError{"Recipients", "field.recipients"}
	}
	for i, addr := range e.Recipients {
		if code := addressCode(addr); code != "" {
			return &FieldError{fmt.Sprintf("Recipients[%d]", i), code}
		}
	}
	return nil
}
