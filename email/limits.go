package email

import "fmt"

// MaxID is how many octets an id may have that a host gives: of a customer, a tenant, a campaign, a rule and its event, a
// message or conversation by Config.NewID, and an idempotency key or Firing.Key. Databases keep indexes of them, whose
// entries are bounded; a longer one is refused before anything is kept, whatever the store would take.
const MaxID = 255

// checkID refuses an id that is too long; what says whose it is.
func checkID(what, id string) error {
	if len(id) > MaxID {
		return &RefusedError{Code: CodeIDTooLong, Detail: fmt.Sprintf("%s, %d > %d", what, len(id), MaxID)}
	}
	return nil
}
