package main

import (
	"net/http"
	"slices"
)

// actor is the CRM user who acts: a CRM asks its session, the demo a cookie, so that one can be anybody.
func actor(r *http.Request) string {
	if cookie, err := r.Cookie("actor"); err == nil && slices.Contains(users, cookie.Value) {
		return cookie.Value
	}
	return users[0]
}

func (a *app) languageOf(r *http.Request) string {
	if cookie, err := r.Cookie("language"); err == nil && views[cookie.Value] != nil {
		return cookie.Value
	}
	if views[a.language] != nil {
		return a.language
	}
	return "en"
}

// actAs changes who acts, and in which language.
func (a *app) actAs(w http.ResponseWriter, r *http.Request) error {
	for _, name := range []string{"actor", "language"} {
		if value := r.PostForm.Get(name); value != "" {
			http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 1 << 24})
		}
	}
	return again(w, r, r.PostForm.Get("back"), "")
}
