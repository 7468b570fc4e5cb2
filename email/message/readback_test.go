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
	"time"

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
    plain = lambda name: " ".join((m[name] or "").split())
    print(json.dumps({"Subject": m["Subject"], "From": box("From"), "Sender": box("Sender"), "ReplyTo": box("Reply-To"), "To": box("To"), "Cc": box("Cc"),
        "Date": m["Date"].datetime.isoformat(), "MessageID": plain("Message-ID"), "InReplyTo": plain("In-Reply-To"), "References": plain("References"),
        "Fields": {name: m[name] for name in ("X-Comment", "List-Unsubscribe", "List-Unsubscribe-Post") if m[name]},
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
				Subject, MessageID, InReplyTo, References string
				Date                                      time.Time
				From, Sender, ReplyTo, To, Cc             []mail.Address
				Fields                                    map[string]string
				Defects                                   []string
				Parts                                     []part
			}
			require.NoError(t, json.Unmarshal(answers[i], &got))
			m := s.msg
			assert.Equal(t, m.Subject, got.Subject)
			assert.Equal(t, unspaced(m.From), unspaced(got.From...))
			assert.Equal(t, unspaced(m.ReplyTo...), unspaced(got.ReplyTo...))
			if s.name != "smtputf8" { // of octets it reads no local part outside ASCII
				assert.Equal(t, unspaced(m.To...), unspaced(asGiven(got.To)...))
			}
			assert.Equal(t, unspaced(m.Cc...), unspaced(asGiven(got.Cc)...))
			if m.Sender != nil {
				assert.Equal(t, unspaced(*m.Sender), unspaced(got.Sender...))
			}
			assert.True(t, m.Date.Equal(got.Date))
			assert.Equal(t, bracketed(m.MessageID), got.MessageID)
			assert.Equal(t, bracketed(m.InReplyTo...), got.InReplyTo)
			assert.Equal(t, bracketed(m.References...), got.References)
			assert.Empty(t, got.Defects)
			assert.Len(t, got.Fields, len(m.Fields))
			for _, f := range m.Fields {
				assert.Equal(t, f.Body, got.Fields[f.Name])
			}
			parts := wanted(t, m)
			require.Len(t, got.Parts, len(parts)-afterEnclosed(parts))
			for j, w := range parts {
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

// afterEnclosed is how many parts stand behind an enclosed message, at which the reading above ends.
func afterEnclosed(parts []part) int {
	i := slices.IndexFunc(parts, func(p part) bool { return p.Type == "message/rfc822" })
	if i < 0 {
		return 0
	}
	return len(parts) - i - 1
}

// unspaced is a list of mailboxes without the blanks in names: before 3.13 Python leaves one between the encoded words of a
// name (RFC 2047 §6.2 takes it out).
func unspaced(list ...mail.Address) []mail.Address {
	out := []mail.Address{}
	for _, box := range list {
		out = append(out, mail.Address{Name: strings.ReplaceAll(box.Name, " ", ""), Address: strings.Replace(box.Address, `"a b"@`, "a b@", 1)})
	}
	return out
}

func bracketed(ids ...string) string {
	if len(ids) == 0 {
		return ""
	}
	return "<" + strings.Join(ids, "> <") + ">"
}

// asGiven undoes what addresses of the samples have on the wire: the ASCII form of a domain, and quotes around a local part.
func asGiven(list []mail.Address) []mail.Address {
	for i := range list {
		list[i].Address = strings.NewReplacer("xn--e1afmkfd.xn--p1ai", "пример.рф", `"a b"@`, "a b@").Replace(list[i].Address)
	}
	return list
}
