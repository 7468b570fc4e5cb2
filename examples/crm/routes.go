package main

import (
	"net/http"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/preview"
)

// handler is every page.
func (a *app) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", http.RedirectHandler("/conversations?state=active", http.StatusSeeOther))
	mux.Handle("GET /style.css", http.FileServerFS(assets()))
	mux.Handle("GET /script.js", http.FileServerFS(assets()))
	mux.Handle("POST /_as", a.page(a.actAs))

	mux.Handle("GET /search", a.page(a.search))
	mux.Handle("GET /customers/new", a.page(a.newCustomer))
	mux.Handle("POST /customers/new", a.page(a.createCustomer))
	mux.Handle("GET /customers/{customer}", a.page(a.customer))
	mux.Handle("GET /customers/{customer}/history", a.page(a.historyPart))
	mux.Handle("GET /customers/{customer}/outgoing", a.page(a.outgoing))
	mux.Handle("GET /customers/{customer}/compose", a.page(a.compose))
	mux.Handle("POST /customers/{customer}/compose", a.stream(a.composed))
	mux.Handle("POST /customers/{customer}/preview", a.stream(a.previewed))
	mux.Handle("GET /drafts/{token}/body", a.page(a.draftBody))

	mux.Handle("GET /conversations", a.page(a.conversations))
	mux.Handle("GET /inbox", a.page(a.inbox))
	mux.Handle("POST /inbox/{message}/assign", a.page(a.assign))
	mux.Handle("GET /messages/{message}/body", a.page(a.messageBody))
	mux.Handle("GET /messages/{message}/source", a.page(a.messageSource))
	mux.Handle("GET /messages/{message}/files", a.page(a.messageFiles))
	mux.Handle("GET /messages/{message}/files/{place}", a.page(a.messageFile))
	mux.Handle("GET /messages/{message}/view/{place}", a.page(a.viewPicture))
	mux.Handle("POST /messages/{message}/{action}", a.page(a.deliveryAction))

	mux.Handle("GET /settings/mail", a.page(a.settings))
	mux.Handle("POST /settings/mail/senders", a.page(a.changeSender))
	mux.Handle("POST /settings/mail/policy", a.page(a.changePolicy))
	mux.Handle("POST /settings/mail/suppressions", a.page(a.changeSuppressions))
	mux.Handle("GET /confirm/{token}", a.page(a.confirmPage))
	mux.Handle("POST /confirm/{token}", a.page(a.confirm))
	mux.Handle("/unsubscribe/{token}", a.mail.Suppressions.UnsubscribeHandler())

	mux.Handle("GET /rules", a.page(a.rules))
	mux.Handle("GET /rules/{rule}", a.page(a.rule))
	mux.Handle("POST /rules/{rule}/{action}", a.page(a.ruleAction))
	mux.Handle("GET /templates/{template}", a.page(a.letter))
	mux.Handle("POST /templates/{template}", a.page(a.saveLetter))

	mux.Handle("GET /campaigns", a.page(a.campaignsPage))
	mux.Handle("POST /campaigns", a.page(a.startCampaign))

	mux.Handle("GET /_inbound", a.page(a.inboundPage))
	mux.Handle("POST /_inbound", a.stream(a.inbound))
	mux.Handle("GET /_faults", a.page(a.faultsPage))
	mux.Handle("POST /_faults", a.page(a.setFault))
	mux.HandleFunc("/_mail/", a.localMailbox)
	mux.Handle("/", a.page(func(http.ResponseWriter, *http.Request) error { return email.ErrNotFound }))
	return secure(mux)
}

// localMailbox shows what went out, in the language of the pages.
func (a *app) localMailbox(w http.ResponseWriter, r *http.Request) {
	handler := preview.Handler{Mailbox: a.mailbox, Service: a.mail, Language: a.languageOf(r), Home: "/"}
	http.StripPrefix("/_mail", handler).ServeHTTP(w, r)
}
