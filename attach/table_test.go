package attach_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

// page is what a page's own script knows: the table's JSON, read as a script reads it, and nothing of this package.
type page struct {
	language string
	table    map[string]any
}

func newPage(t *testing.T, p attach.Policy, language string) page {
	t.Helper()
	data, err := json.Marshal(p.Table())
	require.NoError(t, err)
	var table map[string]any
	require.NoError(t, json.Unmarshal(data, &table))
	return page{language, table}
}

func (p page) object(key string) map[string]any { return p.table[key].(map[string]any) }
func (p page) number(key string) float64        { return p.table[key].(float64) }

// file is what the page says of a file by its name and size.
func (p page) file(name string, size float64) []string {
	var said []string
	ext := ""
	if dot := strings.LastIndex(name, "."); dot >= 0 {
		ext = strings.ToLower(name[dot+1:])
	}
	if _, ok := p.object("extensions")[ext]; !ok {
		hint, rename := "", ""
		if h, ok := p.object("hints")[ext].(map[string]any); ok {
			hint = h["hint"].(string)
			rename, _ = h["rename"].(string)
		}
		var allowed []string
		for _, f := range p.table["formats"].([]any) {
			allowed = append(allowed, f.(string))
		}
		said = append(said, p.text("file.format-not-allowed", hint, "{extension}", ext, "{allowed}", strings.Join(allowed, ", "), "{rename}", rename))
	}
	if size == 0 {
		said = append(said, p.text("file.empty", ""))
	}
	if limit := p.number("max_file"); size > limit {
		said = append(said, p.text("file.too-large", "", "{size}", p.size(size, true), "{limit}", p.size(limit, false)))
	}
	return said
}

// message is what the page says of all files together.
func (p page) message(sizes []float64) []string {
	var said []string
	total := 0.0
	for _, n := range sizes {
		total += n
	}
	if limit := p.number("max_total"); total > limit {
		said = append(said, p.text("total.too-large", "", "{total}", p.size(total, true), "{limit}", p.size(limit, false), "{over}", p.size(total-limit, true)))
	}
	if most := p.number("max_files"); most > 0 && float64(len(sizes)) > most {
		said = append(said, p.text("message.too-many-files", "", "{count", strconv.Itoa(len(sizes)), "{most}", strconv.Itoa(int(most))))
	}
	return said
}

// text fills a text of the table.
func (p page) text(code, hint string, values ...string) string {
	texts := p.object("texts")[p.language].(map[string]any)
	text, ok := texts[code+"/"+hint].(string)
	if !ok {
		text = texts[code].(string)
	}
	for i := 0; i < len(values); i += 2 {
		if values[i] != "{count" {
			text = strings.ReplaceAll(text, values[i], values[i+1])
			continue
		}
		before, rest, _ := strings.Cut(text, "{count|")
		forms, after, _ := strings.Cut(rest, "}")
		n, _ := strconv.ParseFloat(values[i+1], 64)
		text = before + values[i+1] + " " + p.plural(n, strings.Split(forms, "|")) + after
	}
	return text
}

// plural is what Intl.PluralRules gives in a browser: "one", "few", "many" in Russian, "one", "other" in English.
func (p page) plural(n float64, forms []string) string {
	tens, hundreds := math.Mod(n, 10), math.Mod(n, 100)
	switch {
	case p.language == "en" && n == 1, p.language == "ru" && tens == 1 && hundreds != 11:
		return forms[0]
	case p.language == "ru" && (tens < 2 || tens > 4 || hundreds > 11 && hundreds < 15):
		return forms[2]
	}
	return forms[1]
}

func (p page) size(n float64, up bool) string {
	units := p.object("units")[p.language].(map[string]any)
	if n < 1024 {
		var forms []string
		for _, f := range units["bytes"].([]any) {
			forms = append(forms, f.(string))
		}
		return fmt.Sprintf("%.0f %s", n, p.plural(n, forms))
	}
	tenths, name := n*10/1024, "kb"
	if n >= 1024*1024 {
		tenths, name = tenths/1024, "mb"
	}
	if tenths = math.Floor(tenths); up {
		tenths = math.Ceil(n * 10 / map[string]float64{"kb": 1024, "mb": 1024 * 1024}[name])
	}
	number := fmt.Sprintf("%.0f", math.Floor(tenths/10))
	if rest := math.Mod(tenths, 10); rest > 0 {
		number += units["point"].(string) + fmt.Sprintf("%.0f", rest)
	}
	return number + " " + units[name].(string)
}

