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

	// CodeDomainBad: [Domains.Check] of what is no domain, "shop..example", or with such a one in its settings.
	CodeDomainBad = "domain.bad"
	// CodeDomainNoAnswer: the DNS gave no answer about {name}.
	CodeDomainNoAnswer = "domain.no-answer"
	// CodeSPFMissing: the domain of the return path has no record that begins with v=spf1.
	CodeSPFMissing = "domain.spf-missing"
	// CodeSPFInvalid: it has two of them, or one that asks for more than ten look-ups.
	CodeSPFInvalid = "domain.spf-invalid"
	// CodeSPFRefuses: it has "v=spf1 -all", and so no place for one of [Domains].Servers.
	CodeSPFRefuses = "domain.spf-refuses"
	// CodeSPFNotAsked: [Domains].Servers is empty.
	CodeSPFNotAsked = "domain.spf-not-asked"
	// CodeDKIMMissing: nothing is published under the selector of [Domains].DKIM.
	CodeDKIMMissing = "domain.dkim-missing"
	// CodeDKIMRevoked: the published key is empty: "v=DKIM1; p=".
	CodeDKIMRevoked = "domain.dkim-revoked"
	// CodeDKIMOtherKey: the published key is not the one that we sign with, or no key at all.
	CodeDKIMOtherKey = "domain.dkim-other-key"
	// CodeDKIMNotAsked: [Domains].DKIM has no Selector.
	CodeDKIMNotAsked = "domain.dkim-not-asked"
	// CodeDMARCMissing: neither the domain nor its organisation publishes a policy.
	CodeDMARCMissing = "domain.dmarc-missing"
	// CodeDMARCInvalid: the policy cannot be read: "v=DMARC1; p=maybe".
	CodeDMARCInvalid = "domain.dmarc-invalid"
	// CodeDMARCUnfulfilled: neither SPF nor DKIM is good for the domain in From.
	CodeDMARCUnfulfilled = "domain.dmarc-unfulfilled"
	// CodeDMARCUnknown: neither is known to be good, and one of them is not known.
	CodeDMARCUnknown = "domain.dmarc-unknown"
)

// texts is the one table of what people read; {address}, {domain} and {name} are a [Reason]'s.
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

	CodeDomainBad:      {"Домен указан с ошибкой: {domain}", "The domain is not valid: {domain}"},
	CodeDomainNoAnswer: {"DNS не ответил на запрос о {name}. Проверьте позже", "The DNS did not answer about {name}. Check again later"},
	CodeSPFMissing: {
		"У домена {domain} нет записи SPF. Добавьте её, чтобы почтовые провайдеры знали, с каких серверов отправляются письма",
		"The domain {domain} has no SPF record. Add one, so that mail providers know which servers send its mail",
	},
	CodeSPFInvalid: {"Запись SPF домена {domain} содержит ошибку", "The SPF record of {domain} is not valid"},
	CodeSPFRefuses: {
		"Запись SPF домена {domain} не разрешает отправку с сервера {name}",
		"The SPF record of {domain} does not allow the server {name} to send",
	},
	CodeSPFNotAsked:  {"SPF домена {domain} не проверялся: не указаны адреса серверов", "SPF of {domain} was not checked: no server addresses are set"},
	CodeDKIMMissing:  {"Ключ DKIM не опубликован: нет записи {name}", "The DKIM key is not published: there is no record {name}"},
	CodeDKIMRevoked:  {"Ключ DKIM в записи {name} отозван", "The DKIM key in the record {name} is revoked"},
	CodeDKIMOtherKey: {"В записи {name} опубликован другой ключ DKIM", "The record {name} holds another DKIM key"},
	CodeDKIMNotAsked: {"DKIM домена {domain} не проверялся: письма не подписываются", "DKIM of {domain} was not checked: mail is not signed"},
	CodeDMARCMissing: {
		"У домена {domain} нет записи DMARC. Добавьте запись {name}",
		"The domain {domain} has no DMARC record. Add the record {name}",
	},
	CodeDMARCInvalid: {"Запись DMARC {name} содержит ошибку", "The DMARC record {name} is not valid"},
	CodeDMARCUnfulfilled: {
		"Письма с адресов домена {domain} не проходят проверку DMARC: настройте SPF или DKIM",
		"Mail from addresses of {domain} does not pass DMARC: set up SPF or DKIM",
	},
	CodeDMARCUnknown: {
		"Неизвестно, проходят ли письма с адресов домена {domain} проверку DMARC",
		"It is not known whether mail from addresses of {domain} passes DMARC",
	},
}

// Codes returns every code of this package in alphabetical order.
func Codes() []string { return slices.Sorted(maps.Keys(texts)) }

// Reason says why somebody cannot be picked as the sender, or what is wrong with a domain.
type Reason struct {
	// Code is one of the Code constants.
	Code string
	// Address is the address in question, for the codes that speak of one.
	Address string
	// Domain is the domain in question, in ASCII, for the codes that begin with "domain.".
	Domain string
	// Name is the DNS name that was asked for, or the address of the server that was asked about.
	Name string
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
	return strings.NewReplacer("{address}", r.Address, "{domain}", r.Domain, "{name}", r.Name).Replace(chosen)
}

// RefusedError is a sender that was chosen and cannot be used.
type RefusedError struct {
	Reason Reason
}

func refuse(code, addr string) *RefusedError {
	return &RefusedError{Reason: Reason{Code: code, Address: addr}}
}

// Error names the code alone: logs carry no addresses.
func (e *RefusedError) Error() string { return "sender: refused: " + e.Reason.Code }

// Code returns the code of the reason.
func (e *RefusedError) Code() string { return e.Reason.Code }

// Text returns the reason for a person, as [Reason.Text] does.
func (e *RefusedError) Text(language string) string { return e.Reason.Text(language) }
