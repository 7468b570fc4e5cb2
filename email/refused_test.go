package email_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Each row of this table is an input that triggers its code.
func TestRefusals(t *testing.T) {
	unreadable := attach.File{Name: "a.pdf", Open: func() (io.ReadCloser, error) { return nil, errors.New("disk is away") }}
	for code, change := range map[string]func(*email.Draft){
		email.CodeCustomerUnknown: func(d *email.Draft) { d.CustomerID = "nobody" },
		email.CodeCustomerNoEmail: func(d *email.Draft) {
			d.CustomerID, d.From = "pyotr", sender.Choice{Kind: sender.Additional, ID: "info"}
		},
		email.CodeIDTooLong:        func(d *email.Draft) { d.CustomerID = strings.Repeat("7", email.MaxID+1) },
		email.CodeActorUnknown:     func(d *email.Draft) { d.ActorID = "nobody" },
		email.CodeRecipientForeign: func(d *email.Draft) { d.To = []string{"olga@example.org"} },
		email.CodeRecipientInvalid: func(d *email.Draft) { d.Bcc = []string{"anna at example"} },
		email.CodeRecipientsTooMany: func(d *email.Draft) {
			for i := range email.MaxRecipients {
				d.Bcc = append(d.Bcc, fmt.Sprintf("copy%d@example.org", i))
			}
		},
		email.CodeTemplateUnknown:    func(d *email.Draft) { d.TemplateID = "nothing" },
		email.CodeTemplateWrongEvent: func(d *email.Draft) { d.TemplateID = "order" },
		email.CodeTemplateInvalid:    func(d *email.Draft) { d.Letter.HTML = "<p>\n{{ customer.firstName" },
		email.CodeTemplateCanceled:   func(d *email.Draft) { d.Letter.Preheader = `{% cancel "нет в наличии" %}` },
		email.CodeSubjectEmpty:       func(d *email.Draft) { d.Letter.Subject = "{{ nothing }}" },
		email.CodeContentEmpty:       func(d *email.Draft) { d.Letter.HTML = "" },
		email.CodeContentBlocked:     func(d *email.Draft) { d.Letter.HTML = "<p>x</p><iframe src=x></iframe>" },
		email.CodeAttachmentsBlocked: attached(unreadable),
		sender.CodeNotChosen:         func(d *email.Draft) { d.From = sender.Choice{} },
		sender.CodeUnknown:           func(d *email.Draft) { d.From = sender.Choice{Kind: "nobody"} },
		sender.CodeUnconfirmed:       func(d *email.Draft) { d.From = sender.Choice{Kind: sender.Additional, ID: "promo"} },
	} {
		t.Run(code, func(t *testing.T) {
			assert.Equal(t, []string{code}, codes(newWorld(t).refusals(t, change)))
		})
	}
}

func TestRefusalsComeTogether(t *testing.T) {
	refusals := newWorld(t).refusals(t, as("boris"), attached(exe("a.exe", 0)), func(d *email.Draft) {
		d.From = sender.Choice{Kind: sender.Additional, ID: "promo"}
		d.Bcc = []string{"-x@"}
		d.Letter.HTML = "<p>x</p><script>x</script>"
	})
	assert.Equal(t, []string{sender.CodeTransactionalDisabled, sender.CodeUnconfirmed, email.CodeRecipientInvalid,
		email.CodeContentBlocked, email.CodeAttachmentsBlocked}, codes(refusals))
	assert.Len(t, strings.Split(refusals.Text("ru"), "\n"), 5)
	assert.NotContains(t, refusals.Error(), "-x@", "an error text carries no address")
	assert.True(t, refusals.Has(email.CodeContentBlocked))
	assert.False(t, refusals.Has(email.CodeContentEmpty))
}

func TestTemplateErrorHasItsPlace(t *testing.T) {
	w := newWorld(t)
	refusals := w.refusals(t, func(d *email.Draft) {
		d.Letter = template.Letter{Subject: "{{ a", HTML: "<p>\n{% if %}</p>"}
	})
	var place *template.Error
	require.ErrorAs(t, refusals, &place)
	assert.Equal(t, 1, place.Line)
	assert.Contains(t, refusals.Error(), "letter/subject")
	assert.Contains(t, refusals.Error(), "letter/html", "the faults of all parts at once")
}

func TestTexts(t *testing.T) {
	for _, code := range email.Codes() {
		refused := &email.RefusedError{Code: code, Detail: "DETAIL"}
		ru, en := refused.Text("ru"), refused.Text("en")
		assert.NotEqual(t, code, ru)
		assert.NotEqual(t, ru, en)
		assert.Equal(t, en, refused.Text("de"), "any other language is English")
		assert.Equal(t, strings.Contains(ru, "DETAIL"), strings.Contains(en, "DETAIL"), "%s: the same parameters", code)
		refused.Detail = ""
		assert.NotContains(t, refused.Text("ru")+refused.Text("en"), "{")
	}
}
