// Command embed is an existing CRM that writes e-mails by the library. It has its own tables of clients, employees and
// shops in its own database, and keeps them.
//
//	go run ./examples/embed    # then open http://127.0.0.1:8080/
//
// The database is made for this run and thrown away; what is sent is printed, or goes to a provider's HTTP API with -api.
// Secrets come from the environment: CRM_API_KEY for that API; CRM_INBOUND_TOKEN of whoever brings mail in, by default one
// for this run; CRM_HOOK_SECRET, by which the provider signs what it tells of bounces and without which it is not believed.
//
//	crm.go, web.go     the CRM as it was before
//	customers.go       its clients are email.Customers
//	senders.go         its employees, shops and mailboxes are a sender.Directory
//	wiring.go          both beside sqlstore in one email.Service
//	server.go          the form, the history with its files, the door for inbound mail
//	api_transport.go   a transport of one's own: a provider's HTTP API
//	webhook.go         the provider's word of bounces, given to Receive
//
// The wiring, which is customers.go, senders.go, wiring.go and server.go together, is held to 150 lines by a test, and
// each of the first two to 60. Lines of code count: not blank ones, comments, and the package and import clauses.
// The tests show how a host proves all of it: with the fakes and suites of package emailtest. store_test.go holds a
// whole email.Store, on maps.
package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/template"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "`host:port` to serve on; the pages ask nobody who he is, so stay on loopback")
	api := flag.String("api", "", "`URL` of a provider's API to send by, its key in CRM_API_KEY; empty: messages are printed")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, *addr, *api); err != nil {
		fmt.Fprintln(os.Stderr, "embed:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, out io.Writer, addr, api string) error {
	folder, err := os.MkdirTemp("", "embed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(filepath.Join(folder, "crm.db")))
	if err != nil {
		return err
	}
	defer db.Close()
	crm, err := openCRM(ctx, db, func(*http.Request) string { return "1" }) // a CRM asks its session
	if err != nil {
		return err
	}
	if err := crm.seed(ctx); err != nil {
		return err
	}

	var transport email.Transport = printTo(out)
	if api != "" {
		transport = newAPITransport(api, os.Getenv("CRM_API_KEY"))
	}
	mail, err := newMail(ctx, crm, transport, []byte(rand.Text())) // a CRM keeps its secret
	if err != nil {
		return err
	}
	if err := seedTemplate(ctx, db); err != nil {
		return err
	}
	inbound := cmp.Or(os.Getenv("CRM_INBOUND_TOKEN"), rand.Text())
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s/\ncurl --data-binary @answer.eml -H 'Authorization: Bearer %s' 'http://%[1]s/inbound?mailbox=irina@shop.example'\n",
		listener.Addr(), inbound)
	return serve(ctx, listener, mail, newHandler(crm, mail, inbound, []byte(os.Getenv("CRM_HOOK_SECRET"))))
}

// seedTemplate gives the form something to choose.
func seedTemplate(ctx context.Context, db *sql.DB) error {
	store, err := sqlstore.New(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	return store.SaveTemplate(ctx, template.Template{
		ID: "collected", Name: "Заказ собран", Event: template.EventCustomer, UpdatedAt: time.Now(), Letter: template.Letter{
			Subject:   "{{ customer.firstName }}, заказ собран",
			Preheader: "Ждём вас в магазине «{{ store.name }}»",
			HTML:      "<p>{{ customer.firstName }}, ваш заказ собран.</p><p>{{ manager.name }}</p>",
		},
	})
}

// newHandler is the CRM's own front page and what the library adds to it.
func newHandler(crm *crm, mail *email.Service, inboundToken string, hookSecret []byte) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", page(crm.home))
	pages{crm, mail}.register(mux, inboundToken)
	mux.Handle("POST /bounces", bounces{receive: mail.Receive, mailbox: "bounces@shop.example", secret: hookSecret})
	return secure(mux)
}

// serve answers requests and delivers messages until ctx ends, and finishes what is under way.
func serve(ctx context.Context, listener net.Listener, mail *email.Service, handler http.Handler) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	delivered := make(chan error, 1)
	go func() { delivered <- mail.Run(ctx) }()
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		stop()
		return errors.Join(err, <-delivered)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return errors.Join(server.Shutdown(grace), <-delivered)
}

// printTo is a transport for a first look: it delivers nothing.
func printTo(out io.Writer) email.TransportFunc {
	return func(_ context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		var raw bytes.Buffer
		if _, err := msg.WriteTo(&raw); err != nil {
			return email.Receipt{}, err
		}
		_, err := fmt.Fprintf(out, "\nto %d recipients:\n%s\n", len(env.Recipients), raw.Bytes())
		return email.Receipt{}, err
	}
}
