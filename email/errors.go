package email

import "errors"

// Errors that a caller branches on. Stores return them too, wrapped or bare.
var (
	// ErrNotFound: there is no such customer, message, template, rule, campaign or content.
	ErrNotFound = errors.New("email: not found")
	// ErrDuplicate: the idempotency key, or the id, is used already.
	ErrDuplicate = errors.New("email: duplicate")
	// ErrConflict: somebody else was faster; the state is no longer the one expected.
	ErrConflict = errors.New("email: conflict")
	// ErrUnsupported: the host's implementation has no such ability.
	ErrUnsupported = errors.New("email: not supported by this implementation")
)
