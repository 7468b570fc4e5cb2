package attach_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gabriel-vasile/mimetype"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/internal/sample"
)

var update = flag.Bool("update", false, "write COMPARED.md anew")

// tool judges cases: what becomes of each.
type tool struct {
	name  string
	judge func(*testing.T, []sample.Case) []sample.Fate
}

func ours(t *testing.T, cases []sample.Case) []sample.Fate {
	var out []sample.Fate
	for _, c := range cases {
		r := check(t, attach.Default(), attach.Options{}, attach.Bytes(c.Name, c.Data, noon))
		fate := sample.Accepted
		for _, issue := range r.Files[0].Issues {
			if issue.Severity == attach.SeverityWarning && fate == sample.Accepted {
				fate = sample.Told
			}
			if issue.Severity == attach.SeverityError {
				fate = sample.Refused
			}
		}
		out = append(out, fate)
	}
	return out
}

// byMediaType is the policy that one writes over a sniffer: the extension is allowed, and the media type of the content is of its family.
func byMediaType(c sample.Case, media string) sample.Fate {
	families := map[string]string{
		"image/jpeg": "image", "image/png": "image", "image/apng": "image", "image/vnd.mozilla.apng": "image", "image/bmp": "image", "image/x-ms-bmp": "image",
		"application/pdf": "pdf", "application/msword": "word", "application/rtf": "word", "text/rtf": "word",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "word",
	}
	of := map[string]string{".jpeg": "image", ".jpg": "image", ".png": "image", ".bmp": "image", ".pdf": "pdf", ".doc": "word", ".docx": "word", ".rtf": "word"}
	media, _, _ = strings.Cut(media, ";")
	if family := of[filepath.Ext(c.Name)]; family != "" && families[media] == family {
		return sample.Accepted
	}
	return sample.Refused
}

func byMimetype(_ *testing.T, cases []sample.Case) []sample.Fate {
	var out []sample.Fate
	for _, c := range cases {
		out = append(out, byMediaType(c, mimetype.Detect(c.Data).String()))
	}
	return out
}

// byLibmagic asks the program file, which is libmagic's own.
func byLibmagic(t *testing.T, cases []sample.Case) []sample.Fate {
	dir := t.TempDir()
	var list strings.Builder
	for i, c := range cases {
		path := filepath.Join(dir, fmt.Sprintf("%05d", i))
		require.NoError(t, os.WriteFile(path, c.Data, 0o600))
		list.WriteString(path + "\n")
	}
	ask := exec.Command("file", "--brief", "--mime-type", "--files-from", "-")
	ask.Stdin = strings.NewReader(list.String())
	said, err := ask.Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	require.Len(t, lines, len(cases))
	var out []sample.Fate
	for i, c := range cases {
		out = append(out, byMediaType(c, lines[i]))
	}
	return out
}

// tools are what is compared, as far as it is here.
func tools(t *testing.T) []tool {
	all := []tool{{"attach", ours}, {"mimetype " + moduleVersion(t, "github.com/gabriel-vasile/mimetype"), byMimetype}}
	if version, err := exec.Command("file", "--version").Output(); err == nil {
		first, _, _ := strings.Cut(string(version), "\n")
		return append(all, tool{"libmagic " + strings.TrimPrefix(first, "file-"), byLibmagic})
	}
	t.Log("no libmagic here; on Debian its program is in the package file")
	return all
}

// moduleVersion is what go.mod requires.
func moduleVersion(t *testing.T, path string) string {
	t.Helper()
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(mod), path+" ")
	version, _, _ := strings.Cut(rest, "\n")
	return strings.Fields(version)[0]
}

// TestSideBySide holds every case of the generator to its fate, and shows what a policy of extension and media type does with the same
// cases over mimetype and over libmagic. COMPARED.md keeps the table.
func TestSideBySide(t *testing.T) {
	cases := sample.Cases()
	columns := tools(t)
	var classes []string
	count := map[string]int{}
	right := map[string][]int{}
	for _, c := range cases {
		if count[c.Class] == 0 {
			classes = append(classes, c.Class)
			right[c.Class] = make([]int, len(columns))
		}
		count[c.Class]++
	}
	for column, tool := range columns {
		for i, fate := range tool.judge(t, cases) {
			c := cases[i]
			if column == 0 {
				assert.Equal(t, c.Want, fate, "%s: %s as %s", c.Class, c.Note, c.Name)
			}
			if fate == c.Want {
				right[c.Class][column]++
			}
		}
	}
	table := sideBySide(columns, classes, count, right, cases)
	t.Log("\n" + table)
	holdCompared(t, columns, table)
}

func sideBySide(columns []tool, classes []string, count map[string]int, right map[string][]int, cases []sample.Case) string {
	var b strings.Builder
	b.WriteString("| what | files | should be |")
	for _, tool := range columns {
		b.WriteString(" " + tool.name + " |")
	}
	b.WriteString("\n|---|---|---|" + strings.Repeat("---|", len(columns)) + "\n")
	fates := map[string]sample.Fate{}
	for _, c := range cases {
		fates[c.Class] = c.Want
	}
	sums := make([]int, len(columns))
	for _, class := range classes {
		fmt.Fprintf(&b, "| %s | %d | %s |", class, count[class], fates[class])
		for i, n := range right[class] {
			fmt.Fprintf(&b, " %d |", n)
			sums[i] += n
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "| all | %d | |", len(cases))
	for _, n := range sums {
		fmt.Fprintf(&b, " %d |", n)
	}
	return b.String() + "\n"
}

// holdCompared holds the table in COMPARED.md to what was measured, where the same versions are here.
func holdCompared(t *testing.T, columns []tool, table string) {
	const path = "COMPARED.md"
	old, err := os.ReadFile(path)
	if *update {
		before, _, _ := strings.Cut(string(old), "| what |")
		require.NoError(t, os.WriteFile(path, []byte(before+table), 0o644))
		return
	}
	require.NoError(t, err)
	for _, tool := range columns {
		if !strings.Contains(string(old), " "+tool.name+" |") {
			t.Logf("%s is not the version of %s", tool.name, path)
			return
		}
	}
	if len(columns) == 3 {
		assert.Contains(t, string(old), table, "run the test with -update")
	}
}
