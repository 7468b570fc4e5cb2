package emailtest_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func TestMemoryStore(t *testing.T)     { emailtest.TestStore(t, memoryStore) }
func TestMemoryBlobs(t *testing.T)     { emailtest.TestBlobs(t, memoryBlobs) }
func TestMemoryCustomers(t *testing.T) { emailtest.TestCustomers(t, memoryCustomers) }
func TestMemoryDirectory(t *testing.T) { emailtest.TestDirectory(t, memoryDirectory) }
func TestMemoryTokens(t *testing.T)    { emailtest.TestTokens(t, memoryTokens) }
func TestMemoryRules(t *testing.T)     { emailtest.TestRules(t, memoryRules) }
func TestMemoryLoader(t *testing.T)    { emailtest.TestLoader(t, memoryLoader) }

var (
	memoryStore = emailtest.StoreHarness{Open: func(testing.TB) (one, other email.Store) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryBlobs = emailtest.BlobsHarness{Open: func(testing.TB) (one, other email.Blobs) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryRules = emailtest.RulesHarness{Open: func(testing.TB) (one, other email.Rules) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryTokens = emailtest.TokensHarness{Open: func(testing.TB) (one, other sender.Tokens) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryCustomers = emailtest.CustomersHarness{Open: func(t testing.TB, customers []email.Customer) (one, other email.Customers) {
		s := emailtest.NewStore()
		for _, c := range customers {
			require.NoError(t, s.SaveCustomer(context.Background(), c))
		}
		return s, s
	}}
	memoryLoader = emailtest.LoaderHarness{Open: func(t testing.TB, templates []template.Template) (one, other template.Loader) {
		s := emailtest.NewStore()
		for _, one := range templates {
			require.NoError(t, s.SaveTemplate(context.Background(), one))
		}
		return s, s
	}}
	memoryDirectory = emailtest.DirectoryHarness{Open: func(t testing.TB, users, stores, additional []sender.Identity) (one, other sender.Directory) {
		s := emailtest.NewStore()
		for kind, list := range map[sender.Kind][]sender.Identity{
			sender.User: users, sender.Store: stores, sender.Additional: additional,
		} {
			for _, identity := range list {
				require.NoError(t, s.SaveIdentity(context.Background(), kind, identity))
			}
		}
		return s, s
	}}
)

func TestRecorderIsATransport(t *testing.T) { emailtest.TestTransport(t, recorderHarness) }

var recorderHarness = emailtest.TransportHarness{
	Accept: func(testing.TB) emailtest.TransportServer { return server(emailtest.NewRecorder()) },
	RefuseRecipient: func(_ testing.TB, addr string, temporary bool) emailtest.TransportServer {
		r := emailtest.NewRecorder()
		r.Refuse(addr, refusal(temporary))
		return server(r)
	},
	RefuseAll: func(_ testing.TB, temporary bool) emailtest.TransportServer {
		r, err := emailtest.NewRecorder(), refusal(temporary)
		r.Inject(1, emailtest.FailConnect(&err))
		return server(r)
	},
	RefuseContent: func(_ testing.TB, temporary bool) emailtest.TransportServer {
		r, err := emailtest.NewRecorder(), refusal(temporary)
		r.Inject(1, emailtest.FailContent(&err))
		return server(r)
	},
	LoseReply: func(testing.TB) emailtest.TransportServer {
		r := emailtest.NewRecorder()
		r.Inject(1, emailtest.LoseReply())
		return server(r)
	},
	Stall: func(testing.TB) emailtest.TransportServer {
		r := emailtest.NewRecorder()
		r.Inject(1, emailtest.Stall())
		return server(r)
	},
	StallReply: func(testing.TB) emailtest.TransportServer {
		r := emailtest.NewRecorder()
		r.Inject(1, emailtest.StallReply())
		return server(r)
	},
}

func refusal(temporary bool) email.TransportError {
	if temporary {
		return email.TransportError{Code: 451, Enhanced: "4.7.1", Text: "try later", Temporary: true}
	}
	return email.TransportError{Code: 550, Enhanced: "5.1.1", Text: "no such user"}
}

// server shows a Recorder as what is at the other end of itself.
func server(r *emailtest.Recorder) emailtest.TransportServer {
	return emailtest.TransportServer{Transport: r, Received: func() []emailtest.Received {
		var list []emailtest.Received
		for _, d := range r.Deliveries() {
			list = append(list, emailtest.Received{Envelope: d.Envelope, Raw: d.Raw})
		}
		return list
	}}
}

// A field that the contract gets is in the suite's data, too, or its loss would not be noticed.
func TestSuiteFilesEveryField(t *testing.T) {
	m := emailtest.FullFiled().Message
	for _, value := range []any{*m.Received, m.Attachments[1]} {
		v := reflect.ValueOf(value)
		for i := range v.NumField() {
			assert.False(t, v.Field(i).IsZero(), "%T.%s", value, v.Type().Field(i).Name)
		}
	}
}
