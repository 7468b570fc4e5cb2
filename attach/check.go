package attach

import (
	"context"
	"hash"
	"slices"

	"github.com/crmmail/crmmail/attach/internal/sniff"
)

// Options are what a check may take into account besides the files. The zero value knows nothing about the message.
type Options struct {
	// RelaySize is what the relay announced as SIZE (RFC 1870), in octets; 0 is unknown or no limit.
	RelaySize int64
	// Recipients are addresses: the mail services behind some of them have known limits.
	Recipients []string
	// Hash asks for SHA-256, for which every file is read once to its end.
	Hash bool
	// Scanner looks for viruses in every file that is not empty and not over the limit, in the same reading as the hash. nil is
	// none. A file that it cannot judge is an error, [CodeNotScanned]: closed doors by default.
	Scanner Scanner
	// AllowUnscanned makes [CodeNotScanned] a warning, so that messages still go while the scanner is away.
	AllowUnscanned bool
	// Overhead is the octets of the message besides its attachments.
	Overhead int64
}

// Check judges the files of one message. Every file is opened once, one after another, and little of it is read
// unless a hash or a scanner is asked for. The error is ctx's only: a file that cannot be read is an issue. The files are not
// modified.
func (p Policy) Check(ctx context.Context, files []File, opts Options) (Report, error) {
	c := checker{Policy: p.withDefaults(), opts: opts, ctx: ctx}
	report := Report{Files: make([]Verdict, 0, len(files))}
	for i, f := range files {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		v := c.judge(f)
		v.Index = i
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		report.Files = append(report.Files, v)
		report.Total = add(report.Total, v.Size)
		report.Wire = add(report.Wire, wireSize(v.Size))
	}
	markDuplicates(report.Files)
	report.Issues, report.Remove = c.judgeMessage(report)
	sortForDisplay(report.Files)
	return report, nil
}

// checker holds what the files of one check share.
type checker struct {
	Policy
	opts Options
	ctx  context.Context
	tail sniff.Tail
	sha  hash.Hash
	buf  []byte
}

// judge says everything about one file but what depends on the others.
func (c *checker) judge(f File) Verdict {
	v := Verdict{Name: f.Name, CleanName: CleanName(f.Name), AttachedAt: f.AttachedAt, MediaType: "application/octet-stream"}
	c.judgeName(&v)
	src, err := openSource(c.ctx, f, c.MaxFile, c.buffer)
	if err != nil {
		c.judgeFormat(&v, sniff.Content{})
		v.fail(err)
		return v.sorted()
	}
	defer src.close()
	v.Size = src.size
	content, err := sniffed(src, src.size)
	if err != nil {
		c.judgeFormat(&v, sniff.Content{})
		v.fail(err)
		return v.sorted()
	}
	if src.cut && (content.Damaged != "" || content.Kind == "zip" || content.Kind == "ole") {
		// The part that says what it is was not read, and the file is refused for its size.
		content = sniff.Content{MediaType: "application/octet-stream"}
	}
	v.Format, v.MediaType = content.Kind, content.MediaType
	judged := c.judgeFormat(&v, content) && src.size > 0 && !(src.cut && content.Kind == "")
	if !judged || !c.judgeContent(&v, content) {
		content = sniff.Content{}
	}
	c.judgeSize(&v, src)
	if (c.opts.Hash || c.opts.Scanner != nil) && src.size <= c.MaxFile {
		c.readWhole(&v, src, content)
	}
	return v.sorted()
}

func (c *checker) judgeName(v *Verdict) {
	switch {
	case isInvalid(v.Name):
		v.report(CodeNameInvalid, SeverityError, Params{})
	case isDeceptive(v.Name):
		v.report(CodeNameDeceptive, SeverityError, Params{})
	case v.CleanName != v.Name:
		v.report(CodeNameCleaned, SeverityNote, Params{Name: v.CleanName})
	}
	if hidden := hiddenExtension(v.CleanName); hidden != "" {
		v.report(CodeDoubleExtension, SeverityNote, Params{Extension: hidden})
	}
}

