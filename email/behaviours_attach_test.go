package email_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
)

func attached(files ...attach.File) func(*email.Draft) {
	return func(d *email.Draft) { d.Attachments = files }
}

// attachedPNG is one picture that is too large to be kept within the wire form.
func attachedPNG(t *testing.T) []attach.File {
	t.Helper()
	return []attach.File{attach.Bytes("a.png", bigPNG(t), morning)}
}

// pdf is a file of n octets that begins as one.
func pdf(name string, n int, minute int) attach.File {
	content := append([]byte("%PDF-1.4\n"), bytes.Repeat([]byte("x"), n)...)[:n]
	return attach.Bytes(name, content, morning.Add(time.Duration(minute)*time.Minute))
}

func exe(name string, minute int) attach.File {
	return attach.Bytes(name, []byte("MZ\x90\x00\x03"), morning.Add(time.Duration(minute)*time.Minute))
}

func report(t *testing.T, files ...attach.File) attach.Report {
	t.Helper()
	preview, err := newWorld(t).Preview(t.Context(), draft(attached(files...)))
	require.NoError(t, err)
	return preview.Report
}

func issueCodes(issues []attach.Issue) []string {
	var list []string
	for _, issue := range issues {
		list = append(list, issue.Code)
	}
	return list
}

const megabyte = 1 << 20

