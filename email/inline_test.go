package email_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

var linked = regexp.MustCompile(`(?i)cid:([^")]+)`)

// Attachments to which the letter refers by name are shown within it, however the name is written; the others stay files.
func TestInlinePictures(t *testing.T) {
	w := newWorld(t)
	letter := draft(attached(
		attach.Bytes("logo.png", bigPNG(t), morning),
		pdf("договор.pdf", 100, 0),
		attach.Bytes("наш магазин & сад.png", bigPNG(t), morning),
		attach.Bytes("unused.png", bigPNG(t), morning),
	))
	letter.Letter.Preheader = "Заберите до пятницы"
	letter.Letter.HTML = `<p>Ждём вас!</p><img src="cid:logo.png" alt=""><table style="background:url(CID:logo.png)"><tr><td>` +
		`<img src='cid:наш магазин &amp; сад.png' alt=""><img src="cid:%D0%BD%D0%B0%D1%88%20магазин%20&amp;%20сад.png" alt="">` +
		`</table><img src="cid:nobody.png" alt="">`

	preview, err := w.Preview(t.Context(), letter)
	require.NoError(t, err)
	var unknown []int
	for _, finding := range preview.Findings {
		if finding.Code == "link.cid" {
			unknown = append(unknown, finding.Start)
		}
	}
	assert.Equal(t, []int{strings.Index(letter.Letter.HTML, `src="cid:nobody`)}, unknown)

	msg, err := w.Send(t.Context(), letter)
	require.NoError(t, err)
	msg = w.dispatch(t, msg.ID)
	parsed, err := message.Parse(bytes.NewReader(w.recorder.Deliveries()[0].Raw), message.ParseOptions{})
	require.NoError(t, err)
	for name, doc := range map[string]string{"delivered": parsed.HTML, "kept": msg.HTML} {
		var links []string
		for _, m := range linked.FindAllStringSubmatch(doc, -1) {
			links = append(links, m[1])
		}
		logo, shop := msg.Attachments[0].ContentID, msg.Attachments[2].ContentID
		assert.Equal(t, []string{logo, logo, shop, shop, "nobody.png"}, links, name)
	}
	byID := map[string]string{}
	for _, a := range parsed.Attachments {
		assert.Equal(t, a.ContentID != "", a.Inline, a.Name)
		byID[a.ContentID] += a.Name + " "
	}
	assert.Equal(t, map[string]string{
		msg.Attachments[0].ContentID: "logo.png ", msg.Attachments[2].ContentID: "наш магазин & сад.png ", "": "договор.pdf unused.png ",
	}, byID)
	assert.Equal(t, []bool{true, false, true, false}, []bool{msg.Attachments[0].Inline, msg.Attachments[1].Inline,
		msg.Attachments[2].Inline, msg.Attachments[3].Inline})
}

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
