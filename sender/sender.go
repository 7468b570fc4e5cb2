package sender

import (
	"context"
	"errors"
	"net/mail"
	"time"
)

// Kind says where an identity comes from.
type Kind string

const (
	// Manager is the user assigned to the customer, who need not be the acting user.
	Manager Kind = "manager"
	// Store is the store where the customer is registered.
	Store Kind = "store"
	// Additional is an address from the settings.
	Additional Kind = "additional"
	// User is a user of the CRM: in a [Ref] only, a form never offers it.
	User Kind = "user"
)

// Identity is somebody a message can come from.
type Identity struct {
	// ID is the host's own: of the user, the store or the additional address.
	ID string
	// Mailbox is what is written in From. An empty Address means that there is none.
	Mailbox mail.Address
	// ConfirmedAt is when the Address was confirmed; zero means that it is not. A host sets it to zero again when
	// the address changes.
	ConfirmedAt time.Time
	// Allowed says that the address may be used as a sender address, which is decided apart from confirming it.
	Allowed bool
}

// Directory is what a host implements over its users, stores and settings.
// It is safe for concurrent use. A host whose identities can be confirmed here implements [Editor] too.
type Directory interface {
	// UserIdentity returns a user of the CRM: the acting user, or a customer's manager. Its error wraps
	// [ErrNotFound] for an unknown id.
	UserIdentity(ctx context.Context, id string) (Identity, error)
	// StoreIdentity returns a store. Its error wraps [ErrNotFound] for an unknown id.
	StoreIdentity(ctx context.Context, id string) (Identity, error)
	// AdditionalIdentities returns the addresses from the settings in the order they are shown: none to many,
	// each with an ID of its own.
	AdditionalIdentities(ctx context.Context) ([]Identity, error)
}

// ErrNotFound is wrapped by a [Directory]'s error for an id that does not exist.
var ErrNotFound = errors.New("sender: not found")

// Ref names an identity for as long as it exists.
type Ref struct {
	// Kind is [User], [Store] or [Additional].
	Kind Kind
	// ID is the [Identity]'s.
	ID string
}

// find reads the identity that ref names; its error wraps ErrNotFound where there is none.
func find(ctx context.Context, dir Directory, ref Ref) (Identity, error) {
	switch ref.Kind {
	case User:
		return dir.UserIdentity(ctx, ref.ID)
	case Store:
		return dir.StoreIdentity(ctx, ref.ID)
	case Additional:
		return findAdditional(ctx, dir, ref.ID)
	}
	return Identity{}, ErrNotFound
}

func findAdditional(ctx context.Context, dir Directory, id string) (Identity, error) {
	all, err := dir.AdditionalIdentities(ctx)
	if err != nil {
		return Identity{}, err
	}
	for _, identity := range all {
		if identity.ID == id && id != "" {
			return identity, nil
		}
	}
	return Identity{}, ErrNotFound
}
