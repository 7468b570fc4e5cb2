package sender

import (
	"maps"
	"slices"
	"strings"
)

// The codes of all that this package tells people, each with what brings it about. They never change their meaning.
const (
	// CodeNoManager: the customer's ManagerID is empty.
	CodeNoManager = "sender.no-manager"
	// CodeNoStore: the customer's StoreID is empty.
	CodeNoStore = "sender.no-store"
	// CodeNoAddress: the identity's Mailbox.Address is empty.
	CodeNoAddress = "sender.no-address"
	// CodeBadAddress: the identity's Mailbox.Address is no address: "anna at shop".
	CodeBadAddress = "sender.bad-address"
	// CodeUnconfirmed: the identity's ConfirmedAt is zero.
	CodeUnconfirmed = "sender.unconfirmed"
	// CodeNotAllowed: the identity is confirmed, but not Allowed.
	CodeNotAllowed = "sender.not-allowed"
	// CodeUnknown: a form posted "additional:999", which the settings do not hold, or the manager was deleted.
	CodeUnknown = "sender.unknown"
	// CodeNotChosen: a form posted no sender.
	CodeNotChosen = "sender.not-chosen"
	// CodeTransactionalDisabled: [Gate] of a user whose address is not confirmed, or not allowed.
	CodeTransactionalDisabled = "sender.transactional-disabled"
	// CodeTokenUnknown: [Confirmations.Confirm] of a secret that was never handed out.
	CodeTokenUnknown = "sender.token-unknown"
	// CodeTokenUsed: Confirm of one secret twice, with a store that remembers it.
	CodeTokenUsed = "sender.token-used"
	// CodeTokenExpired: Confirm after the TTL.
	CodeTokenExpired = "sender.token-expired"
	// CodeAddressChanged: Confirm after the identity got another address, or is gone.
	CodeAddressChanged = "sender.address-changed"
)

// texts is the one table of what people read; {address} is a [Reason]'s Address.
var texts = map[string]struct{ ru, en string }{
	CodeNoManager:   {"За клиентом не закреплён менеджер", "No manager is assigned to this customer"},
	CodeNoStore:     {"Клиент не зарегистрирован ни в одном магазине", "The customer is not registered in any store"},
	CodeNoAddress:   {"У этого отправителя не указан e-mail", "This sender has no e-mail address"},
	CodeBadAddress:  {"E-mail отправителя указан с ошибкой: {address}", "The sender's e-mail address is not valid: {address}"},
	CodeUnconfirmed: {"Адрес {address} не подтверждён", "The address {address} is not confirmed"},
	CodeNotAllowed:  {"Адрес {address} не разрешено использовать как адрес отправителя", "The address {address} is not allowed as a sender address"},
	CodeUnknown:     {"Такого отправителя нет. Выберите другого", "There is no such sender. Choose another one"},
	CodeNotChosen:   {"Выберите, от кого отправить письмо", "Choose whom the e-mail is from"},
	CodeTransactionalDisabled: {
		"Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя",
		"Sending transactional e-mails is turned off for this user. Confirm the e-mail address and allow it to be used as a sender address",
	},
	CodeTokenUnknown:   {"Ссылка для подтверждения недействительна. Запросите новое письмо", "The confirmation link is not valid. Request a new letter"},
	CodeTokenUsed:      {"Эта ссылка для подтверждения уже использована", "This confirmation link has already been used"},
	CodeTokenExpired:   {"Срок действия ссылки для подтверждения истёк. Запросите новое письмо", "The confirmation link has expired. Request a new letter"},
	CodeAddressChanged: {"С момента отправки письма адрес изменился. Запросите новое письмо", "The address has changed since the letter was sent. Request a new letter"},
}

// Codes returns every code of this package in alphabetical order.
func Codes() []string { return slices.Sorted(maps.Keys(texts)) }

// Reason says why somebody cannot be picked as the sender.
type Reason struct {
	// Code is one of the Code constants.
	Code string
	// Address is the address in question, for the codes that speak of one.
	Address string
}

// Text returns the reason for a person: language is "ru" or "en", and anything else means English. It is plain text;
// escape it for HTML. A Reason with a code that is not ours returns the code.
func (r Reason) Text(language string) string {
	text, ok := texts[r.Code]
	if !ok {
		return r.Code
	}
	chosen := text.en
	if language == "ru" {
		chosen = text.ru
	}
	return strings.ReplaceAll(chosen, "{address}", r.Address)
}

// RefusedError is a sender that was chosen and cannot be used.
type RefusedError struct {
	Reason Reason
	// Err is the cause, or nil.
	Err error
}

func refuse(code, addr string, cause error) *RefusedError {
	return &RefusedError{Reason: Reason{Code: code, Address: addr}, Err: cause}
}

// Error names the code alone: logs carry no addresses.
func (e *RefusedError) Error() string { return "sender: refused: " + e.Reason.Code }

// Unwrap returns e.Err.
func (e *RefusedError) Unwrap() error { return e.Err }

// Code returns the code of the reason.
func (e *RefusedError) Code() string { return e.Reason.Code }

// Text returns the reason for a person, as [Reason.Text] does.
func (e *RefusedError) Text(language string) string { return e.Reason.Text(language) }
