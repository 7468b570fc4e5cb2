// Package emailtest lets a host prove in its own tests that it writes to customers as it should: memory
// implementations of every interface, a transport that records real mail, a clock that stands still, and suites that
// hold a host's own stores and transports to the contracts.
//
// New gives a Service on memory parts with a small cast in it, so that a first test is short:
//
//	func TestGreeting(t *testing.T) {
//		env := emailtest.New(t)
//		draft := emailtest.Draft() // from the manager to the customer
//		draft.TemplateID = emailtest.TemplateID
//		env.Send(t, draft)
//		env.Recorder.RequireSent(t, emailtest.To(emailtest.CustomerEmail), emailtest.Subject("…"))
//	}
//
// RawMail, Answer, AutoAnswer and RawBounce make what customers and servers write back, and Env.Receive hands it over:
//
//	delivery := env.Recorder.RequireSent(t)
//	env.Receive(t, emailtest.RawMail(t, emailtest.Answer(delivery, "Спасибо!")))
//
// The parts are usable alone: NewStore, NewRecorder, NewClock, IDs and Rand. What can go wrong on the way is injected
// into the Recorder: Inject(1, LoseReply()) makes the next delivery uncertain.
//
// A host that implements an interface itself runs the suite of that interface, for example
//
//	func TestMyStore(t *testing.T) {
//		emailtest.TestStore(t, emailtest.StoreHarness{
//			Open: func(t testing.TB) (one, other email.Store) { … two handles on one empty database … },
//		})
//	}
//
// Each sentence of the contract is a subtest of its own, named after it.
package emailtest
