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
