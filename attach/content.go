package attach

import "github.com/crmmail/crmmail/attach/internal/sniff"

// judgeContent compares what a file is with what its name promises, and adds what stands out in it. It tells whether the
// file is what it should be.
func (c *checker) judgeContent(v *Verdict, content sniff.Content) bool {
	ext := extensionOf(v.CleanName)
	format, _ := c.format(ext)
	expected := kindOf(format)
	if expected == "" {
		c.extensionOnly(v, content)
		return true
	}
	if content.Kind == "encrypted" && isOffice(expected) {
		v.Format, v.MediaType = expected, officeMediaType[expected]
		v.report(CodeEncrypted, SeverityWarning, Params{})
		return true
	}
	if broken(content, expected) {
		v.report(CodeDamaged, SeverityError, Params{Hint: damageHint(content.Damaged)})
		return false
	}
	switch {
	case content.Kind == expected:
	case sameFamily(content.Kind, expected) && c.allows(content.Kind):
		v.report(CodeContentDiffers, SeverityNote, Params{Expected: expected, Detected: content.Kind})
	default:
		v.report(CodeContentMismatch, SeverityError, c.mismatch(ext, expected, content.Kind))
		if content.Macros {
			v.report(CodeMacros, SeverityError, Params{})
		}
		return false
	}
	c.judgeInside(v, content)
	return true
}

// extensionOnly accepts what nothing here can judge, as a media type that no browser shows unless its content agrees.
func (c *checker) extensionOnly(v *Verdict, content sniff.Content) {
	v.ExtensionOnly = true
	if content.Kind != extensionOf(v.CleanName) && content.Kind != "text" {
		v.MediaType = "application/octet-stream"
	}
}

// broken tells a container that cannot be opened and bears the name of the format that it would hold.
func broken(content sniff.Content, expected string) bool {
	if content.Damaged == "" || content.Damaged == sniff.Cut {
		return false
	}
	return sameFamily(content.Kind, expected) || content.Kind == expected ||
		(content.Kind == "zip" || content.Kind == "ole") && kinds[expected] == kinds["doc"] && expected != "rtf"
}

func damageHint(d sniff.Damage) string {
	switch d {
	case sniff.Bounds:
		return "bounds"
	case sniff.Cut:
		return "cut"
	}
	return ""
}

// mismatch chooses the hint that gets the person further.
func (c *checker) mismatch(ext, expected, detected string) Params {
	p := Params{Extension: ext, Expected: expected, Detected: detected}
	rename := c.nameFor(detected)
	switch detected {
	case "":
		p.Hint = "unknown"
	case "html", "mhtml", "word-xml":
		if kinds[expected] == "word" {
			p.Hint = "web-page"
		}
	case "heic", "avif":
		p.Hint = "heic"
	case "webp", "gif", "jpeg2000", "tiff", "svg", "psd", "ico":
		if kinds[expected] == "image" {
			p.Hint = "picture"
		}
	case "docm", "dotm":
		p.Hint = "macros"
	default:
		if rename != "" {
			p.Hint, p.Rename = "rename", rename
		}
	}
	return p
}

const (
	maxPixels = 50_000_000
	maxSide   = 30_000
)

// tooBig tells a picture that is more than a page should unpack: some tens of octets can claim gigapixels.
func tooBig(content sniff.Content) bool {
	w, h := content.Width, content.Height
	return w > maxSide || h > maxSide || w > 0 && h > maxPixels/w
}

// judgeInside reports what stands out in a file that is what it should be.
func (c *checker) judgeInside(v *Verdict, content sniff.Content) {
	if content.Damaged == sniff.Cut {
		v.report(CodeDamaged, SeverityWarning, Params{Hint: "cut"})
	}
	if content.Macros {
		c.judgeMacros(v, content.Kind)
	}
	if content.Encrypted {
		v.report(CodeEncrypted, SeverityWarning, Params{})
	}
	if content.Template != "" {
		v.report(CodeExternalTemplate, SeverityWarning, Params{Target: content.Template})
	}
	if content.Embedded {
		v.report(CodeEmbeddedObject, SeverityWarning, Params{})
	}
	if content.Active != "" {
		v.report(CodeActiveContent, SeverityWarning, Params{What: content.Active})
	}
	if content.Trailing != "" {
		v.report(CodeTrailingData, SeverityWarning, Params{Detected: content.Trailing})
	}
	v.Width, v.Height = content.Width, content.Height
	if tooBig(content) {
		v.report(CodeImageTooBig, SeverityWarning, Params{Width: content.Width, Height: content.Height})
	}
	c.judgeOdd(v, content)
}

func (c *checker) judgeMacros(v *Verdict, kind string) {
	if kind == "doc" && !c.RefuseMacros {
		v.report(CodeMacros, SeverityWarning, Params{Hint: "doc"})
		return
	}
	v.report(CodeMacros, SeverityError, Params{})
}

func (c *checker) judgeOdd(v *Verdict, content sniff.Content) {
	switch content.Odd {
	case "":
	case sniff.OddPath:
		v.report(CodeContentOdd, SeverityWarning, Params{Hint: "path"})
	default:
		v.report(CodeContentOdd, SeverityNote, Params{})
	}
	if content.LeadingJunk {
		v.report(CodeLeadingJunk, SeverityNote, Params{})
	}
	if content.Legacy {
		v.report(CodeLegacy, SeverityNote, Params{})
	}
}