var behavioursOfAttachments = map[string]func(*testing.T){
	"B34 several attachments in one message": func(t *testing.T) {
		w := newWorld(t)
		files := []attach.File{pdf("счёт.pdf", 100, 0), pdf("договор.pdf", 50_000, 1), attach.Bytes("фото.png", bigPNG(t), morning)}
		msg := w.dispatch(t, w.send(t, attached(files...)).ID)
		require.Len(t, msg.Attachments, 3)
		got := w.recorder.Deliveries()[0].Parsed.Attachments
		require.Len(t, got, 3)
		for i, name := range []string{"счёт.pdf", "договор.pdf", "фото.png"} {
			content, err := files[i].Open()
			require.NoError(t, err)
			var want bytes.Buffer
			_, err = want.ReadFrom(content)
			require.NoError(t, err)
			assert.Equal(t, name, got[i].Name)
			assert.True(t, bytes.Equal(want.Bytes(), got[i].Content), name)
		}
	},
	"B35 with text or without": func(t *testing.T) {
		w := newWorld(t)
		silent := func(d *email.Draft) { d.Letter.HTML = "" }
		assert.Equal(t, []string{email.CodeContentEmpty}, codes(w.refusals(t, silent)))
		blank := func(d *email.Draft) { d.Letter.HTML = "<p> &nbsp; </p>" }
		assert.Equal(t, []string{email.CodeContentEmpty}, codes(w.refusals(t, blank)))
		msg := w.send(t, silent, attached(pdf("счёт.pdf", 100, 0)))
		assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
		require.Len(t, w.recorder.Deliveries()[0].Parsed.Attachments, 1)
	},
	"B36 outgoing from its own window": func(t *testing.T) {
		assert.Equal(t, email.OriginOutgoing, newWorld(t).send(t, attached(pdf("счёт.pdf", 100, 0))).Origin)
	},
	"B37 formats and limits are configuration": func(t *testing.T) {
		policy, err := attach.ParsePolicy(strings.NewReader(`{"formats": ["pdf"], "max_file": "1KB", "max_total": 1500}`))
		require.NoError(t, err)
		w := newWorld(t, func(c *email.Config) {
			c.Policy = func(context.Context) (attach.Policy, error) { return policy, nil }
		})
		assert.Contains(t, codes(w.refusals(t, attached(pdf("a.pdf", 1025, 0)))), email.CodeAttachmentsBlocked)
		assert.Contains(t, codes(w.refusals(t, attached(pdf("a.pdf", 1000, 0), pdf("b.pdf", 501, 0)))), email.CodeAttachmentsBlocked)
		assert.Contains(t, codes(w.refusals(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))), email.CodeAttachmentsBlocked)
		w.send(t, attached(pdf("a.pdf", 1000, 0), pdf("b.pdf", 500, 0)))
	},
	"B38 they change without a rebuild": func(t *testing.T) {
		policy := attach.Default()
		w := newWorld(t, func(c *email.Config) {
			c.Policy = func(context.Context) (attach.Policy, error) { return policy, nil }
		})
		w.send(t, attached(pdf("a.pdf", 1000, 0)))
		policy = attach.Policy{Formats: []string{"png"}}
		_, err := w.Send(t.Context(), draft(attached(pdf("a.pdf", 1000, 0))))
		var refusals email.Refusals
		require.ErrorAs(t, err, &refusals)
		assert.Equal(t, []string{email.CodeAttachmentsBlocked}, codes(refusals))
	},
	"B39 default formats in this order": func(t *testing.T) {
		assert.Equal(t, []string{"jpeg", "jpg", "png", "pdf", "doc", "docx", "rtf", "bmp"}, attach.Default().Formats)
	},
	"B40 one attachment at most 30 MB": func(t *testing.T) {
		assert.EqualValues(t, 31_457_280, attach.Default().MaxFile)
		assert.True(t, report(t, pdf("a.pdf", 30*megabyte, 0)).SendAllowed(), "a file at the limit passes")
		over := report(t, pdf("a.pdf", 30*megabyte+1, 0))
		assert.Contains(t, issueCodes(over.Files[0].Issues), "file.too-large")
	},
	"B41 all together at most 30 MB": func(t *testing.T) {
		assert.EqualValues(t, 31_457_280, attach.Default().MaxTotal)
		assert.True(t, report(t, pdf("a.pdf", 20*megabyte, 0), pdf("b.pdf", 10*megabyte, 0)).SendAllowed())
		assert.False(t, report(t, pdf("a.pdf", 20*megabyte, 0), pdf("b.pdf", 10*megabyte+1, 0)).SendAllowed())
	},
	"B42 several at once and in several goes": func(t *testing.T) {
		first := []attach.File{pdf("1.pdf", 10, 0), pdf("2.pdf", 10, 0)}
		assert.Len(t, report(t, first...).Files, 2)
		assert.Len(t, report(t, append(first, pdf("3.pdf", 10, 1), pdf("4.pdf", 10, 1))...).Files, 4)
	},
	"B43 the picker shows allowed formats; the server still checks": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", form.Policy.Accept())
		assert.Equal(t, []string{email.CodeAttachmentsBlocked}, codes(w.refusals(t, attached(exe("a.exe", 0)))))
	},
	"B44 every file is listed, however many": func(t *testing.T) {
		var files []attach.File
		for i := range 12 {
			files = append(files, pdf(fmt.Sprintf("%d.pdf", i), 10, i))
		}
		assert.Len(t, report(t, files...).Files, 12)
	},
	"B45 a hint next to each bad file": func(t *testing.T) {
		got := report(t, exe("a.exe", 0), pdf("b.pdf", 10, 0), attach.Bytes("huge.exe", make([]byte, 30*megabyte+1), morning))
		require.Len(t, got.Files, 3)
		byName := map[string][]attach.Issue{}
		for _, verdict := range got.Files {
			byName[verdict.Name] = verdict.Issues
		}
		assert.Empty(t, byName["b.pdf"])
		assert.Contains(t, byName["a.exe"][0].Text("ru"), "exe")
		assert.NotEqual(t, byName["a.exe"][0].Text("ru"), byName["a.exe"][0].Text("en"))
		assert.Subset(t, issueCodes(byName["huge.exe"]), []string{"file.format-not-allowed", "file.too-large"}, "both apply")
	},
	"B46 such a message cannot be sent": func(t *testing.T) {
		w := newWorld(t)
		files := attached(exe("a.exe", 0), pdf("b.pdf", 10, 0))
		preview, err := w.Preview(t.Context(), draft(files))
		require.NoError(t, err)
		assert.False(t, preview.SendAllowed())
		assert.Equal(t, "Отправить сообщение с такими вложениями нельзя. Открепите их, нажав на крестик рядом с вложением", w.refusals(t, files).Text("ru"))
	},
	"B47 a file is detached and the rest is judged anew": func(t *testing.T) {
		w := newWorld(t)
		bad := []attach.File{exe("a.exe", 0), pdf("b.pdf", 10, 0)}
		w.refusals(t, attached(bad...))
		msg := w.send(t, attached(bad[1:]...))
		require.Len(t, msg.Attachments, 1)
		assert.Equal(t, "b.pdf", msg.Attachments[0].Name)
	},
	"B48 errors first, then newest to oldest": func(t *testing.T) {
		got := report(t, pdf("old.pdf", 10, 0), exe("old.exe", 1), pdf("tie1.pdf", 10, 5), pdf("tie2.pdf", 10, 5),
			exe("new.exe", 9), pdf("new.pdf", 10, 9))
		var order []string
		for _, verdict := range got.Files {
			order = append(order, verdict.Name)
		}
		assert.Equal(t, []string{"new.exe", "old.exe", "new.pdf", "tie2.pdf", "tie1.pdf", "old.pdf"}, order)
	},
	"B49 total exceeded": func(t *testing.T) {
		got := report(t, pdf("a.pdf", 20*megabyte, 0), pdf("b.pdf", 20*megabyte, 0))
		assert.False(t, got.SendAllowed())
		require.Equal(t, []string{"total.too-large"}, slices.DeleteFunc(issueCodes(got.Issues), func(code string) bool {
			return code == "message.may-bounce"
		}))
		assert.Contains(t, got.Issues[0].Text("ru"), "Удалите некоторые файлы")
		for _, verdict := range got.Files {
			assert.Empty(t, verdict.Issues, "no file is marked")
		}
		refusals := newWorld(t).refusals(t, attached(pdf("a.pdf", 20*megabyte, 0), pdf("b.pdf", 20*megabyte, 0)))
		assert.Contains(t, refusals.Text("ru"), "отправка сообщения будет недоступна. Удалите некоторые файлы")
	},
}
