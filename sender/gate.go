package sender

// Gate reports whether a user may send transactional mail: a [*NotAllowedError] where his address is not confirmed or
// is not allowed as a sender address, nil otherwise. It is asked of the acting user when he sends, replies, and again
// when a scheduled or queued message goes out; bulk mail is not gated.
func Gate(identity Identity) error {
	confirmed := identity.Mailbox.Address != "" && !identity.ConfirmedAt.IsZero()
	if confirmed && identity.Allowed {
		return nil
	}
	return &NotAllowedError{ID: identity.ID, Confirmed: confirmed, Allowed: identity.Allowed}
}

// NotAllowedError refuses a user who may not send. Its two flags let a page show the step that is missing.
type NotAllowedError struct {
	// ID is the [Identity]'s.
	ID string
	// Confirmed says that the user has an address and it is confirmed.
	Confirmed bool
	// Allowed says that the address is allowed as a sender address.
	Allowed bool
}

// Error names neither the user nor his address.
func (e *NotAllowedError) Error() string { return "sender: " + e.Code() }

// Code returns [CodeTransactionalDisabled].
func (e *NotAllowedError) Code() string { return CodeTransactionalDisabled }

// Text returns the refusal for a person; language is "ru" or "en", and anything else means English.
func (e *NotAllowedError) Text(language string) string {
	return Reason{Code: e.Code()}.Text(language)
}
