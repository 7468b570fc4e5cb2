package email_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// answerWith receives a question and answers it with files.
func answerWith(t *testing.T, w *world, files ...attach.File) email.Message {
	t.Helper()
	parent := w.receive(t, rawMail(t))
	answer, err := w.Reply(t.Context(), "anna", parent.ID)
	require.NoError(t, err)
	answer.Attachments = files
	sent, err := w.Send(t.Context(), answer)
	require.NoError(t, err)
	return w.dispatch(t, sent.ID)
}

// get asks an HTTP handler.
func get(handler func(http.ResponseWriter, *http.Request), header ...string) *http.Response {
	request := httptest.NewRequest(http.MethodGet, "/", nil)
	for i := 0; i+1 < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	handler(recorder, request)
	return recorder.Result()
}

func body(t *testing.T, response *http.Response) []byte {
	t.Helper()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return content
}

func (w *world) serveAll(id string) func(http.ResponseWriter, *http.Request) {
	return func(rw http.ResponseWriter, r *http.Request) { w.History.ServeAll(rw, r, id) }
}

func (w *world) serveOne(id string, place int, show bool) func(http.ResponseWriter, *http.Request) {
	return func(rw http.ResponseWriter, r *http.Request) { w.History.ServeAttachment(rw, r, id, place, show) }
}

// noted begins as a photo does: pieces of 60,000 octets of notes each, and the size behind them.
func noted(width, height uint16, pieces int) []byte {
	notes := append([]byte{0xff, 0xe1, 0xea, 0x62}, make([]byte, 60_000)...)
	photo := append([]byte{0xff, 0xd8}, bytes.Repeat(notes, pieces)...)
	photo = append(photo, 0xff, 0xc0, 0, 11, 8)
	photo = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(photo, height), width)
	return append(photo, 1, 1, 0x11, 0, 0xff, 0xd9)
}

