package message_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkLines holds every line to RFC 5322 §2.1.1 and finds bare line breaks.
func checkLines(t testing.TB, raw string) {
	t.Helper()
	for _, line := range strings.SplitAfter(raw, "\r\n") {
		text, ended := strings.CutSuffix(line, "\r\n")
		if line == "" {
			continue
		}
		require.True(t, ended, "ends in CRLF: %q", line)
		require.NotContains(t, text, "\r")
		require.NotContains(t, text, "\n")
		require.LessOrEqual(t, len(text), 998)
	}
	header, _, _ := strings.Cut(raw, "\r\n\r\n")
	for _, line := range strings.Split(header, "\r\n") {
		_, body, ok := strings.Cut(line, ": ")
		if !ok || line[0] == ' ' {
			body = line
		}
		if strings.Contains(strings.TrimSpace(body), " ") { // it could have been folded
			require.LessOrEqual(t, len(line), 78, line)
		}
	}
}

// part is a leaf as a reader sees it.
type part struct {
	Type, Name string
	Content    string
}

// wanted are the leaves that a reader should see: texts with CRLF, then files.
func wanted(t testing.TB, m message.Message) []part {
	t.Helper()
	crlf := strings.NewReplacer("\r\n", "\r\n", "\n", "\r\n")
	var parts []part
	if m.Text != "" || m.HTML == "" {
		parts = append(parts, part{"text/plain", "", crlf.Replace(m.Text)})
	}
	if m.HTML != "" {
		parts = append(parts, part{"text/html", "", crlf.Replace(m.HTML)})
	}
	if m.Calendar != "" {
		parts = append(parts, part{"text/calendar", "", crlf.Replace(m.Calendar)})
		m.Attachments = append(slices.Clone(m.Attachments), file("invite.ics", "application/ics", crlf.Replace(m.Calendar)))
	}
	for _, a := range m.Attachments {
		r, err := a.Open()
		require.NoError(t, err)
		content, err := io.ReadAll(r)
		require.NoError(t, err)
		mediaType, _, err := mime.ParseMediaType(a.MediaType)
		if err != nil || a.Name == "broken.eml" {
			mediaType = "application/octet-stream"
		}
		parts = append(parts, part{mediaType, a.Name, string(content)})
	}
	return parts
}

// stdParts reads leaves with mime/multipart.
func stdParts(t testing.TB, contentType, encoding, disposition string, body io.Reader) []part {
	t.Helper()
	mediaType, params, err := mime.ParseMediaType(contentType)
	require.NoError(t, err, contentType)
	if strings.HasPrefix(mediaType, "multipart/") {
		var parts []part
		for mr := multipart.NewReader(body, params["boundary"]); ; {
			p, err := mr.NextRawPart()
			if err == io.EOF {
				return parts
			}
			require.NoError(t, err)
			parts = append(parts, stdParts(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p.Header.Get("Content-Disposition"), p)...)
		}
	}
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	content, err := io.ReadAll(body)
	require.NoError(t, err)
	p := part{Type: mediaType, Content: string(content)}
	if disposition != "" {
		_, params, err := mime.ParseMediaType(disposition)
		require.NoError(t, err, disposition)
		p.Name = params["filename"]
	}
	return []part{p}
}

func TestReadBackWithStandardLibrary(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			got, err := mail.ReadMessage(strings.NewReader(write(t, s.msg, message.BuildOptions{})))
			require.NoError(t, err)
			subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
			require.NoError(t, err)
			assert.Equal(t, s.msg.Subject, subject)
			from, err := got.Header.AddressList("From")
			require.NoError(t, err)
			assert.Equal(t, []*mail.Address{&s.msg.From}, from)
			parts := stdParts(t, got.Header.Get("Content-Type"), got.Header.Get("Content-Transfer-Encoding"), "", got.Body)
			want := wanted(t, s.msg)
			if len(want) == 1 && !strings.HasSuffix(want[0].Content, "\r\n") {
				want[0].Content += "\r\n" // a message ends in a line break
			}
			assert.Equal(t, want, parts)
		})
	}
}

func TestReadBackWithParse(t *testing.T) {
	for _, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			p, err := message.Parse(strings.NewReader(write(t, s.msg, message.BuildOptions{})), message.ParseOptions{})
			require.NoError(t, err)
			sameMessage(t, s.msg, p)
		})
	}
}

