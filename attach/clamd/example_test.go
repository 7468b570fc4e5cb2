package clamd_test

import (
	"context"
	"fmt"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/clamd"
)

// A daemon that is away stops the files: the message waits until they can be scanned.
func Example() {
	scanner := clamd.New("unix", "/nowhere/clamd.ctl", clamd.Options{})
	files := []attach.File{attach.Bytes("Договор.rtf", []byte(`{\rtf1 Договор}`), time.Time{})}
	report, err := attach.Default().Check(context.Background(), files, attach.Options{Scanner: scanner})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.SendAllowed())
	fmt.Println(report.Files[0].Issues[0].Text("ru"))
	fmt.Println(report.Files[0].Err)
	// Output:
	// false
	// Файл не удалось проверить на вирусы. Попробуйте ещё раз позже
	// clamd: dial unix /nowhere/clamd.ctl: connect: no such file or directory
}
