package main

import (
	"net/http"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
)

// letter is the editor of a template, with what there is to say about its source.
func (a *app) letter(w http.ResponseWriter, r *http.Request) error {
	return a.showTemplate(w, r, nil)
}

func (a *app) showTemplate(w http.ResponseWriter, r *http.Request, deactivated []email.Rule) error {
	one, err := a.store.Template(r.Context(), r.PathValue("template"))
	if err != nil {
		return err
	}
	report, err := a.mail.CheckTemplate(r.Context(), one, email.Transactional)
	if err != nil {
		return err
	}
	return a.show(w, r, http.StatusOK, "letter", one.Name, map[string]any{"Template": one, "Report": report, "Deactivated": deactivated})
}

// saveLetter keeps an edited template, and has the rules that use it checked anew.
func (a *app) saveLetter(w http.ResponseWriter, r *http.Request) error {
	one, err := a.store.Template(r.Context(), r.PathValue("template"))
	if err != nil {
		return err
	}
	value := func(name string) string { return strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n") }
	one.Letter = template.Letter{Subject: value("subject"), Preheader: value("preheader"), HTML: value("body")}
	one.UpdatedAt = a.now()
	if err := a.store.SaveTemplate(r.Context(), one); err != nil {
		return err
	}
	deactivated, err := a.mail.Rules.TemplateChanged(r.Context(), one.ID)
	if err != nil {
		return err
	}
	if len(deactivated) > 0 {
		return a.showTemplate(w, r, deactivated)
	}
	return again(w, r, r.URL.Path, "saved")
}
