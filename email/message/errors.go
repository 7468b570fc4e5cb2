package message

import "fmt"

// FieldError says which field of a Message or an Envelope cannot go on the wire, and why. It never holds the
// value itself, so that it can be logged.
type FieldError struct {
	Field string // the header field ("Subject", "To"), or where it is in the Message ("Attachments[2].Name")
	Code  string // one of those that the package comment lists, such as "field.control"
}

// Error names the field and what is wrong with it, never its value.
func (e *FieldError) Error() string { return "message: " + e.Field + ": " + text(e.Code, "en") }

// Text is the reason for a person, in Russian ("ru") or English (anything else), without the field.
func (e *FieldError) Text(language string) string { return text(e.Code, language) }

// SizeError says that the content of an attachment is not as long as was declared. The wire form written so
// far is broken; a transport must not end the message.
type SizeError struct {
	Key  string
	Want int64 // octets declared
	Got  int64 // octets read; Want+1 stands for any greater number
}

// Error names the key of the content and both sizes.
func (e *SizeError) Error() string {
	return fmt.Sprintf("message: attachment %q holds %d octets, %d declared", e.Key, e.Got, e.Want)
}

// Text says it to a person, in Russian ("ru") or English (anything else).
func (e *SizeError) Text(language string) string { return text("attachment.size", language) }
