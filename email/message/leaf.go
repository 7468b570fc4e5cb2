package message

import (
	"bytes"
	"io"
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/charset"
)

// entity is a part with its header read.
type entity struct {
	header      rawHeader
	ctype       parameterised
	disposition parameterised
}

func (e entity) isText() bool {
	return (e.ctype.value == "text/plain" || e.ctype.value == "text/html") && e.disposition.value != "attachment"
}

// leaf reads a part that is no multipart.
func (p *parser) leaf(e entity, ended bool) {
	body := newContent(p, e.header.get("Content-Transfer-Encoding"), ended)
	defer body.skip()
	if p.parts++; p.parts > p.opts.MaxParts {
		p.defect("limit.parts")
		return
	}
	if e.isText() {
		p.addText(e, body.all())
		return
	}
	p.attachment(e, body)
}

// addText files a text leaf.
func (p *parser) addText(e entity, octets []byte) {
	name := e.ctype.params["charset"]
	if name == "" && e.ctype.value == "text/html" {
		name = metaCharset(octets)
	}
	text, known, clean := charset.Decode(name, octets)
	if !known {
		p.defect("charset.unknown")
	}
	if !clean {
		p.defect("charset.octets")
	}
	text = withoutNUL(strings.ReplaceAll(text, "\r\n", "\n"))
	if e.ctype.value == "text/html" {
		p.htmls = append(p.htmls, text)
		return
	}
	p.texts = append(p.texts, text)
}

// metaCharset finds the charset that HTML gives itself.
func metaCharset(html []byte) string {
	head := bytes.ToLower(html[:min(len(html), 4096)])
	i := bytes.Index(head, []byte("charset="))
	if i < 0 {
		return ""
	}
	value := bytes.TrimLeft(head[i+len("charset="):], `"' `)
	end := bytes.IndexAny(value, "\"' />;")
	return string(value[:max(0, end)])
}

func (p *parser) attachment(e entity, body *content) {
	a := ParsedAttachment{
		Name:      p.fileName(e),
		MediaType: e.ctype.value,
		ContentID: p.firstID(e.header.get("Content-ID")),
		Inline:    e.disposition.value == "inline",
	}
	if a.MediaType == "application/ms-tnef" || strings.EqualFold(a.Name, "winmail.dat") {
		p.defect("part.tnef")
	}
	if isReportPart(a.MediaType) {
		body.keep = keptReport
	}
	if p.opts.Attachment != nil {
		if p.err = p.opts.Attachment(a, body); p.err != nil {
			return
		}
		body.skip()
	} else {
		a.Content, _ = io.ReadAll(body)
	}
	a.Size, a.Truncated = body.size, body.truncated
	if a.Name == "" {
		a.Name = body.fileName()
	}
	if len(body.kept) > 0 {
		p.reports = append(p.reports, report{a.MediaType, string(body.kept)})
	}
	p.out.Attachments = append(p.out.Attachments, a)
}

// fileName is the name of the disposition, else that of the media type (RFC 2183 §2.3).
func (p *parser) fileName(e entity) string {
	field, key := e.disposition, "filename"
	if field.params[key] == "" {
		field, key = e.ctype, "name"
	}
	name := field.params[key]
	if !field.extended[key] {
		name = p.decodeWords(name) // RFC 2047 §5 forbids them here; most senders write them
	}
	return oneLine(name)
}