// TestPageAndServerSayTheSame holds that a page which knows the table's JSON alone says what the server says, in the same words.
func TestPageAndServerSayTheSame(t *testing.T) {
	head := []byte("%PDF-1.7\n")
	for _, policy := range []attach.Policy{
		{MaxFile: 5000, MaxTotal: 12_345, MaxFiles: 2},
		{MaxFile: 3 << 20, MaxTotal: 3<<20 + 1},
		{Formats: []string{"PDF", ".txt"}, Aliases: map[string]string{"text": "txt", "jfif": "jpg"}, MaxFile: 1000, MaxTotal: 1024, MaxFiles: 1},
		{Formats: []string{"heic", "pdf"}, Aliases: map[string]string{"jfif": "pdf"}},
	} {
		for _, language := range []string{"ru", "en"} {
			p := newPage(t, policy, language)
			var files []attach.File
			var sizes []float64
			for i, name := range []string{"a.pdf", "a.PDF", "договор.exe", "a.jfif", "a.heic", "a", "a.b.text", "a.jpg", "a.dib", "x.tar.gz", ".pdf", "a.рdf"} {
				for _, n := range []int{0, 1, 999, 1000, 1001, 1024, 1025, 4999, 5001, 12_346, 1<<20 + 7, 3<<20 + 2} {
					data := append(bytes.Clone(head), make([]byte, max(0, n-len(head)))...)[:n]
					file := attach.Bytes(name, data, noon)
					var want []string
					for _, issue := range check(t, policy, attach.Options{}, file).Files[0].Issues {
						switch issue.Code {
						case attach.CodeFormatNotAllowed, attach.CodeEmpty, attach.CodeTooLarge:
							if issue.Params.Hint == "name-it" { // said once the content is there
								issue.Params.Hint = "no-extension"
							}
							want = append(want, issue.Text(language))
						}
					}
					require.Equal(t, want, p.file(name, float64(n)), "%s of %d", name, n)
					if i < 2 {
						files, sizes = append(files, file), append(sizes, float64(n))
						var issues []string
						for _, issue := range check(t, policy, attach.Options{}, files...).Issues {
							issues = append(issues, issue.Text(language))
						}
						require.Equal(t, issues, p.message(sizes))
					}
				}
			}
		}
	}
}

func TestTable(t *testing.T) {
	table := attach.Policy{Formats: []string{"pdf", "docx", "rtf", "jpg", "txt"}, Aliases: map[string]string{"jpe": "jpg", "dib": "bmp"}, MaxFiles: 3}.Table()
	assert.Equal(t, ".pdf,.docx,.rtf,.jpg,.txt,.jpe", table.Accept)
	assert.Equal(t, map[string]attach.TableFormat{
		"pdf": {Kind: "pdf", Family: "pdf"}, "docx": {Kind: "docx", Family: "word"}, "rtf": {Kind: "rtf", Family: "word"},
		"jpg": {Kind: "jpeg", Family: "image"}, "jpe": {Kind: "jpeg", Family: "image"}, "txt": {},
	}, table.Extensions)
	assert.Equal(t, attach.TableHint{Hint: "rename", Rename: "jpg"}, table.Hints["jfif"])
	assert.NotContains(t, table.Hints, "jpe", "taken")
	assert.NotContains(t, table.Hints, "dib", "bmp is not taken")
	assert.Equal(t, "Отправить сообщение с такими вложениями нельзя. Открепите их, нажав на крестик рядом с вложением", table.Refusal["ru"])
	for _, code := range attach.Codes() {
		assert.NotEmpty(t, table.Texts["ru"][code], code)
		assert.NotEmpty(t, table.Texts["en"][code], code)
	}
	table.Units["ru"].Bytes[0] = "?"
	table.Formats[0] = "?"
	assert.Equal(t, "байт", attach.Default().Table().Units["ru"].Bytes[0], "nobody shares it")
}
