package email_test

import (
	"bytes"
	"image"
	"image/png"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/template"
)

var linked = regexp.MustCompile(`(?i)cid:([^"')]+)`)

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
	letter.Letter.HTML = `<p>Ждём вас!</p><img src="cid:logo.png" alt=""><div style="background:url(CID:logo.png)">` +
		`<img src='cid:наш магазин &amp; сад.png' alt=""><img src="cid:%D0%BD%D0%B0%D1%88%20магазин%20&amp;%20сад.png" alt="">` +
		`</div><img src="cid:nobody.png" alt="">`

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

// Whatever stands around the names, only names are replaced.
func FuzzInlinePictures(f *testing.F) {
	for _, doc := range []string{`<img src="cid:logo.png">`, `cid:`, `cid:file`, `cid:%zz`, `<img src="cid:logo.pngx">`,
		`CiD:logo.png cid:cid:logo.png`, `cid:a/logo.png)`, "cid: logo.png\n"} {
		f.Add(doc)
	}
	w := newWorld(f)
	var picture bytes.Buffer
	require.NoError(f, png.Encode(&picture, image.NewGray(image.Rect(0, 0, 1, 1))))
	f.Fuzz(func(t *testing.T, doc string) {
		doc = "<p>" + strings.ReplaceAll(strings.ToValidUTF8(doc, "?"), "\r", "") // Twig makes line feeds of them
		msg, err := w.Send(t.Context(), draft(attached(attach.Bytes("logo.png", picture.Bytes(), morning)), func(d *email.Draft) {
			d.Letter.HTML = template.Literal(doc)
		}))
		if err != nil {
			return
		}
		if msg.Attachments[0].ContentID == "" {
			assert.Equal(t, doc, msg.HTML)
			return
		}
		var around []string
		for _, part := range strings.Split(msg.HTML, msg.Attachments[0].ContentID) {
			around = append(around, regexp.QuoteMeta(part))
		}
		assert.Regexp(t, `^`+strings.Join(around, `[^"'<>\n]+`)+`$`, doc)
		assert.Equal(t, len(around)-1, strings.Count(strings.ToLower(msg.HTML), "cid:"+msg.Attachments[0].ContentID))
	})
}
