package dkim_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// verifier is Python's dkim, which answers for the DNS from a file, with the verdict of each signature.
const verifier = `
import dkim, json, sys
job = json.load(sys.stdin)
def txt(name, timeout=5):
    return job["records"].get(name.decode().rstrip(".")).encode()
verdicts = []
for mail in job["mails"]:
    d = dkim.DKIM(mail.encode("latin-1"))
    verdicts.append([])
    for i in range(2):
        try:
            verdicts[-1].append(bool(d.verify(idx=i, dnsfunc=txt)))
        except dkim.DKIMException as e:
            verdicts[-1].append(False)
json.dump(verdicts, sys.stdout)
`

// TestPython holds signatures to an implementation by others in another language.
func TestPython(t *testing.T) {
	const python = "/usr/bin/python3" // the system's, which has Debian's packages
	if err := exec.Command(python, "-c", "import dkim, nacl").Run(); err != nil {
		t.Skip("python3-dkim and python3-nacl are not installed")
	}
	list := signers(t)
	records := map[string]string{}
	for _, s := range list {
		records[s.Record().Name] = s.Record().Value
	}
	whole := string(built(t, letter(), list))
	mails := map[string]string{
		"as it is":     whole,
		"trace":        "Received: from here\r\n\tby there\r\n" + whole,
		"other body":   strings.Replace(whole, "</p>", "</p> ", 1) + "x\r\n",
		"another From": strings.Replace(whole, "From: ", "From: eve@example.net\r\nFrom: ", 1),
		"a Reply-To":   strings.Replace(whole, "From: ", "Reply-To: eve@example.net\r\nFrom: ", 1),
		"new Subject":  strings.Replace(whole, "Subject: ", "Subject: x", 1),
	}
	good := map[string]bool{"as it is": true, "trace": true}
	for name, body := range bodies {
		first, second := signed(t, list[0], raw{top + body, 0}), signed(t, list[1], raw{top + body, 0})
		mail := string(second[:len(second)-len(top+body)]) + string(first)
		if !strings.HasSuffix(mail, "\r\n") {
			mail += "\r\n" // as SMTP does
		}
		mails["body: "+name] = mail
		good["body: "+name] = true
	}
	var names []string
	job := map[string]any{"records": records}
	var texts []string
	for name, text := range mails {
		names = append(names, name)
		texts = append(texts, latin1(text))
	}
	job["mails"] = texts
	input, err := json.Marshal(job)
	require.NoError(t, err)
	cmd := exec.Command(python, "-c", verifier)
	cmd.Stdin = strings.NewReader(string(input))
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, said.String())
	var verdicts [][]bool
	require.NoError(t, json.Unmarshal(out, &verdicts))
	require.Len(t, verdicts, len(names))
	for i, name := range names {
		assert.Equal(t, []bool{good[name], good[name]}, verdicts[i], name)
	}
}

// latin1 is text with each octet as the character of that number, as JSON carries octets.
func latin1(octets string) string {
	runes := make([]rune, len(octets))
	for i := range len(octets) {
		runes[i] = rune(octets[i])
	}
	return string(runes)
}
