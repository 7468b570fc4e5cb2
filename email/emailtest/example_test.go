package emailtest_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
)

// What a host's own test function gets from the testing package.
var t testing.TB = exampleTB{}

// A host's first test: a letter out of a template reaches the customer, and nobody else.
func Example() {
	env := emailtest.New(t)

	draft := emailtest.Draft() // by the manager, to the customer
	draft.Letter.Subject = "Заказ собран, {{ customer.firstName }}"
	draft.Letter.HTML = "<p>Ждём вас.</p>"
	sent := env.Send(t, draft)

	env.Recorder.RequireSent(t,
		emailtest.To(emailtest.CustomerEmail),
		emailtest.Subject("Заказ собран, Ольга"),
		emailtest.HTMLContains("<p>Ждём вас.</p>"))
	env.Recorder.RequireNotSent(t, emailtest.Recipient(emailtest.CustomerSecondEmail))
	fmt.Println(sent.State)
	// Output: sent
}

// A user who may not send is told so, in the words of his language.
func ExampleNew_refused() {
	env := emailtest.New(t)

	draft := emailtest.Draft()
	draft.ActorID = emailtest.NewcomerID
	_, err := env.Service.Send(context.Background(), draft)

	env.Recorder.RequireNotSent(t)
	fmt.Println(err.(email.Refusals).Text("ru"))
	// Output:
	// Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя
}

// The reply is lost after the content went out: the message is uncertain, and never sent again by itself.
func ExampleRecorder_Inject() {
	env := emailtest.New(t)
	env.Recorder.Inject(1, emailtest.LoseReply())

	sent := env.Send(t, emailtest.Draft())
	env.Clock.Advance(24 * time.Hour)
	env.Dispatch(t)

	env.Recorder.RequireCount(t, 1)
	fmt.Println(sent.State)
	// Output: uncertain
}

// One recipient is refused; the other gets the message.
func ExampleRecorder_Refuse() {
	env := emailtest.New(t)
	env.Recorder.Refuse("archive@shop.example", email.TransportError{Code: 550, Enhanced: "5.1.1", Text: "no such user"})

	draft := emailtest.Draft()
	draft.Bcc = []string{"archive@shop.example"}
	for _, recipient := range env.Send(t, draft).Recipients {
		fmt.Println(recipient.Address, recipient.Status)
	}
	// Output:
	// olga@customer.example accepted
	// archive@shop.example refused
}

// The customer answers with a file, and the answer is filed below the letter.
func ExampleEnv_Receive() {
	env := emailtest.New(t)
	env.Send(t, emailtest.Draft())

	answer := emailtest.Answer(env.Recorder.RequireSent(t), "Оплатила, квитанция в письме.")
	answer.Attachments = []message.Attachment{emailtest.File("квитанция.txt", "text/plain", "4990 ₽")}
	received := env.Receive(t, emailtest.RawMail(t, answer))

	fmt.Println(received.Subject, "/", received.Received.Reply)
	fmt.Println(received.Attachments[0].Name, received.Received.MatchedBy)
	// Output:
	// Re: Ваш заказ / Оплатила, квитанция в письме.
	// квитанция.txt in-reply-to
}

// A host brings its own directory and leaves the rest to the memory parts.
func ExampleNew_ownParts() {
	env := emailtest.New(t, func(c *email.Config) { c.Senders = myUsers{} })
	draft := emailtest.Draft()
	draft.ActorID = "42"
	env.Send(t, draft)
	fmt.Println(env.Recorder.RequireSent(t).Envelope.ReturnPath)
	// Output: user-anna@crm.example
}

// myUsers is a host's directory, in which everybody may send.
type myUsers struct{}

func (myUsers) UserIdentity(_ context.Context, id string) (sender.Identity, error) {
	identity := sender.Identity{ID: id, ConfirmedAt: time.Unix(1, 0), Allowed: true}
	identity.Mailbox.Address = "user-" + id + "@crm.example"
	return identity, nil
}

func (myUsers) StoreIdentity(context.Context, string) (sender.Identity, error) {
	return sender.Identity{}, sender.ErrNotFound
}

func (myUsers) AdditionalIdentities(context.Context) ([]sender.Identity, error) { return nil, nil }

// exampleTB fails loudly, since an example has no test of its own.
type exampleTB struct{ testing.TB }

func (exampleTB) Helper() {}

func (exampleTB) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
