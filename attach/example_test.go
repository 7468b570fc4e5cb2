package attach_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/crmmail/crmmail/attach"
)

func Example() {
	attached := time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)
	files := []attach.File{
		attach.Bytes("Договор.rtf", []byte(`{\rtf1 Договор}`), attached),
		attach.Bytes("Прайс.doc", []byte("<html><table></table></html>"), attached.Add(time.Minute)),
		attach.Bytes("setup.exe", []byte("MZ"), attached.Add(-time.Minute)),
	}
	report, err := attach.Default().Check(context.Background(), files, attach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, file := range report.Files {
		fmt.Println(file.CleanName)
		for _, issue := range file.Issues {
			fmt.Printf("  %s: %s\n", issue.Severity, issue.Text("ru"))
		}
	}
	fmt.Println(report.SendAllowed(), report.Wire)
	// Output:
	// Прайс.doc
	//   error: Документ .doc сохранён как веб-страница. В Word выберите «Сохранить как» → «Документ Word»
	// setup.exe
	//   error: Файлы .exe отправить нельзя. Разрешены: jpeg, jpg, png, pdf, doc, docx, rtf, bmp
	// Договор.rtf
	// false 82
}

func ExamplePolicy_Table() {
	table, err := json.Marshal(attach.Policy{Formats: []string{"pdf", "jpg"}}.Table())
	if err != nil {
		fmt.Println(err)
		return
	}
	// What a page's own script does with it.
	var page struct {
		Accept string
		Hints  map[string]struct{ Hint, Rename string }
		Texts  map[string]map[string]string
	}
	if err := json.Unmarshal(table, &page); err != nil {
		fmt.Println(err)
		return
	}
	hint := page.Hints["jfif"]
	fmt.Println(page.Accept)
	fmt.Println(hint.Rename, page.Texts["en"]["file.format-not-allowed/"+hint.Hint])
	// Output:
	// .pdf,.jpg
	// jpg Files .{extension} can't be sent. Rename the file to .{rename}
}

func ExampleReport_Suggestion() {
	files := []attach.File{
		attach.Bytes("Каталог.rtf", []byte(`{\rtf1 `+string(make([]byte, 900))+`}`), time.Time{}),
		attach.Bytes("Прайс.rtf", []byte(`{\rtf1 `+string(make([]byte, 200))+`}`), time.Time{}),
	}
	report, err := attach.Policy{MaxTotal: 1000}.Check(context.Background(), files, attach.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Issues[0].Text("ru"))
	fmt.Println(report.Suggestion("ru"))
	// Output:
	// Общий размер вложений — 1,1 КБ, максимальный — 1000 байт: отправка сообщения будет недоступна. Удалите некоторые файлы (не менее 116 байт)
	// Достаточно удалить: «Прайс.rtf»
}

func ExampleParsePolicy() {
	_, err := attach.ParsePolicy(strings.NewReader(`{
		"formats": ["pdf", "jpg"],
		"max_flie": "10MB"
	}`))
	fmt.Println(err)
	policy, err := attach.ParsePolicy(strings.NewReader(`{"formats": ["pdf", "jpg"], "max_file": "10MB", "aliases": {"jfif": "jpg"}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(policy.Accept(), policy.MaxFile, policy.MaxTotal)
	// Output:
	// attach: policy line 3, column 3: "max_flie": unknown key
	// .pdf,.jpg,.jfif 10485760 31457280
}

// A link to a stored file: a picture opens in the page, a web page that a customer sent never does.
func ExampleServe() {
	page := attach.Bytes("счёт.html", []byte("<script>alert(1)</script>"), time.Time{})
	answer := httptest.NewRecorder()
	attach.Serve(answer, httptest.NewRequest("GET", "/files/7", nil), "inline", page, "text/html")
	for _, field := range []string{"Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"} {
		fmt.Println(field+":", answer.Header().Get(field))
	}
	// Output:
	// Content-Disposition: attachment; filename="____.html"; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.html
	// X-Content-Type-Options: nosniff
	// Content-Security-Policy: default-src 'none'; sandbox
}
