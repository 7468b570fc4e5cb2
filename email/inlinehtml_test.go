package email_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email"
)

func TestInlineHTML(t *testing.T) {
	msg := email.Message{Attachments: []email.Attachment{{Name: "a.pdf"}, {ContentID: "logo"}, {ContentID: "logo2@shop"}, {ContentID: "logo"}}}
	for doc, want := range map[string]string{
		`<p>cid:logo</p><img src="cid:logo">`:      `<p>cid:logo</p><img src="/1">`,
		`<img src=CID:logo2%40shop alt="cid:">`:    `<img src="/2" alt="cid:">`, // one id that another begins with
		`<a href="cid:other">x</a><img src='x'>`:   `<a href="cid:other">x</a><img src='x'>`,
		`<td background=" cid:logo " CLASS=x>…`:    `<td background="/1" class="x">…`,
		`<img src="/cid:logo"><!-- cid:logo --><b`: `<img src="/cid:logo"><!-- cid:logo --><b`,
		"": "",
	} {
		msg.HTML = doc
		assert.Equal(t, want, msg.InlineHTML(func(place int) string { return fmt.Sprint("/", place) }))
	}
}
