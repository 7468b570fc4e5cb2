// Package attach decides whether files may be sent with a message, and says why in words that stand next to each file.
//
// A [Policy] holds what is allowed: extensions, octets for one file and for all. Its Check looks at the name, the size and
// the structure of every file and gives a [Report]: a [Verdict] per file in the order in which a page shows them, the issues
// of the message as a whole, and what everything takes once encoded.
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
// header unless something else begins the file. A file sent under the name of its own family (word: doc, docx, rtf; image:
// jpeg, png, bmp; pdf) passes with a note and travels as what it is; anything else is refused. Little is read, nothing is
// unpacked but the few small XML parts that say what a document is, and every walk is bounded.
//
// What a message is too much for, its report says, and which files to remove to fit ([Report.Remove]): by the policy's
// total, by what the relay announced, and as a warning by what Gmail takes, where a default of 30 MB does not arrive. A
// [Scanner] in [Options] looks for viruses in the same reading as the hash, and package attach/clamd is one: a file that
// cannot be scanned is refused unless [Options] lets it go. [Policy.Table] is the policy with all its texts as JSON, so that
// a page's own script says what the server will say.
//
// For the way back, [Serve] hands a stored file to a browser safely ([SetDownloadHeader] and [Viewable] are its parts, and
// [ViewablePicture] looks at how large a picture is besides), [WriteArchive] hands over all of them, and [CleanName] makes a name
// that is safe everywhere and still the sender's.
//
// Checks may run concurrently. Each opens its files one after another, each file once, keeps at most 256 KB of it in memory (a
// longer one that can only be read in order waits in a temporary file), and ends with ctx.
//
// # Choices where facts leave one
//
// A document that breaks off is an error, since no program opens it, though some of it may be there: a .docx without its
// directory, a .doc of which any octet of the main stream is missing. A PDF or JPEG that breaks off is fine (readers repair
// the one, cameras leave out the end of the other), a PNG is a warning.
//
// [CodeMayBounce] is a warning for everybody over Gmail's limit, not only for recipients at gmail.com: which service is
// behind a domain of one's own is unknown, and a limit of 25 MB is the most common one. Where a recipient is at Gmail, its
// text says so.
//
// What follows the end of a PDF or JPEG is looked for in the last 64 KB; where files are read whole, for a hash or a scanner,
// a program or a page is found at any distance from the end.
//
// # What it leaves out
//
// It unpacks no archives, repairs and converts nothing, takes no macro out, and knows by itself no virus. What no kind is
// known of is judged by its extension alone, where the policy allows it at all ([Verdict.ExtensionOnly]).
//
// COMPARED.md in this folder sets it beside mimetype and libmagic.
//
// The codes of issues are listed, each with an input that raises it, beside [CodeNameInvalid].
package attach
