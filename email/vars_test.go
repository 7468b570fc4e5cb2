package email_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
)

// Every variable that the event Customer offers has a value in a letter; nothing else is promised.
func TestOfferedVariablesAreThere(t *testing.T) {
	w := newWorld(t)
	for _, variable := range template.EventCustomer.Variables() {
		for _, field := range variable.Fields {
			name := variable.Name + "." + field.Name
			source := "{{ " + name + "|json_encode }}"
			preview, err := w.Preview(t.Context(), draft(func(d *email.Draft) { d.Letter.Subject = "x" + source }))
			assert.NoError(t, err)
			assert.NotEqual(t, "xnull", preview.Letter.Subject, name)
			assert.NotEqual(t, "x", preview.Letter.Subject, name)
		}
	}
}

func TestFieldsAreVariablesToo(t *testing.T) {
	vars := email.Customer{FirstName: "Анна", Fields: map[string]any{"bonus": 120, "firstName": "hidden"}}.Vars()
	assert.Equal(t, 120, vars["bonus"])
	assert.Equal(t, "Анна", vars["firstName"], "a field never hides a name of ours")
}
