// Package email lets a CRM write to a customer by e-mail: from the right sender, out of a Twig letter with a preheader,
// checked before it goes, with its attachments, and kept in a history.
//
// A [Service] joins what a host brings, each an interface of one to three methods:
//
//	svc, err := email.New(email.Config{
//		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, // e.g. all of sqlstore
//		Transport: transport,                                                           // e.g. smtp
//	})
//	msg, err := svc.Send(ctx, email.Draft{
//		ActorID:    "user-1",
//		CustomerID: "customer-1",
//		From:       sender.Choice{Kind: sender.Manager},
//		Letter: template.Letter{
//			Subject:   "Order {{ number }} is ready",
//			Preheader: "{{ customer.firstName }}, come by until Friday",
//			HTML:      "<p>Hello {{ customer.firstName }}!</p>",
//		},
//		Vars: template.Vars{"number": 42},
//	})
//	go svc.Run(ctx) // delivers what is queued, in any number of processes
//
// # The way of a message
//
// [Service.Send] takes a [Draft] through sender and gate, recipients, letter, content and attachments. Everything that
// speaks against it comes back at once as [Refusals], each with a code and a text in Russian and English; nothing is
// kept then. Otherwise the finished bytes are fixed, and one [Outbox.Enqueue] keeps message, conversation, recipients,
// event and bytes together. [Service.Preview] goes the same way and keeps nothing; [Service.Form] is what a page needs
// before there is a draft.
//
// [Service.Run] claims due messages under a lease and hands them to the [Transport]. The moment the transport asks for
// the bytes the message becomes [StateSending]; only such a message can become [StateUncertain], which is shown to a
// person, who may [Service.Resend] it, and is never sent again by itself. So what is queued is sent once, or known not
// to be, or marked uncertain.
//
// # What comes in
//
// [Service.Receive] files an inbound message as it came and as one [Message] with all its files, and finds the
// [Conversation] that it belongs to: by the signed reply address, by what it refers to, or by its writer. Nothing is refused
// for being broken. A report of a bounce or a complaint marks the message that it is about. [Service.Reply] begins the
// answer; a message whose writer nobody knows waits in the inbox ([InboxService]).
//
// # The history
//
// [HistoryService] pages through conversations and messages, each with what became of it for every recipient, and serves their
// files: shown in a page, downloaded one by one, or all at once. [CustomerService] finds and creates customers, exports what
// is kept about one, and erases it.
//
// # Rules
//
// A [Rule] sends a template whenever an event of the host's happens to a customer. [RuleService.Activate] checks the
// template's source first: an error keeps the rule inactive, and so does a warning, such as a shortened link, until somebody
// has taken note of it. What was checked is pinned by its hash, so a template that was changed is checked again before the
// rule fires. [RuleService.Fire] goes the way of Send; a rule that is refused says so in the customer's history.
//
// # Mass mailings
//
// [CampaignService.Send] takes one letter to an audience of any size: parsed, checked and its files kept once, queued in
// batches, and taken up again where it was broken off. A mailing says how to leave it ([Unsubscribe]), and goes to nobody
// who has left, complained or whose address does not exist ([Suppressions]); that is asked again when its time comes.
// Dispatch.Rate holds back what a domain would refuse, mailings before letters. Of suppressions, whoever writes a letter to
// one customer is only told.
//
// # A host's own parts
//
// What a part can do beyond its interface it says by another one, which its type has, too: [CustomerCreator] and
// [CustomerEraser] beside [Customers]; [Eraser], [BatchOutbox], [BlobReferences] and [WireKeeper] beside [Store];
// [BlobRemover] and [BlobLister] beside [Blobs]; [SuppressionLister] beside [Suppressions]; [SizeLimiter] beside
// [Transport]; [sender.Editor] beside [sender.Directory]; [template.Source] beside [template.Loader]. What needs an ability
// that is not there is [ErrUnsupported], or goes a slower way; its comment says which.
//
// # Testing
//
// Package emailtest has all of it in memory, a transport that records, faults to inject, and a conformance suite for
// every interface here, which a host's own implementations can run.
package email
