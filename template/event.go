package template

import "slices"

// Event is what a template is written for. E-mail and SMS templates share it: both offer, for one customer's page,
// the templates of [EventCustomer]. A host may have events of its own.
type Event string

const (
	// EventCustomer is a message to a customer, from his page or by a rule about customers.
	EventCustomer Event = "customer"
	// EventOrder is a message about one order; its customer's variables are there too.
	EventOrder Event = "order"
)

// Type says what a [Variable] holds.
type Type string

const (
	// TypeText is a string.
	TypeText Type = "text"
	// TypeNumber is an int64 or a float64.
	TypeNumber Type = "number"
	// TypeBool is a bool.
	TypeBool Type = "bool"
	// TypeTime is a time.Time.
	TypeTime Type = "time"
	// TypeMap is a map with the keys that Fields names; without Fields the keys are the host's.
	TypeMap Type = "map"
	// TypeList is a slice: of maps with the keys that Fields names, or without Fields of strings.
	TypeList Type = "list"
)

// Variable is a name that a template can use.
type Variable struct {
	Name string
	Type Type
	// Fields are what a map, or each element of a list, holds.
	Fields []Variable
}

// Variables returns what templates of this event can use: for the editor's list and for checking a template before it
// is ever rendered. The slice is the caller's. An event that is not one of the constants has none here.
func (e Event) Variables() []Variable {
	switch e {
	case EventCustomer:
		return commonVariables()
	case EventOrder:
		return slices.Concat(commonVariables(), []Variable{{Name: "order", Type: TypeMap, Fields: orderFields()}})
	}
	return nil
}

func commonVariables() []Variable {
	return []Variable{
		{Name: "customer", Type: TypeMap, Fields: customerFields()},
		{Name: "manager", Type: TypeMap, Fields: identityFields()},
		{Name: "store", Type: TypeMap, Fields: identityFields()},
		{Name: "unsubscribe_url", Type: TypeText}, // of the recipient; empty where the host offers no such link
	}
}

// customerFields are what every host has; a host's own fields of a customer stand beside them.
func customerFields() []Variable {
	return []Variable{
		{Name: "id", Type: TypeText}, {Name: "externalId", Type: TypeText},
		{Name: "name", Type: TypeText}, {Name: "firstName", Type: TypeText}, {Name: "lastName", Type: TypeText},
		{Name: "patronymic", Type: TypeText},
		{Name: "email", Type: TypeText}, {Name: "emails", Type: TypeList},
		{Name: "phone", Type: TypeText}, {Name: "phones", Type: TypeList},
	}
}

func identityFields() []Variable {
	return []Variable{{Name: "name", Type: TypeText}, {Name: "email", Type: TypeText}}
}

func orderFields() []Variable {
	return []Variable{
		{Name: "number", Type: TypeText}, {Name: "createdAt", Type: TypeTime}, {Name: "status", Type: TypeText},
		{Name: "total", Type: TypeNumber}, {Name: "discount", Type: TypeNumber},
		{Name: "delivery", Type: TypeText}, {Name: "comment", Type: TypeText},
		{Name: "items", Type: TypeList, Fields: []Variable{
			{Name: "name", Type: TypeText}, {Name: "url", Type: TypeText}, {Name: "quantity", Type: TypeNumber},
			{Name: "price", Type: TypeNumber}, {Name: "discount", Type: TypeNumber},
		}},
		{Name: "customFields", Type: TypeMap},
	}
}
