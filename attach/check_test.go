package attach_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/internal/sample"
)

var noon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

func check(t *testing.T, p attach.Policy, opts attach.Options, files ...attach.File) attach.Report {
	t.Helper()
	report, err := p.Check(t.Context(), files, opts)
	require.NoError(t, err)
	return report
}

func one(t *testing.T, name string, data []byte) attach.Verdict {
	t.Helper()
	return check(t, attach.Policy{}, attach.Options{}, attach.Bytes(name, data, noon)).Files[0]
}

// brief is the codes of issues with the first letter of their severity: "file.empty e".
func brief(issues []attach.Issue) []string {
	out := []string{}
	for _, i := range issues {
		out = append(out, i.Code+" "+string(i.Severity[:1]))
	}
	return out
}

var (
	pdf      = sample.PDF("", "")
	docx     = sample.Docx()
	doc      = sample.Doc()
	rtf      = sample.RTF("")
	jpeg     = sample.JPEG(4, 4, 0xc0)
	png      = sample.PNG(4, 4)
	bmp      = sample.BMP(40)
	zeros    = make([]byte, 2048)
	vba      = sample.Part{Name: "word/vbaProject.bin", Data: "x"}
	docm     = sample.Zip(sample.Types(sample.TypeDocm, ""), sample.Root, sample.Document, vba)
	locked   = sample.OLE(sample.Entry{Name: "EncryptionInfo"}, sample.Entry{Name: "EncryptedPackage"})
	workbook = sample.OLE(sample.Entry{Name: "Workbook"})
)

