// Package attach decides whether files may be sent with a message, and says why in words that stand next to each file.
//
// A [Policy] holds what is allowed: extensions, octets for one file and for all. Its Check looks at the name, the size and the
// structure of every file and gives a [Report]: a [Verdict] per file in the order in which a page shows them, the issues of the message
// as a whole, and what everything takes once encoded.
//
//	policy := attach.Default()
//	report, err := policy.Check(ctx, []attach.File{
//		attach.Path("Договор.docx", "/srv/uploads/17", time.Now()),
//	}, attach.Options{RelaySize: 35_882_577, Recipients: []string{"anna@example.com"}})
//	if err != nil {
//		return err // ctx ended
//	}
//	for _, file := range report.Files {
//		for _, issue := range file.Issues {
//			fmt.Println(file.CleanName, issue.Severity, issue.Text("ru"))
//		}
//	}
//	if !report.SendAllowed() { … }
//
// What a file is, its structure says: a .doc by the root of its compound file, a .docx by its content types, a PDF by its
// header unless something else begins the file. A file sent under the name of its own family (word: doc, docx, rtf; image: jpeg, png, bmp; pdf)
// passes with a note and travels as what it is; anything else is refused. Little is read, nothing is unpacked but the few small XML parts that say what a document is,
// and every walk is bounded.
//
// For the way back, [Serve] hands a stored file to a browser safely ([SetDownloadHeader] and [Viewable] are its parts), [WriteArchive]
// hands over all of them, and [CleanName] makes a name that is safe everywhere and still the sender's.
//
// COMPARED.md in this folder sets it beside mimetype and libmagic.
//
// The codes of issues are listed, each with an input that raises it, beside [NameInvalid].
package attach