// sameMessage holds what Parse read against what Build was given.
func sameMessage(t testing.TB, m message.Message, p *message.Parsed) {
	t.Helper()
	assert.Equal(t, m.Subject, p.Subject)
	assert.Equal(t, m.MessageID, p.MessageID)
	assert.Equal(t, m.InReplyTo, p.InReplyTo)
	assert.Equal(t, m.References, p.References)
	assert.True(t, m.Date.Equal(p.Date))
	assert.Equal(t, []mail.Address{m.From}, p.From)
	var text, html string
	var files []message.ParsedAttachment
	for _, w := range wanted(t, m) {
		switch {
		case w.Type == "text/plain" && w.Name == "":
			text = strings.ReplaceAll(w.Content, "\r\n", "\n")
		case w.Type == "text/html" && w.Name == "":
			html = strings.ReplaceAll(w.Content, "\r\n", "\n")
		default:
			files = append(files, message.ParsedAttachment{Name: w.Name, MediaType: w.Type, Size: int64(len(w.Content)), Content: []byte(w.Content)})
		}
	}
	assert.Equal(t, strings.TrimSuffix(text, "\n"), strings.TrimSuffix(p.Text, "\n"))
	assert.Equal(t, strings.TrimSuffix(html, "\n"), strings.TrimSuffix(p.HTML, "\n"))
	require.Len(t, p.Attachments, len(files))
	if m.Calendar != "" { // in front as a form of the text, and behind as a file
		m.Attachments = slices.Concat([]message.Attachment{{}}, m.Attachments, []message.Attachment{{}})
	}
	for i, a := range m.Attachments {
		files[i].Inline, files[i].ContentID = a.Inline, a.ContentID
		assert.Equal(t, files[i], p.Attachments[i])
	}
}

// python reads the files named on its command line and prints what it sees of each as JSON.
const python = `
import sys, json, email, email.policy, base64
for path in sys.argv[1:]:
    m = email.message_from_binary_file(open(path, "rb"), policy=email.policy.default)
    parts = []
    for p in m.walk():
        if p.is_multipart() and p.get_content_type() != "message/rfc822": continue
        if p.get_content_type() == "message/rfc822":
            content = p.get_payload(0).as_bytes(policy=email.policy.SMTP)
            skip = True
        else:
            content = p.get_payload(decode=True)
        parts.append({"Type": p.get_content_type(), "Name": p.get_filename() or "", "Content": base64.b64encode(content).decode()})
        if p.get_content_type() == "message/rfc822": break
    box = lambda name: [{"Name": a.display_name, "Address": a.addr_spec} for a in (m[name].addresses if m[name] else [])]
    print(json.dumps({"Subject": m["Subject"], "From": box("From"), "To": box("To"), "Cc": box("Cc"),
        "References": (m["References"] or "").split(), "Comment": m["X-Comment"] or "", "Unsubscribe": m["List-Unsubscribe"] or "",
        "Defects": [str(d) for p in m.walk() for d in p.defects], "Parts": parts}))
`

func TestReadBackWithPython(t *testing.T) {
	program, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed: its email package reads our messages where it is")
	}
	args := []string{"-c", python}
	for _, s := range samples() {
		args = append(args, filepath.Join("testdata", s.name+".eml"))
	}
	out, err := exec.Command(program, args...).Output()
	require.NoError(t, err)
	answers := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	for i, s := range samples() {
		t.Run(s.name, func(t *testing.T) {
			var got struct {
				Subject, Comment, Unsubscribe string
				From                          []mail.Address
				References                    []string
				Defects                       []string
				Parts                         []part
			}
			require.NoError(t, json.Unmarshal(answers[i], &got))
			assert.Equal(t, s.msg.Subject, got.Subject)
			// Before 3.13 it leaves a blank between the encoded words of a display name (RFC 2047 §6.2 takes it out).
			unspaced := strings.NewReplacer(" ", "")
			assert.Equal(t, s.msg.From.Address, got.From[0].Address)
			assert.Equal(t, unspaced.Replace(s.msg.From.Name), unspaced.Replace(got.From[0].Name))
			assert.Len(t, got.References, len(s.msg.References))
			assert.Empty(t, got.Defects)
			for _, f := range s.msg.Fields {
				switch f.Name {
				case "X-Comment":
					assert.Equal(t, f.Body, got.Comment)
				case "List-Unsubscribe":
					assert.Equal(t, f.Body, got.Unsubscribe)
				}
			}
			for j, w := range wanted(t, s.msg) {
				if w.Type == "message/rfc822" {
					return // it is read as a message, and its writer is not ours
				}
				content, err := base64.StdEncoding.DecodeString(got.Parts[j].Content)
				require.NoError(t, err)
				assert.Equal(t, w.Type, got.Parts[j].Type)
				assert.Equal(t, w.Name, got.Parts[j].Name)
				if strings.HasPrefix(w.Type, "text/") && w.Name == "" { // it reads lines, whatever ends them
					w.Content = strings.TrimSuffix(strings.ReplaceAll(w.Content, "\r\n", "\n"), "\n")
					content = bytes.TrimSuffix(bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n")), []byte("\n"))
				}
				assert.Equal(t, w.Content, string(content))
			}
		})
	}
}