func TestVerdicts(t *testing.T) {
	tests := []struct {
		name   string
		data   []byte
		format string
		want   []string
	}{
		{"a.pdf", pdf, "pdf", nil}, {"a.docx", docx, "docx", nil}, {"a.doc", doc, "doc", nil}, {"a.rtf", rtf, "rtf", nil},
		{"a.jpg", jpeg, "jpeg", nil}, {"a.jpeg", jpeg, "jpeg", nil}, {"A.JPG", jpeg, "jpeg", nil}, {"a.png", png, "png", nil}, {"a.bmp", bmp, "bmp", nil},
		{"отчёт 😀.docx", docx, "docx", nil}, {"a.jpg", jpeg[:46], "jpeg", nil}, {"a.pdf", pdf[:len(pdf)-50], "pdf", nil},

		// Names of the family pass, others do not.
		{"a.doc", docx, "docx", []string{"file.content-differs n"}}, {"a.doc", rtf, "rtf", []string{"file.content-differs n"}},
		{"a.docx", doc, "doc", []string{"file.content-differs n"}}, {"a.png", jpeg, "jpeg", []string{"file.content-differs n"}},
		{"a.pdf", png, "png", []string{"file.content-mismatch e"}}, {"a.docx", pdf, "pdf", []string{"file.content-mismatch e"}},
		{"a.bmp", sample.GIF, "gif", []string{"file.content-mismatch e"}}, {"a.jpg", sample.WebP, "webp", []string{"file.content-mismatch e"}},
		{"a.jpg", sample.HEIC, "heic", []string{"file.content-mismatch e"}}, {"a.jpg", sample.JP2, "jpeg2000", []string{"file.content-mismatch e"}},
		{"a.doc", sample.HTML, "html", []string{"file.content-mismatch e"}}, {"a.doc", sample.MHTML, "mhtml", []string{"file.content-mismatch e"}},
		{"a.doc", sample.WordXML, "word-xml", []string{"file.content-mismatch e"}}, {"a.doc", workbook, "xls", []string{"file.content-mismatch e"}},
		{"a.pdf", sample.EXE, "exe", []string{"file.content-mismatch e"}}, {"a.pdf", sample.Join(sample.EXE, pdf), "exe", []string{"file.content-mismatch e"}},
		{"a.pdf", sample.Join(sample.HTML, pdf), "html", []string{"file.content-mismatch e"}}, {"a.png", sample.SVG, "svg", []string{"file.content-mismatch e"}},
		{"a.pdf", zeros, "", []string{"file.content-mismatch e"}}, {"a.rtf", []byte("hello"), "text", []string{"file.content-mismatch e"}},
		{"a.docx", docm, "docm", []string{"file.content-mismatch e", "file.macros e"}},
		{"a.docx", sample.Zip(sample.Part{Name: "x"}), "zip", []string{"file.content-mismatch e"}}, {"a.pdf", locked, "encrypted", []string{"file.content-mismatch e"}},

		// What stands out.
		{"a.docx", sample.Docx(vba), "docx", []string{"file.macros e"}}, {"a.doc", sample.Doc(sample.Entry{Name: "Macros", Storage: true}), "doc", []string{"file.macros w"}},
		{"a.docx", locked, "docx", []string{"file.encrypted w"}}, {"a.pdf", sample.PDF("", "/Encrypt 9 0 R"), "pdf", []string{"file.encrypted w"}},
		{"a.docx", sample.Docx(sample.Settings("http://a.invalid/t")), "docx", []string{"file.external-template w"}},
		{"a.docx", sample.Docx(sample.Part{Name: "word/embeddings/oleObject1.bin"}), "docx", []string{"file.embedded-object w"}},
		{"a.pdf", sample.PDF("/OpenAction<</S/Launch>>", ""), "pdf", []string{"file.active-content w"}},
		{"a.png", sample.Join(png, sample.Zip(sample.Document)), "png", []string{"file.trailing-data w"}},
		{"a.png", sample.PNG(60000, 60000), "png", []string{"file.image-too-big w"}}, {"a.png", sample.PNG(1, 30001), "png", []string{"file.image-too-big w"}},
		{"a.rtf", []byte(`{\rt1 x}`), "rtf", []string{"file.content-odd n"}}, {"a.docx", sample.Docx(sample.Part{Name: "../x"}), "docx", []string{"file.content-odd w"}},
		{"a.pdf", sample.Join([]byte("Printed\n"), pdf), "pdf", []string{"file.leading-junk n"}}, {"a.doc", sample.Word2, "doc", []string{"file.legacy n"}},
		{"a.docx", docx[:len(docx)-30], "zip", []string{"file.damaged e"}}, {"a.doc", doc[:600], "ole", []string{"file.damaged e"}},
		{"a.png", png[:40], "png", []string{"file.damaged w"}}, {"a.doc", doc[:len(doc)-512], "ole", []string{"file.damaged e"}}, {"a.pdf", docx[:len(docx)-30], "zip", []string{"file.content-mismatch e"}},
		{"a.pdf", nil, "", []string{"file.empty e"}},

		// Extensions and names.
		{"a.docm", docm, "docm", []string{"file.format-not-allowed e"}}, {"a", pdf, "pdf", []string{"file.format-not-allowed e"}},
		{"a.jfif", jpeg, "jpeg", []string{"file.format-not-allowed e"}}, {"a.рdf", pdf, "pdf", []string{"file.format-not-allowed e"}},
		{"a.pdf::$DATA", pdf, "pdf", []string{"file.format-not-allowed e", "name.cleaned n"}}, {"a.ＰＤＦ", pdf, "pdf", []string{"name.cleaned n"}},
		{"a.pdf\r\nBcc: x@y.invalid", pdf, "pdf", []string{"name.invalid e"}}, {"a\x00.pdf", pdf, "pdf", []string{"name.invalid e"}},
		{"a\nBcc: x.pdf", pdf, "pdf", []string{"name.invalid e"}}, {"a\n.pdf", pdf, "pdf", []string{"name.cleaned n"}},
		{"..", pdf, "pdf", []string{"name.invalid e"}}, {"", nil, "", []string{"name.invalid e", "file.empty e"}},
		{"exe\u202efdp.pdf", pdf, "pdf", []string{"name.deceptive e"}}, {"a\u2066.pdf", pdf, "pdf", []string{"name.deceptive e"}},
		{"invoice.exe.pdf", pdf, "pdf", []string{"file.double-extension n"}}, {"a.exe .pdf", pdf, "pdf", []string{"file.double-extension n"}},
		{".pdf", pdf, "pdf", []string{"name.cleaned n"}}, {"C:\\fakepath\\a.pdf", pdf, "pdf", []string{"name.cleaned n"}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprintf("%q as %s", test.name, test.format), func(t *testing.T) {
			v := one(t, test.name, test.data)
			if test.want == nil {
				test.want = []string{}
			}
			assert.Equal(t, test.want, brief(v.Issues))
			assert.Equal(t, test.format, v.Format)
			assert.Equal(t, int64(len(test.data)), v.Size)
			assert.Equal(t, attach.CleanName(test.name), v.CleanName)
		})
	}
}