// judgeFormat tells whether the extension is allowed. A name that cannot be used has none to speak of.
func (c *checker) judgeFormat(v *Verdict, content sniff.Content) bool {
	if isInvalid(v.Name) {
		return false
	}
	ext := extensionOf(v.CleanName)
	if _, ok := c.format(ext); ok {
		return true
	}
	hint, _ := c.Policy.hint(ext)
	p := Params{Extension: ext, Allowed: slices.Clone(c.Formats), Hint: hint.Hint, Rename: hint.Rename}
	if name := c.nameFor(content.Kind); ext == "" && name != "" {
		p.Hint, p.Rename = "name-it", name
	}
	v.report(CodeFormatNotAllowed, SeverityError, p)
	return false
}

// nameFor is the allowed extension for a kind of content, "" where there is none.
func (c *checker) nameFor(kind string) string {
	if kind == "jpeg" && slices.Contains(c.Formats, "jpg") {
		return "jpg"
	}
	for _, f := range c.Formats {
		if kind != "" && kindOf(f) == kind {
			return f
		}
	}
	return ""
}

// judgeSize compares with the bounds of one file.
func (c *checker) judgeSize(v *Verdict, src source) {
	switch {
	case src.size == 0:
		v.report(CodeEmpty, SeverityError, Params{})
	case src.cut:
		v.report(CodeTooLarge, SeverityError, Params{Limit: c.MaxFile, Hint: "cut"})
	case src.size > c.MaxFile:
		v.report(CodeTooLarge, SeverityError, Params{Size: src.size, Limit: c.MaxFile})
	}
}

func (c *checker) buffer() []byte {
	if c.buf == nil {
		c.buf = make([]byte, 32<<10)
	}
	return c.buf
}

func (v *Verdict) report(code string, severity Severity, p Params) {
	v.Issues = append(v.Issues, Issue{code, severity, p})
}

// sorted puts the issues into the order of Codes.
func (v Verdict) sorted() Verdict {
	order := Codes()
	slices.SortStableFunc(v.Issues, func(a, b Issue) int {
		return slices.Index(order, a.Code) - slices.Index(order, b.Code)
	})
	return v
}

// markDuplicates notes on every file but the first that its name is taken, as far as some file system would say.
func markDuplicates(files []Verdict) {
	seen := make(map[string]string, len(files))
	for i := range files {
		key := foldKey(files[i].CleanName)
		if first, ok := seen[key]; ok {
			files[i].report(CodeNameDuplicate, SeverityNote, Params{Name: first})
			continue
		}
		seen[key] = files[i].CleanName
	}
}

// judgeMessage says what the files are together, and which to detach where that is too much.
func (c *checker) judgeMessage(r Report) ([]Issue, []int) {
	var out []Issue
	if r.Total > c.MaxTotal {
		out = append(out, Issue{CodeTotalTooLarge, SeverityError, Params{Total: r.Total, Limit: c.MaxTotal, Over: r.Total - c.MaxTotal}})
	}
	if n := len(r.Files); c.MaxFiles > 0 && n > c.MaxFiles {
		out = append(out, Issue{CodeTooManyFiles, SeverityError, Params{Count: int64(n), Most: int64(c.MaxFiles)}})
	}
	overhead := max(0, c.opts.Overhead)
	wire := add(r.Wire, overhead)
	if c.opts.RelaySize > 0 && wire > c.opts.RelaySize {
		out = append(out, Issue{CodeMessageTooLarge, SeverityError, Params{Wire: wire, Limit: c.opts.RelaySize, Over: rawOf(wire - c.opts.RelaySize)}})
	}
	fit := bounds{total: c.MaxTotal, files: c.MaxFiles}
	if c.opts.RelaySize > 0 {
		fit.wire = wireBound(c.opts.RelaySize, overhead)
	}
	receiver, limit, hint := smallestReceiver(c.opts.Recipients)
	if wire > limit {
		if len(out) == 0 { // it may go, but not arrive
			fit.wire = wireBound(limit, overhead)
		}
		out = append(out, Issue{CodeMayBounce, SeverityWarning, Params{Wire: wire, Limit: limit, Over: rawOf(wire - limit), Receiver: receiver, Hint: hint}})
	}
	if len(out) == 0 {
		return nil, nil
	}
	return out, leaveOut(r.Files, fit)
}
