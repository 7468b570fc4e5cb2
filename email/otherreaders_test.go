package email_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/message"
)

// need finds a program that reads our output, or skips the test.
func need(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed: it reads our output where it is", name)
	}
	return path
}

const readWithPython = `
import email, email.policy, json, sys
m = email.message_from_binary_file(sys.stdin.buffer, policy=email.policy.default)
print(json.dumps({k: " ".join(str(m[k] or "").split()) for k in sys.argv[1:]}))
`

// TestReplyReadByPython: another parser reads the fields by which an answer stands below what it answers.
func TestReplyReadByPython(t *testing.T) {
	python := need(t, "python3")
	w := newWorld(t, withSecret)
	var references []string
	for i := range 8 {
		references = append(references, strings.Repeat("r", 30)+string(rune('a'+i))+"@example.org")
	}
	parent := w.receive(t, rawMail(t, func(m *message.Message) {
		m.Subject, m.References = "Ответ: Заказ № 7 и очень длинная тема, которая не помещается в одну строку заголовка", references
	}))
	answer, err := w.Reply(t.Context(), "anna", parent.ID)
	require.NoError(t, err)
	sent, err := w.Send(t.Context(), answer)
	require.NoError(t, err)
	w.dispatch(t, sent.ID)
	delivery := w.recorder.Deliveries()[0]

	fields := []string{"Subject", "Message-ID", "In-Reply-To", "References", "Reply-To", "From", "To"}
	command := exec.Command(python, append([]string{"-c", readWithPython}, fields...)...)
	command.Stdin = bytes.NewReader(delivery.Raw)
	output, err := command.Output()
	require.NoError(t, err)
	var read map[string]string
	require.NoError(t, json.Unmarshal(output, &read))
	assert.Equal(t, map[string]string{
		"Subject":     "Re: Заказ № 7 и очень длинная тема, которая не помещается в одну строку заголовка",
		"Message-ID":  "<" + sent.MessageID + ">",
		"In-Reply-To": "<in-1@example.org>",
		"References":  "<" + strings.Join(references, "> <") + "> <in-1@example.org>",
		"Reply-To":    "Уют <" + delivery.Parsed.ReplyTo[0].Address + ">",
		"From":        "Анна Ким <anna@shop.example>",
		"To":          "Иван Фёдоров <ivan@example.org>",
	}, read)
}

// TestArchiveReadByOthers: Info-ZIP and Python read what “download all” gives, names and contents.
func TestArchiveReadByOthers(t *testing.T) {
	unzip, python := need(t, "unzip"), need(t, "python3")
	w := newWorld(t)
	sent := answerWith(t, w, pdf("Счёт № 1.pdf", 100, 0), pdf("счёт № 1.pdf", 70_000, 1), pdf("plain.pdf", 300, 2))
	response := get(w.serveAll(sent.ID))
	require.Equal(t, http.StatusOK, response.StatusCode)
	folder := t.TempDir()
	archive := filepath.Join(folder, "all.zip")
	require.NoError(t, os.WriteFile(archive, body(t, response), 0o600))

	output, err := exec.Command(unzip, "-t", archive).CombinedOutput()
	require.NoError(t, err, "%s", output)
	output, err = exec.Command(python, "-c", `
import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps({i.filename: i.file_size for i in z.infolist()}))`, archive).CombinedOutput()
	require.NoError(t, err, "%s", output)
	var sizes map[string]int
	require.NoError(t, json.Unmarshal(output, &sizes))
	assert.Equal(t, map[string]int{"Счёт № 1.pdf": 100, "счёт № 1 (1).pdf": 70_000, "plain.pdf": 300}, sizes)
}