func TestMediaTypeFollowsContent(t *testing.T) {
	assert.Equal(t, "application/rtf", one(t, "a.doc", rtf).MediaType)
	assert.Equal(t, "image/jpeg", one(t, "a.png", jpeg).MediaType)
	assert.Equal(t, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", one(t, "a.docx", locked).MediaType)
	assert.Equal(t, "application/octet-stream", one(t, "a.pdf", sample.EXE).MediaType)
}

// wide is a text in UTF-16, as Windows writes it.
func wide(s string) []byte {
	b := []byte("\xff\xfe")
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func TestHints(t *testing.T) {
	for _, test := range []struct {
		name   string
		data   []byte
		ru, en string
	}{
		{"a.doc", sample.HTML, "Документ .doc сохранён как веб-страница. В Word выберите «Сохранить как» → «Документ Word»", "The document .doc is saved as a web page. In Word choose Save as → Word document"},
		{"a.doc", wide(string(sample.HTML)), "Документ .doc сохранён как веб-страница. В Word выберите «Сохранить как» → «Документ Word»", "The document .doc is saved as a web page. In Word choose Save as → Word document"},
		{"a.jpg", sample.HEIC, "Это фотография HEIC, а не .jpg. Сохраните её как JPEG", "This is a photo in HEIC, not .jpg. Save it as JPEG"},
		{"a.jpg", sample.WebP, "Это картинка WebP, а не .jpg. Сохраните её как JPEG или PNG", "This is a picture in WebP, not .jpg. Save it as JPEG or PNG"},
		{"a.docx", docm, "Это документ с макросами, а не .docx. Сохраните его как документ Word без макросов", "This is a document with macros, not .docx. Save it as a Word document without macros"},
		{"a.jfif", jpeg, "Файлы .jfif отправить нельзя. Переименуйте файл в .jpg", "Files .jfif can't be sent. Rename the file to .jpg"},
		{"a", pdf, "У файла нет расширения. Добавьте к имени .pdf", "The file has no extension. Add .pdf to its name"},
		{"a", sample.EXE, "У файла нет расширения. Разрешены: jpeg, jpg, png, pdf, doc, docx, rtf, bmp", "The file has no extension. Allowed: jpeg, jpg, png, pdf, doc, docx, rtf, bmp"},
		{"a.heic", sample.HEIC, "Файлы .heic отправить нельзя. Сохраните фотографию как JPEG. Разрешены: jpeg, jpg, png, pdf, doc, docx, rtf, bmp", "Files .heic can't be sent. Save the photo as JPEG. Allowed: jpeg, jpg, png, pdf, doc, docx, rtf, bmp"},
		{"a.exe", sample.EXE, "Файлы .exe отправить нельзя. Разрешены: jpeg, jpg, png, pdf, doc, docx, rtf, bmp", "Files .exe can't be sent. Allowed: jpeg, jpg, png, pdf, doc, docx, rtf, bmp"},
		{"a.pdf", png, "По содержимому это PNG, а не .pdf. Переименуйте файл в .png", "By its content this is PNG, not .pdf. Rename the file to .png"},
		{"a.pdf", sample.EXE, "Содержимое файла не соответствует расширению .pdf: это программа", "The content of the file does not match the extension .pdf: it is a program"},
		{"a.pdf", zeros, "Содержимое файла не соответствует расширению .pdf", "The content of the file does not match the extension .pdf"},
		{"a.docx", locked, "Файл защищён паролем: почта получателя может его не принять", "The file is protected by a password: the recipient's mail may refuse it"},
	} {
		t.Run(test.name+" "+test.en[:20], func(t *testing.T) {
			v := one(t, test.name, test.data)
			require.NotEmpty(t, v.Issues)
			assert.Equal(t, test.ru, v.Issues[0].Text("ru"))
			assert.Equal(t, test.en, v.Issues[0].Text("en"))
			assert.Equal(t, test.en, v.Issues[0].Text("de"))
		})
	}
}

func TestSizeLimits(t *testing.T) {
	p := attach.Policy{MaxFile: 1000, MaxTotal: 1500}
	fill := func(n int) []byte { return append(bytes.Clone(pdf), bytes.Repeat([]byte("\n"), n-len(pdf))...) }

	exact := check(t, p, attach.Options{}, attach.Bytes("a.pdf", fill(1000), noon), attach.Bytes("b.pdf", fill(500), noon))
	assert.True(t, exact.SendAllowed())
	assert.Equal(t, int64(1500), exact.Total)

	over := check(t, p, attach.Options{}, attach.Bytes("a.pdf", fill(1001), noon), attach.Bytes("b.pdf", fill(500), noon))
	assert.False(t, over.SendAllowed())
	assert.Equal(t, []string{"file.too-large e"}, brief(over.Files[0].Issues))
	assert.Empty(t, over.Files[1].Issues, "the total marks no file")
	assert.Equal(t, []string{"total.too-large e"}, brief(over.Issues))
	assert.Equal(t, attach.Params{Total: 1501, Limit: 1500, Over: 1}, over.Issues[0].Params)

	both := one(t, "a.exe", make([]byte, 31_457_281))
	assert.Equal(t, []string{"file.format-not-allowed e", "file.too-large e"}, brief(both.Issues), "format and size may both apply")
	assert.Equal(t, "Размер файла — 30,1 МБ. Максимальный размер одного вложения — 30 МБ", both.Issues[1].Text("ru"))
	assert.Equal(t, "The file takes 30.1 MB. One attachment may take at most 30 MB", both.Issues[1].Text("en"))
	assert.Empty(t, one(t, "a.pdf", fill(31_457_280)).Issues, "30 MB exactly")
}

func TestTotalText(t *testing.T) {
	half := append(bytes.Clone(pdf), make([]byte, 16<<20-len(pdf))...)
	r := check(t, attach.Default(), attach.Options{}, attach.Bytes("a.pdf", half, noon), attach.Bytes("b.pdf", half, noon))
	require.Equal(t, "total.too-large e", brief(r.Issues)[0])
	text := r.Issues[0].Text("ru")
	assert.Contains(t, text, "отправка сообщения будет недоступна. Удалите некоторые файлы")
	assert.Equal(t, "Общий размер вложений — 32 МБ, максимальный — 30 МБ: отправка сообщения будет недоступна. Удалите некоторые файлы (не менее 2 МБ)", text)
}

func TestOrder(t *testing.T) {
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	files := []attach.File{
		attach.Bytes("old.pdf", pdf, at(1)), attach.Bytes("bad old.exe", nil, at(2)), attach.Bytes("new.pdf", pdf, at(5)),
		attach.Bytes("twin one.pdf", pdf, at(3)), attach.Bytes("twin two.pdf", pdf, at(3)), attach.Bytes("bad new.exe", nil, at(4)),
		attach.Bytes("noted.doc", rtf, at(9)),
	}
	r := check(t, attach.Default(), attach.Options{}, files...)
	var got []string
	for _, v := range r.Files {
		got = append(got, v.Name)
		assert.Equal(t, files[v.Index].Name, v.Name)
	}
	assert.Equal(t, []string{"bad new.exe", "bad old.exe", "noted.doc", "new.pdf", "twin two.pdf", "twin one.pdf", "old.pdf"}, got)

	rest := check(t, attach.Default(), attach.Options{}, slices.Concat(files[:1], files[2:5])...)
	assert.True(t, rest.SendAllowed(), "what is detached is judged no more")
	assert.True(t, check(t, attach.Default(), attach.Options{}).SendAllowed(), "nothing attached")
}

func TestMessageIssues(t *testing.T) {
	big := func(n int) attach.File {
		return attach.Bytes("a.pdf", append(bytes.Clone(pdf), make([]byte, n-len(pdf))...), noon)
	}
	fits := check(t, attach.Default(), attach.Options{Recipients: []string{"a@gmail.com"}}, big(26_214_400))
	assert.Empty(t, fits.Issues, "Gmail's 25 MB")
	assert.Equal(t, int64(35_872_340), fits.Wire)

	r := check(t, attach.Default(), attach.Options{RelaySize: 43_000_000, Recipients: []string{"A <a@GoogleMail.com>"}, Overhead: 1000}, big(30<<20))
	assert.Equal(t, []string{"message.too-large e", "message.may-bounce w"}, brief(r.Issues))
	assert.False(t, r.SendAllowed())
	p := r.Issues[0].Params
	assert.Equal(t, int64(43_047_806), p.Wire)
	assert.LessOrEqual(t, attach.WireSize(30<<20-p.Over)+1000, p.Limit, "what is said to be enough is")
	assert.Greater(t, attach.WireSize(30<<20-p.Over+60)+1000, p.Limit, "and not much more")

	warned := check(t, attach.Default(), attach.Options{}, big(30<<20))
	assert.Equal(t, []string{"message.may-bounce w"}, brief(warned.Issues))
	assert.True(t, warned.SendAllowed())

	many := check(t, attach.Policy{MaxFiles: 1}, attach.Options{}, attach.Bytes("a.pdf", pdf, noon), attach.Bytes("b.pdf", pdf, noon))
	assert.Equal(t, []string{"message.too-many-files e"}, brief(many.Issues))
	assert.Equal(t, "Прикреплено 2 файла, можно не больше 1: отправка сообщения будет недоступна. Удалите некоторые файлы", many.Issues[0].Text("ru"))
}

func TestDuplicates(t *testing.T) {
	r := check(t, attach.Default(), attach.Options{},
		attach.Bytes("Отчёт.pdf", pdf, noon), attach.Bytes("ОТЧЕ\u0308Т.PDF", pdf, noon), attach.Bytes("other.pdf", pdf, noon))
	assert.True(t, r.SendAllowed())
	assert.Equal(t, []string{"other.pdf", "ОТЧЕ\u0308Т.PDF", "Отчёт.pdf"}, []string{r.Files[0].Name, r.Files[1].Name, r.Files[2].Name})
	assert.Equal(t, []string{"name.cleaned n", "name.duplicate n"}, brief(r.Files[1].Issues))
	assert.Empty(t, r.Files[2].Issues)
}

func TestPolicyDecides(t *testing.T) {
	p := attach.Policy{Formats: []string{".TXT", "docx", "gif", "xlsx"}, Aliases: map[string]string{"log": "txt"}, RefuseMacros: true}
	r := check(t, p, attach.Options{},
		attach.Bytes("a.txt", []byte("hello"), noon), attach.Bytes("b.log", sample.HTML, noon), attach.Bytes("c.docx", rtf, noon),
		attach.Bytes("d.gif", sample.GIF, noon), attach.Bytes("e.jpg", jpeg, noon), attach.Bytes("f.xlsx", docx, noon),
		attach.Bytes("g.xlsx", sample.Zip(sample.Types(sample.TypeXlsx, ""), sample.Document), noon))
	byName := map[string]attach.Verdict{}
	for _, v := range r.Files {
		byName[v.Name] = v
	}
	assert.True(t, byName["a.txt"].ExtensionOnly)
	assert.Equal(t, "text/plain", byName["a.txt"].MediaType)
	assert.True(t, byName["b.log"].ExtensionOnly)
	assert.Equal(t, "application/octet-stream", byName["b.log"].MediaType, "no page under an innocent name")
	for name, want := range map[string][]string{
		"a.txt": {}, "b.log": {}, "c.docx": {"file.content-mismatch e"}, "d.gif": {}, "e.jpg": {"file.format-not-allowed e"},
		"f.xlsx": {"file.content-mismatch e"}, "g.xlsx": {},
	} {
		assert.Equal(t, want, brief(byName[name].Issues), name)
	}
	strict := attach.Default()
	strict.RefuseMacros = true
	macros := check(t, strict, attach.Options{}, attach.Bytes("a.doc", sample.Doc(sample.Entry{Name: "Macros", Storage: true}), noon))
	assert.Equal(t, []string{"file.macros e"}, brief(macros.Files[0].Issues))
}

// stream is content that can only be read in order.
type stream struct {
	io.Reader
	closed *int
}

func (s stream) Close() error { *s.closed++; return nil }

// endless never ends.
type endless struct{ read *int64 }

func (e endless) Read(p []byte) (int, error) {
	clear(p)
	*e.read += int64(len(p))
	return len(p), nil
}

func TestStreams(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	closed := 0
	file := func(name string, r io.Reader) attach.File {
		return attach.File{Name: name, AttachedAt: noon, Open: func() (io.ReadCloser, error) { return stream{r, &closed}, nil }}
	}
	big := sample.Docx(sample.Part{Name: "word/media/a.png", Data: string(sample.Pad(2 << 20))})
	sum := sha256.Sum256(big)
	r := check(t, attach.Default(), attach.Options{Hash: true}, file("a.docx", bytes.NewReader(big)), file("b.doc", strings.NewReader(string(doc))))
	assert.True(t, r.SendAllowed(), "%v", r.Files)
	assert.Equal(t, hex.EncodeToString(sum[:]), r.Files[1].SHA256)
	assert.Equal(t, int64(len(big)), r.Files[1].Size)

	var read int64
	bomb := check(t, attach.Default(), attach.Options{Hash: true}, file("a.docx", io.MultiReader(bytes.NewReader(big), endless{&read})), file("b.png", io.MultiReader(bytes.NewReader(png), endless{&read})))
	for _, v := range bomb.Files {
		assert.Contains(t, brief(v.Issues), "file.too-large e")
		assert.NotContains(t, brief(v.Issues), "file.content-mismatch e")
		assert.Equal(t, int64(31_457_281), v.Size)
		assert.Empty(t, v.SHA256)
		assert.Equal(t, "Максимальный размер одного вложения — 30 МБ", v.Issues[0].Text("ru"))
	}
	assert.Less(t, read, int64(64<<20))
	assert.Equal(t, 4, closed)
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Empty(t, left, "nothing stays on the disk")
}

// TestStreamsWaitOnTheDisk: a file that can only be read in order is not held in memory, whatever it takes.
func TestStreamsWaitOnTheDisk(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, size := range []int{100 << 10, 20 << 20} {
		data := sample.Docx(sample.Part{Name: "word/media/a.png", Data: string(sample.Pad(size))})
		closed := 0
		file := attach.File{Name: "a.docx", Open: func() (io.ReadCloser, error) { return stream{bytes.NewReader(data), &closed}, nil }}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := check(t, attach.Default(), attach.Options{Hash: true}, file)
		runtime.ReadMemStats(&after)
		assert.True(t, r.SendAllowed())
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20), "octets allocated for %d", size)
	}
}

