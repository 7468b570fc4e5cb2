package attach_test

import (
	"context"
	"fmt"
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
