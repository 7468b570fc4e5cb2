// Package sender says from whom a message may go out: the identities of a CRM, the list a person picks From out of,
// the gate on the person who presses Send, and the confirmation of an address by letter.
//
// A host implements [Directory] over its own users, stores and settings. Then:
//
//	options, err := sender.Options(ctx, dir, sender.Customer{ManagerID: "u7", StoreID: "s1"})
//	for _, o := range options {                       // manager, store, additional addresses: always in this order
//		if o.Disabled != nil {
//			fmt.Println(o.Choice, o.Disabled.Text("en")) // shown greyed out, with the reason
//		}
//	}
//
//	choice, err := sender.ParseChoice(form.Get("from")) // "manager", "store", "additional:42"
//	from, err := sender.Resolve(ctx, dir, customer, choice)
//
// [Resolve] reads the directory again and refuses what [Options] shows disabled, so that a form posted by hand gains
// nothing.
//
// Two questions are kept apart. [Options] and [Resolve] ask whether an identity can be written in From at all. [Gate]
// asks whether the acting user may send transactional mail, whichever From he picks:
//
//	actor, err := dir.UserIdentity(ctx, userID)
//	err = sender.Gate(actor) // *NotAllowedError: its Text is what the person reads
//
// Ask [Gate] first when sending: a user who is the customer's own manager is then told what to do rather than that an
// option is not available. Opening the form asks it of nobody.
//
// [Confirmations] runs the letter that confirms an address: a secret of 256 bits, used once, for a limited time, of
// which the store holds only a hash.
//
// [Domains] asks the DNS a third question, which stops nothing: whether receivers will take the mail for the domain's own
// (SPF, DKIM, DMARC).
//
//	domains := sender.Domains{Servers: ourServers, DKIM: sender.DKIMKey{Selector: "crm"}}
//	found := domains.Check(ctx, "sales@shop.example")
//	if !found.Aligned() {
//		fmt.Println(found.DMARC.Reason.Text("en"))
//	}
//
// # What it leaves out
//
// It keeps nothing and mails nothing: identities and tokens are the host's, and so is the letter with the secret. It does
// not ask whether a mailbox exists. Everything here may be called concurrently where the host's Directory and Tokens may.
//
// # Codes
//
// Whatever a person is to read has a code and a Text method for "ru" and "en". [Codes] lists them; [CodeNoManager] and its
// neighbours say what brings each about.
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
