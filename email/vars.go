package email

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// vars are what a letter to a customer can use: the draft's own variables, customer, manager and store with name and
// email where the customer has them, and the link to unsubscribe, which is empty where there is none. They are those of
// template.EventCustomer.
func (s *Service) vars(ctx context.Context, c *composition) (template.Vars, error) {
	vars := maps.Clone(c.draft.Vars)
	if vars == nil {
		vars = template.Vars{}
	}
	manager, err := identityVars(ctx, c.senders.UserIdentity, c.customer.ManagerID)
	if err != nil {
		return nil, err
	}
	store, err := identityVars(ctx, c.senders.StoreIdentity, c.customer.StoreID)
	if err != nil {
		return nil, err
	}
	vars["customer"], vars["manager"], vars["store"] = c.customer.Vars(), manager, store
	vars["unsubscribe_url"] = c.unsubscribeURL
	return vars, nil
}

// ownVariables are those that every letter gets from here.
var ownVariables = [...]string{"customer", "manager", "store", "unsubscribe_url"}

// identityVars are empty where there is no such identity.
func identityVars(ctx context.Context, find func(context.Context, string) (sender.Identity, error), id string) (map[string]any, error) {
	vars := map[string]any{"name": "", "email": ""}
	if id == "" {
		return vars, nil
	}
	identity, err := find(ctx, id)
	if errors.Is(err, sender.ErrNotFound) {
		return vars, nil
	}
	if err != nil {
		return nil, fmt.Errorf("email: %w", err)
	}
	vars["name"], vars["email"] = identity.Mailbox.Name, identity.Mailbox.Address
	return vars, nil
}
