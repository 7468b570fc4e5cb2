// Package template holds letters: four parts (subject, preheader, HTML, text) written in a template language, the
// event that decides which variables they get, and what turns them into a message: rendering, the preheader, the text
// made of the HTML.
//
// The language itself is an [Engine]. Package template/twig is the one for templates that users write; template/jinja
// serves a CRM whose own, trusted templates are Jinja.
//
//	compiled, err := template.Compile(ctx, engine, "welcome", template.Letter{
//		Subject:   "Welcome, {{ customer.firstName }}",
//		Preheader: "10 % off until Friday",
//		HTML:      "<html><body><p>Hello, {{ customer.firstName }}!</p></body></html>",
//	})
//	// the errors of all parts together; each is an *Error that names its part, line and column
//
//	r, err := compiled.Render(ctx, template.Vars{"customer": map[string]any{"firstName": "Anna & Co"}})
//	// r.Letter.Subject is one line; r.Letter.Text was made of the HTML; r.Canceled tells of {% cancel %}
//
//	html, notes := template.InsertPreheader(r.Letter.HTML, r.Letter.Preheader)
//	// what goes out; the preheader is escaped here, once
//
// [StripPreheader] takes it out again before a letter is quoted, [InboxRow] shows what a mail program lists, and
// [TextFromHTML] is there by itself for HTML of any origin: it is never trusted to be well formed.
//
// A [Compiled] letter may be rendered by many goroutines at once. All functions over HTML are linear in its length and take
// any octets. What bounds a rendering are the limits of the engine, and ctx.
//
// # What it leaves out
//
// It sends nothing, inlines no styles, rewrites no links, and judges no content: that is package validate.
//
// # Codes
//
// What people read has a code and a Text method for "ru" and "en". [Codes] lists those of notes, and [CodePreheaderOwn] and
// its neighbours what brings each about; the codes of errors are the engine's, as twig.CodeSyntax.
package template
