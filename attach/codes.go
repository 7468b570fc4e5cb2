package attach

// The codes of issues, with an input that raises each. They are stable: pages and logs may test them.
const (
	NameInvalid      = "name.invalid"            // error: "a.pdf\r\nBcc: x@example.com", "", ".."
	NameDeceptive    = "name.deceptive"          // error: "invoice\u202efdp.exe", which is shown as "invoiceexe.pdf"
	Infected         = "file.infected"           // error: Options.Scanner names a threat
	FormatNotAllowed = "file.format-not-allowed" // error: "a.exe", "a", "a.jfif"
	Empty            = "file.empty"              // error: no octet
	TooLarge         = "file.too-large"          // error: one octet more than Policy.MaxFile
	ReadFailed       = "file.read-failed"        // error: Open or Read failed
	NotScanned       = "file.not-scanned"        // error: Options.Scanner fails; warning with Options.AllowUnscanned
	ContentMismatch  = "file.content-mismatch"   // error: a web page named "a.doc", a program named "a.pdf"
	Damaged          = "file.damaged"            // error: a .docx or .doc that can't be opened; warning: a .png whose end is missing
	Macros           = "file.macros"             // error: a .docx with vbaProject.bin; warning: a .doc with macros
	Encrypted        = "file.encrypted"          // warning: a .docx or .pdf with a password
	ExternalTemplate = "file.external-template"  // warning: a document whose template is at http://…
	EmbeddedObject   = "file.embedded-object"    // warning: word/embeddings/oleObject1.bin, RTF \objdata
	ActiveContent    = "file.active-content"     // warning: a PDF with /JavaScript, /Launch or /EmbeddedFile
	TrailingData     = "file.trailing-data"      // warning: a picture with an archive behind its end
	ImageTooBig      = "file.image-too-big"      // warning: more than 50 megapixels or 30,000 pixels a side
	ContentOdd       = "file.content-odd"        // note: "{\rt1"; warning: a .docx with an entry "../x"
	ContentDiffers   = "file.content-differs"    // note: a .docx named "a.doc"
	LeadingJunk      = "file.leading-junk"       // note: a line before "%PDF-"
	Legacy           = "file.legacy"             // note: a document of Word 2
	DoubleExtension  = "file.double-extension"   // note: "invoice.exe.pdf"
	NameCleaned      = "name.cleaned"            // note: "C:\\fakepath\\a.pdf", "a.pdf "
	NameDuplicate    = "name.duplicate"          // note: "a.pdf" beside "A.PDF"

	TotalTooLarge   = "total.too-large"        // error: two files of 16 MB each
	TooManyFiles    = "message.too-many-files" // error: one more than Policy.MaxFiles
	MessageTooLarge = "message.too-large"      // error: 30 MB, which are 43,046,806 octets encoded, for a relay with SIZE 35882577
	MayBounce       = "message.may-bounce"     // warning: more than Gmail's 35,882,577 octets encoded, whoever the recipients are; with hint "receiver" where one of them is there
)

// Codes lists every code, in the order in which a file's issues are reported; the first leads the hint.
func Codes() []string {
	return []string{
		NameInvalid, NameDeceptive, Infected, FormatNotAllowed, Empty, TooLarge, ReadFailed, NotScanned, ContentMismatch, Damaged, Macros, Encrypted,
		ExternalTemplate, EmbeddedObject, ActiveContent, TrailingData, ImageTooBig, ContentOdd, ContentDiffers, LeadingJunk,
		Legacy, DoubleExtension, NameCleaned, NameDuplicate, TotalTooLarge, TooManyFiles, MessageTooLarge, MayBounce,
	}
}
