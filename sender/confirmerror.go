package sender

import (
	"errors"
	"fmt"
)

// ConfirmError is a secret that confirms nothing. Neither its message nor its text tells whose it was or whether an
// address exists.
type ConfirmError struct {
	// Err is [ErrTokenUnknown], [ErrTokenUsed], [ErrTokenExpired] or [ErrAddressChanged], or wraps one of them.
	Err error
}

// confirmError makes a ConfirmError of what is wrong with a secret, and wraps a host's own error. An identity that is
// gone has no address any more.
func confirmError(err error) error {
	switch {
	case errors.Is(err, ErrNotFound):
		return &ConfirmError{Err: ErrAddressChanged}
	case errors.Is(err, ErrTokenUnknown), errors.Is(err, ErrTokenExpired), errors.Is(err, ErrAddressChanged):
		return &ConfirmError{Err: err}
	}
	return fmt.Errorf("sender: confirm: %w", err)
}

// Error names the code alone.
func (e *ConfirmError) Error() string { return "sender: confirm: " + e.Code() }

// Unwrap returns e.Err.
func (e *ConfirmError) Unwrap() error { return e.Err }

// Code returns [CodeTokenUnknown], [CodeTokenUsed], [CodeTokenExpired] or [CodeAddressChanged].
func (e *ConfirmError) Code() string {
	switch {
	case errors.Is(e.Err, ErrTokenUsed):
		return CodeTokenUsed
	case errors.Is(e.Err, ErrTokenExpired):
		return CodeTokenExpired
	case errors.Is(e.Err, ErrAddressChanged):
		return CodeAddressChanged
	}
	return CodeTokenUnknown
}

// Text returns what is wrong for a person; language is "ru" or "en", and anything else means English.
func (e *ConfirmError) Text(language string) string {
	return Reason{Code: e.Code()}.Text(language)
}