// liar states a size that it does not have.
type liar struct {
	*bytes.Reader
	size int64
}

func (l liar) Size() int64  { return l.size }
func (l liar) Close() error { return nil }

func TestDeclaredSizeIsNotBelieved(t *testing.T) {
	for _, size := range []int64{0, 10, int64(len(pdf)) - 1, int64(len(pdf)) + 1, 1 << 40, -1} {
		r := check(t, attach.Default(), attach.Options{}, attach.File{Name: "a.pdf", Open: func() (io.ReadCloser, error) {
			return liar{bytes.NewReader(pdf), size}, nil
		}})
		assert.Equal(t, int64(len(pdf)), r.Files[0].Size, "stated %d", size)
		assert.Empty(t, r.Files[0].Issues)
	}
}

func TestReadFailed(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, open := range map[string]func() (io.ReadCloser, error){
		"no Open":     nil,
		"Open fails":  func() (io.ReadCloser, error) { return nil, broken },
		"missing":     attach.Path("a.pdf", filepath.Join(t.TempDir(), "none"), noon).Open,
		"a directory": attach.Path("a.pdf", t.TempDir(), noon).Open,
		"read fails": func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(bytes.NewReader(pdf), failing{broken})), nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := check(t, attach.Default(), attach.Options{}, attach.File{Name: "a.pdf", Open: open})
			assert.Equal(t, []string{"file.read-failed e"}, brief(r.Files[0].Issues))
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := attach.Default().Check(ctx, []attach.File{attach.Bytes("a.pdf", pdf, noon)}, attach.Options{})
	require.ErrorIs(t, err, context.Canceled)

	ctx, cancel = context.WithCancel(t.Context())
	var read int64
	_, err = attach.Default().Check(ctx, []attach.File{{Name: "a.pdf", Open: func() (io.ReadCloser, error) {
		cancel()
		return io.NopCloser(endless{&read}), nil
	}}}, attach.Options{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPathReadsTheDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "17")
	require.NoError(t, os.WriteFile(path, docx, 0o600))
	r := check(t, attach.Default(), attach.Options{Hash: true}, attach.Path("Договор.docx", path, noon))
	sum := sha256.Sum256(docx)
	assert.Equal(t, hex.EncodeToString(sum[:]), r.Files[0].SHA256)
	assert.Empty(t, r.Files[0].Issues)
}

func TestDetect(t *testing.T) {
	format, media, err := attach.Detect(bytes.NewReader(jpeg), int64(len(jpeg)))
	require.NoError(t, err)
	assert.Equal(t, "jpeg", format)
	assert.Equal(t, "image/jpeg", media)
}

func TestRefusal(t *testing.T) {
	bad := check(t, attach.Policy{MaxTotal: 10}, attach.Options{}, attach.Bytes("a.exe", pdf, noon))
	assert.Equal(t, "Отправить сообщение с такими вложениями нельзя. Открепите их, нажав на крестик рядом с вложением", bad.Refusal("ru"))
	assert.Equal(t, "A message with such attachments can't be sent. Detach them by the cross next to each", bad.Refusal("en"))
	large := check(t, attach.Policy{MaxTotal: 10}, attach.Options{}, attach.Bytes("a.pdf", pdf, noon))
	assert.Contains(t, large.Refusal("ru"), "Удалите некоторые файлы")
	assert.Empty(t, check(t, attach.Policy{}, attach.Options{}, attach.Bytes("a.pdf", pdf, noon)).Refusal("ru"))
}

// TestEveryCodeIsRaised holds an input for each code.
func TestEveryCodeIsRaised(t *testing.T) {
	file := func(name string, data []byte) []attach.File { return []attach.File{attach.Bytes(name, data, noon)} }
	half := append(bytes.Clone(pdf), make([]byte, 16<<20-len(pdf))...)
	var raised []string
	documented := documentedCodes(t)
	for code, input := range map[string]struct {
		files  []attach.File
		policy attach.Policy
		opts   attach.Options
	}{
		attach.CodeNameInvalid:      {files: file("..", pdf)},
		attach.CodeNameDeceptive:    {files: file("invoice\u202efdp.exe", pdf)},
		attach.CodeFormatNotAllowed: {files: file("a.exe", sample.EXE)},
		attach.CodeEmpty:            {files: file("a.pdf", nil)},
		attach.CodeTooLarge:         {files: file("a.pdf", pdf), policy: attach.Policy{MaxFile: 10}},
		attach.CodeReadFailed:       {files: []attach.File{{Name: "a.pdf"}}},
		attach.CodeInfected:         {files: file("a.pdf", pdf), opts: attach.Options{Scanner: says("Eicar", nil)}},
		attach.CodeNotScanned:       {files: file("a.pdf", pdf), opts: attach.Options{Scanner: says("", errors.New("away"))}},
		attach.CodeContentMismatch:  {files: file("a.pdf", sample.EXE)},
		attach.CodeDamaged:          {files: file("a.docx", docx[:100])},
		attach.CodeMacros:           {files: file("a.docx", sample.Docx(vba))},
		attach.CodeEncrypted:        {files: file("a.docx", locked)},
		attach.CodeExternalTemplate: {files: file("a.rtf", sample.RTF(`{\*\template http://a.invalid/t}`))},
		attach.CodeEmbeddedObject:   {files: file("a.rtf", sample.RTF(`{\object{\*\objdata 01}}`))},
		attach.CodeActiveContent:    {files: file("a.pdf", sample.PDF("/Names<</EmbeddedFiles 4 0 R>>", ""))},
		attach.CodeTrailingData:     {files: file("a.jpg", sample.Join(jpeg, sample.HTML))},
		attach.CodeImageTooBig:      {files: file("a.jpg", sample.JPEG(30001, 1, 0xc0))},
		attach.CodeContentOdd:       {files: file("a.bmp", sample.Join(bmp, bmp))},
		attach.CodeContentDiffers:   {files: file("a.doc", docx)},
		attach.CodeLeadingJunk:      {files: file("a.pdf", sample.Join([]byte("Printed\n"), pdf))},
		attach.CodeLegacy:           {files: file("a.doc", sample.Word2)},
		attach.CodeDoubleExtension:  {files: file("invoice.exe.pdf", pdf)},
		attach.CodeNameCleaned:      {files: file("a.pdf ", pdf)},
		attach.CodeNameDuplicate:    {files: slices.Concat(file("a.pdf", pdf), file("A.PDF", pdf))},
		attach.CodeTotalTooLarge:    {files: slices.Concat(file("a.pdf", half), file("b.pdf", half))},
		attach.CodeTooManyFiles:     {files: slices.Concat(file("a.pdf", pdf), file("b.pdf", pdf)), policy: attach.Policy{MaxFiles: 1}},
		attach.CodeMessageTooLarge:  {files: file("a.pdf", pdf), opts: attach.Options{RelaySize: 100}},
		attach.CodeMayBounce:        {files: slices.Concat(file("a.pdf", half), file("b.pdf", half)), opts: attach.Options{Recipients: []string{"a@gmail.com"}}},
	} {
		t.Run(code, func(t *testing.T) {
			r := check(t, input.policy, input.opts, input.files...)
			got := brief(r.Issues)
			for _, v := range r.Files {
				got = append(got, brief(v.Issues)...)
			}
			i := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, code+" ") })
			require.GreaterOrEqual(t, i, 0, "%v", got)
			severity := map[string]string{"e": "error: ", "w": "warning: ", "n": "note: "}[strings.TrimPrefix(got[i], code+" ")]
			assert.Contains(t, documented[code], severity)
		})
		raised = append(raised, code)
	}
	assert.ElementsMatch(t, attach.Codes(), raised)
}
