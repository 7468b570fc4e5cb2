package sender

import (
	"context"
	"errors"
	"fmt"
)

// Customer is what the From list depends on: who looks after the customer and where he is registered.
type Customer struct {
	// ManagerID is the user assigned to the customer, StoreID the store where he is registered; empty means none.
	ManagerID, StoreID string
}

// Option is one entry of the From list.
type Option struct {
	Choice Choice
	// Identity is what would be written in From; as far as it is known when the option is disabled. Line breaks and
	// other controls in its display name are collapsed to single spaces.
	Identity Identity
	// Disabled says why the option cannot be picked; nil means that it can.
	Disabled *Reason
	// Alignment is what the DNS says of the address's domain, a fact of its own that disables nothing; nil: not asked.
	// Options leaves it nil: see [Domains].
	Alignment *Alignment
}

// Options returns the From list for one customer: manager, store, then the additional addresses in the order of the
// settings. Manager and store are always there, disabled where the customer has none, so that a person sees why. An
// error is the host's own, from dir.
func Options(ctx context.Context, dir Directory, customer Customer) ([]Option, error) {
	manager, err := managerOption(ctx, dir, customer)
	if err != nil {
		return nil, err
	}
	store, err := storeOption(ctx, dir, customer)
	if err != nil {
		return nil, err
	}
	additional, err := dir.AdditionalIdentities(ctx)
	if err != nil {
		return nil, fmt.Errorf("sender: additional addresses: %w", err)
	}
	options := make([]Option, 0, 2+len(additional))
	options = append(options, manager, store)
	for _, identity := range additional {
		options = append(options, option(Choice{Kind: Additional, ID: identity.ID}, identity))
	}
	return options, nil
}

// Resolve returns the identity that choice stands for, read from dir anew. A choice that [Options] shows disabled, or
// not at all, is a [*RefusedError] with the reason; any other error is the host's own, from dir.
func Resolve(ctx context.Context, dir Directory, customer Customer, choice Choice) (Identity, error) {
	chosen, err := chosenOption(ctx, dir, customer, choice)
	if err != nil {
		return Identity{}, err
	}
	if chosen.Disabled != nil {
		return Identity{}, &RefusedError{Reason: *chosen.Disabled}
	}
	return chosen.Identity, nil
}

func chosenOption(ctx context.Context, dir Directory, customer Customer, choice Choice) (Option, error) {
	switch {
	case choice == Choice{}:
		return Option{}, refuse(CodeNotChosen, "")
	case choice == Choice{Kind: Manager}:
		return managerOption(ctx, dir, customer)
	case choice == Choice{Kind: Store}:
		return storeOption(ctx, dir, customer)
	case choice.Kind == Additional:
		identity, err := findAdditional(ctx, dir, choice.ID)
		return found(choice, identity, err)
	}
	return Option{}, refuse(CodeUnknown, "")
}

func managerOption(ctx context.Context, dir Directory, customer Customer) (Option, error) {
	choice := Choice{Kind: Manager}
	if customer.ManagerID == "" {
		return Option{Choice: choice, Disabled: &Reason{Code: CodeNoManager}}, nil
	}
	identity, err := dir.UserIdentity(ctx, customer.ManagerID)
	return found(choice, identity, err)
}

func storeOption(ctx context.Context, dir Directory, customer Customer) (Option, error) {
	choice := Choice{Kind: Store}
	if customer.StoreID == "" {
		return Option{Choice: choice, Disabled: &Reason{Code: CodeNoStore}}, nil
	}
	identity, err := dir.StoreIdentity(ctx, customer.StoreID)
	return found(choice, identity, err)
}

// found makes an option of what the directory answered: an identity that is gone is a disabled option, not an error.
func found(choice Choice, identity Identity, err error) (Option, error) {
	switch {
	case errors.Is(err, ErrNotFound):
		return Option{Choice: choice, Disabled: &Reason{Code: CodeUnknown}}, nil
	case err != nil:
		return Option{}, fmt.Errorf("sender: %s: %w", choice.Kind, err)
	}
	return option(choice, identity), nil
}

func option(choice Choice, identity Identity) Option {
	return Option{Choice: choice, Identity: cleaned(identity), Disabled: unusable(choice, identity)}
}

// unusable says why identity cannot be written in From, or nil.
func unusable(choice Choice, identity Identity) *Reason {
	addr := identity.Mailbox.Address
	switch {
	case choice.Kind == Additional && choice.ID == "":
		return &Reason{Code: CodeUnknown}
	case addr == "":
		return &Reason{Code: CodeNoAddress}
	case !validAddress(addr):
		return &Reason{Code: CodeBadAddress, Address: addr}
	case identity.ConfirmedAt.IsZero():
		return &Reason{Code: CodeUnconfirmed, Address: addr}
	case !identity.Allowed:
		return &Reason{Code: CodeNotAllowed, Address: addr}
	}
	return nil
}
