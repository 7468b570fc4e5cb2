package attach

// The codes of issues, with an input that raises each. They are stable: pages and logs may test them.
const (
	CodeNameInvalid      = "name.invalid"            // error: "a.pdf\r\nBcc: x@example.com", "", ".."
	CodeNameDeceptive    = "name.deceptive"          // error: "invoice\u202efdp.exe", which is shown as "invoiceexe.pdf"
	CodeInfected         = "file.infected"           // error: Options.Scanner names a threat
	CodeFormatNotAllowed = "file.format-not-allowed" // error: "a.exe", "a", "a.jfif"
	CodeEmpty            = "file.empty"              // error: no octet
	CodeTooLarge         = "file.too-large"          // error: one octet more than Policy.MaxFile
	CodeReadFailed       = "file.read-failed"        // error: Open or Read failed
	CodeNotScanned       = "file.not-scanned"        // error: Options.Scanner fails; warning with Options.AllowUnscanned
	CodeContentMismatch  = "file.content-mismatch"   // error: a web page named "a.doc", a program named "a.pdf"
	CodeDamaged          = "file.damaged"            // error: a .docx or .doc that can't be opened; warning: a .png whose end is missing
	CodeMacros           = "file.macros"             // error: a .docx with vbaProject.bin; warning: a .doc with macros
	CodeEncrypted        = "file.encrypted"          // warning: a .docx or .pdf with a password
	CodeExternalTemplate = "file.external-template"  // warning: a document whose template is at http://…
	CodeEmbeddedObject   = "file.embedded-object"    // warning: word/embeddings/oleObject1.bin, RTF \objdata
	CodeActiveContent    = "file.active-content"     // warning: a PDF with /JavaScript, /Launch or /EmbeddedFile
	CodeTrailingData     = "file.trailing-data"      // warning: a picture with an archive behind its end
	CodeImageTooBig      = "file.image-too-big"      // warning: more than 50 megapixels or 30,000 pixels a side
	CodeContentOdd       = "file.content-odd"        // note: "{\rt1"; warning: a .docx with an entry "../x"
	CodeContentDiffers   = "file.content-differs"    // note: a .docx named "a.doc"
	CodeLeadingJunk      = "file.leading-junk"       // note: a line before "%PDF-"
	CodeLegacy           = "file.legacy"             // note: a document of Word 2
	CodeDoubleExtension  = "file.double-extension"   // note: "invoice.exe.pdf"
	CodeNameCleaned      = "name.cleaned"            // note: "C:\\fakepath\\a.pdf", "a.pdf "
	CodeNameDuplicate    = "name.duplicate"          // note: "a.pdf" beside "A.PDF"

	CodeTotalTooLarge   = "total.too-large"        // error: two files of 16 MB each
	CodeTooManyFiles    = "message.too-many-files" // error: one more than Policy.MaxFiles
	CodeMessageTooLarge = "message.too-large"      // error: 30 MB, which are 43,046,806 octets encoded, for a relay with SIZE 35882577
	CodeMayBounce       = "message.may-bounce"     // warning: more than Gmail's 35,882,577 octets encoded, whoever the recipients are; with hint "receiver" where one of them is there
)

// Codes lists every code, in the order in which a file's issues are reported; the first leads the hint.
func Codes() []string {
	return []string{
		CodeNameInvalid, CodeNameDeceptive, CodeInfected, CodeFormatNotAllowed, CodeEmpty, CodeTooLarge, CodeReadFailed, CodeNotScanned, CodeContentMismatch, CodeDamaged, CodeMacros, CodeEncrypted,
		CodeExternalTemplate, CodeEmbeddedObject, CodeActiveContent, CodeTrailingData, CodeImageTooBig, CodeContentOdd, CodeContentDiffers, CodeLeadingJunk,
		CodeLegacy, CodeDoubleExtension, CodeNameCleaned, CodeNameDuplicate, CodeTotalTooLarge, CodeTooManyFiles, CodeMessageTooLarge, CodeMayBounce,
	}
}
