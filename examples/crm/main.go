// Command crm is a small CRM that writes to its customers by e-mail: every screen of the library, on the embedded SQLite
// store and a mailbox in this process, with people one would believe.
//
//	go run ./examples/crm    # then open http://127.0.0.1:8025/
//
// The pages work without JavaScript; script.js adds drag and drop, progress and a live preview. Each file is about one
// subject, and where a screen calls the library that is all that the file does:
//
//	app.go            the parts joined into one email.Service; routes.go is every page
//	search.go         find a customer by any of five attributes
//	customer.go       his page, a new one, the choice of a channel
//	compose.go        the form of a letter: shown, previewed, sent; draft.go reads it, upload.go streams its files
//	findings.go       what there is to say about a letter, with places that an editor can select
//	history.go        messages, time lines, pictures, downloads; delivery.go takes back, sends again, confirms
//	conversations.go  Active and Completed, and the mail of strangers
//	settings.go       additional addresses, confirmation, attachment policy, suppressions
//	rules.go          activation with its findings; letters.go edits templates
//	campaigns.go      one letter to many, and whom it does not reach
//	inbound.go        a letter comes in; faults.go breaks what goes out
//	web.go            errors, protection, rendering; session.go is who acts; words.go is every word in both languages
//	seed.go           the people and letters to begin with
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	o := options{undo: 5 * time.Second}
	flag.StringVar(&o.addr, "addr", "127.0.0.1:8025", "`host:port` to serve on; the pages ask nobody who he is, so stay on loopback")
	flag.StringVar(&o.db, "db", "", "database `file`; empty: one for this run, thrown away at its end")
	flag.StringVar(&o.smtp, "smtp", "", "`host:port` of a mail server that gets every message too; its password is read from CRMMAIL_PASSWORD")
	flag.StringVar(&o.user, "user", "", "user `name` at that server")
	flag.StringVar(&o.clock, "clock", "", "`time` (RFC 3339) at which the program's clock begins, for pictures that stay the same; empty: now")
	flag.StringVar(&o.ids, "ids", "", "seq: ids of messages count from 1, for an empty database; empty: they are random")
	flag.StringVar(&o.language, "lang", "ru", "`language` of the pages until somebody picks another: ru or en")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "crm:", err)
		os.Exit(1)
	}
}

// options are the flags, and what tests set besides.
type options struct {
	addr, db   string
	smtp, user string
	clock, ids string
	language   string
	undo       time.Duration // how long a letter can be taken back before it goes
}

// run serves until ctx ends.
func run(ctx context.Context, out io.Writer, o options) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", o.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	a, err := newApp(ctx, o, "http://"+listener.Addr().String())
	if err != nil {
		return err
	}
	defer a.close()
	fmt.Fprintf(out, "%s\n", a.base)
	return a.serve(ctx, listener)
}

// serve answers requests and delivers messages until ctx ends, and finishes what is under way.
func (a *app) serve(ctx context.Context, listener net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	delivered := make(chan error, 1)
	go func() { delivered <- a.mail.Run(ctx) }()
	// Pages that wait for news hold their requests open: those end with ctx.
	server := &http.Server{Handler: a.handler(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		stop()
		return errors.Join(err, <-delivered)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return errors.Join(server.Shutdown(grace), <-delivered)
}