var behavioursOfHistory = map[string]func(*testing.T){
	"B36 reply to an inbound message": func(t *testing.T) {
		w := newWorld(t)
		sent := answerWith(t, w, pdf("счёт.pdf", 100, 0))
		assert.Equal(t, email.OriginReply, sent.Origin)
		require.Len(t, w.recorder.Deliveries()[0].Parsed.Attachments, 1)
	},
	"B50 in the history with its attachments": func(t *testing.T) {
		w := newWorld(t)
		sent := w.send(t, attached(pdf("a.pdf", 100, 0), pdf("b.pdf", 200, 1)))
		page, err := w.History.Messages(t.Context(), "ivan", "", 0)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, sent.ID, page.Items[0].ID)
		require.Len(t, page.Items[0].Attachments, 2)
		assert.Equal(t, "b.pdf", page.Items[0].Attachments[1].Name)
		assert.EqualValues(t, 200, page.Items[0].Attachments[1].Size)
	},
	"B51 pictures open for viewing, and nothing else": func(t *testing.T) {
		w := newWorld(t)
		picture := bigPNG(t)
		sent := w.send(t, attached(attach.Bytes("фото.png", picture, morning), pdf("b.pdf", 100, 0)))
		shown := get(w.serveOne(sent.ID, 0, true))
		assert.Equal(t, "image/png", shown.Header.Get("Content-Type"))
		assert.Contains(t, shown.Header.Get("Content-Disposition"), "inline")
		assert.Equal(t, picture, body(t, shown))
		document := get(w.serveOne(sent.ID, 1, true))
		assert.Contains(t, document.Header.Get("Content-Disposition"), "attachment")

		huge := bytes.Clone(picture) // 60,000 pixels a side: a browser would take gigabytes to show it
		binary.BigEndian.PutUint32(huge[16:], 60_000)
		binary.BigEndian.PutUint32(huge[20:], 60_000)
		binary.BigEndian.PutUint32(huge[29:], crc32.ChecksumIEEE(huge[12:29]))
		for what, content := range map[string][]byte{
			"says that it is a picture":          []byte("<script>alert(1)</script>"),
			"is too large":                       huge,
			"says so behind a camera's notes":    noted(60_000, 60_000, 1),
			"says so behind a megabyte of notes": noted(60_000, 60_000, 20),
		} {
			page := w.receive(t, rawMail(t, mailID(strings.ReplaceAll(what, " ", "-")+"@example.org"), func(m *message.Message) {
				m.Attachments = []message.Attachment{{Name: "photo.png", MediaType: "image/png", Size: int64(len(content)),
					Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}}
			}))
			hostile := get(w.serveOne(page.ID, 0, true))
			assert.Contains(t, hostile.Header.Get("Content-Disposition"), "attachment", what)
			assert.Equal(t, "nosniff", hostile.Header.Get("X-Content-Type-Options"))
		}
		photo := w.receive(t, rawMail(t, mailID("photo@example.org"), func(m *message.Message) {
			content := noted(4000, 3000, 2)
			m.Attachments = []message.Attachment{{Name: "photo.jpg", MediaType: "application/octet-stream", Size: int64(len(content)),
				Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}}
		}))
		mailed := get(w.serveOne(photo.ID, 0, true))
		assert.Equal(t, "image/jpeg", mailed.Header.Get("Content-Type"))
		assert.Equal(t, noted(4000, 3000, 2), body(t, mailed))
	},
	"B52 each file downloads alone": func(t *testing.T) {
		w := newWorld(t)
		sent := w.send(t, attached(pdf("счёт.pdf", 100, 0), pdf("b.pdf", 200, 1)))
		one := get(w.serveOne(sent.ID, 1, false))
		assert.Len(t, body(t, one), 200)
		assert.Contains(t, get(w.serveOne(sent.ID, 0, false)).Header.Get("Content-Disposition"), "filename*=UTF-8''%D1%81")
		part := get(w.serveOne(sent.ID, 1, false), "Range", "bytes=0-4")
		assert.Equal(t, http.StatusPartialContent, part.StatusCode)
		assert.Equal(t, "%PDF-", string(body(t, part)))
		for _, place := range []int{-1, 2} {
			assert.Equal(t, http.StatusNotFound, get(w.serveOne(sent.ID, place, false)).StatusCode)
		}
		assert.Equal(t, http.StatusNotFound, get(w.serveOne("nobody", 0, false)).StatusCode)
	},
	"B53 all of a reply: one archive": func(t *testing.T) {
		w := newWorld(t)
		sent := answerWith(t, w, pdf("a.pdf", 100, 0), pdf("a.pdf", 200, 1), pdf("A.PDF", 300, 2))
		response := get(w.serveAll(sent.ID))
		assert.Equal(t, "application/zip", response.Header.Get("Content-Type"))
		content := body(t, response)
		archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		sizes := map[string]uint64{}
		for _, entry := range archive.File {
			sizes[entry.Name] = entry.UncompressedSize64
		}
		assert.Equal(t, map[string]uint64{"a.pdf": 100, "a (1).pdf": 200, "A (2).PDF": 300}, sizes)
		assert.Equal(t, content, body(t, get(w.serveAll(sent.ID))), "the same files give the same archive")

		head := httptest.NewRecorder()
		w.serveAll(sent.ID)(head, httptest.NewRequest(http.MethodHead, "/", nil))
		assert.Equal(t, "application/zip", head.Header().Get("Content-Type"))
		assert.Empty(t, head.Body.Bytes(), "a head reads no file")
	},
	"B54 a single file comes as it is": func(t *testing.T) {
		w := newWorld(t)
		response := get(w.serveAll(answerWith(t, w, pdf("a.pdf", 100, 0)).ID))
		assert.Equal(t, "application/pdf", response.Header.Get("Content-Type"))
		assert.Len(t, body(t, response), 100)
	},
	"B55 all of an outgoing message: in their own format": func(t *testing.T) {
		w := newWorld(t)
		sent := w.send(t, attached(pdf("a.pdf", 100, 0), pdf("a.pdf", 200, 1)))
		all, err := w.History.DownloadAll(t.Context(), sent.ID)
		require.NoError(t, err)
		assert.Empty(t, all.Archive)
		require.Len(t, all.Files, 2)
		assert.Equal(t, "a (1).pdf", all.Files[1].Name)
		response := get(w.serveAll(sent.ID))
		assert.Equal(t, http.StatusMultipleChoices, response.StatusCode)
		assert.Equal(t, "a.pdf\na (1).pdf\n", string(body(t, response)))
	},
	"B56 all of an inbound message: in their own format": func(t *testing.T) {
		w := newWorld(t)
		all, err := w.History.DownloadAll(t.Context(), w.receive(t, rawMail(t, attachedMail("a.pdf", "b.pdf"))).ID)
		require.NoError(t, err)
		assert.Empty(t, all.Archive)
		assert.Len(t, all.Files, 2)
		_, err = w.History.DownloadAll(t.Context(), w.send(t).ID)
		require.ErrorIs(t, err, attach.ErrNoFiles)
	},
	"B65 an inbound message with several files is one": func(t *testing.T) {
		w := newWorld(t)
		w.receive(t, rawMail(t, attachedMail("a.pdf", "b.pdf", "c.pdf")))
		page, err := w.History.Messages(t.Context(), "ivan", "", 0)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Len(t, page.Items[0].Attachments, 3)
	},
	"B66 nothing that a customer sent is refused": func(t *testing.T) {
		w := newWorld(t)
		msg := w.receive(t, rawMail(t, attachedMail("virus.exe", "../../etc/passwd", "счёт.docm"), func(m *message.Message) {
			m.HTML = "<iframe src=x></iframe><script>x</script> https://bit.ly/x"
		}))
		require.Len(t, msg.Attachments, 3)
		assert.Equal(t, "virus.exe", msg.Attachments[0].Name)
		assert.NotContains(t, msg.Attachments[1].Name, "/")
		assert.Contains(t, msg.HTML, "<iframe", "kept as it came; showing it safely is the page's part")
		for _, broken := range []string{"", "no header at all", "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x"} {
			_, err := w.Receive(t.Context(), inbound(broken))
			require.NoError(t, err, "%q", broken)
		}
	},
}
