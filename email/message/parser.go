package message

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"sync"
)

// parser is one run of Parse.
type parser struct {
	scanner
	opts        ParseOptions
	out         *Parsed // no part of the parser: what the parser refers to goes, such as the reader
	head        rawHeader
	charset     string // of the message, for what stands in its header unencoded
	texts       []string
	htmls       []string
	parts       int
	headerLeft  int
	decodedLeft int64
	again       line // a line to be read again
	hasAgain    bool
	err         error    // of the callback
	decoded     []byte   // the buffer that the contents use in turn
	reports     []report // parts that tell about a bounce or a complaint
}

// report is the beginning of a part of a delivery or abuse report, kept whoever takes the attachment.
type report struct{ mediaType, content string }

// Parse reads one message. It takes nearly anything: its error is that of r, that of opts.Attachment, or ErrEmpty.
// Content goes through it in pieces; what it holds at a time is the texts, and the attachments unless
// opts.Attachment takes them.
func Parse(r io.Reader, opts ParseOptions) (*Parsed, error) {
	memory := buffersAtRest.Get().(*buffers)
	p := &parser{scanner: scanner{r: r, buf: memory.scan, hit: hit{level: -1}}, opts: opts, out: new(Parsed), decoded: memory.decoded}
	defer p.giveBack(memory)
	p.headerLeft, p.decodedLeft = 1<<20, 128<<20
	if opts.MaxHeader > 0 {
		p.headerLeft = opts.MaxHeader
	}
	if opts.MaxDecoded > 0 {
		p.decodedLeft = opts.MaxDecoded
	}
	if p.opts.MaxParts <= 0 {
		p.opts.MaxParts = 1000
	}
	if p.opts.MaxDepth <= 0 {
		p.opts.MaxDepth = 20
	}
	p.envelopeLines()
	var ended bool
	if p.head, ended = p.header(); len(p.head) == 0 && ended {
		if p.scanner.err != io.EOF {
			return nil, p.scanner.err
		}
		return nil, ErrEmpty
	}
	p.charset = parseParams(p.head.get("Content-Type")).params["charset"]
	p.entity(p.head, "text/plain", ended, 0)
	if p.err != nil {
		return nil, p.err
	}
	if p.scanner.err != nil && p.scanner.err != io.EOF {
		return nil, p.scanner.err
	}
	p.finish()
	return p.out, nil
}

// buffers are what one message after the other is read through. Nothing of them is in what Parse returns.
type buffers struct{ scan, decoded []byte }

var buffersAtRest = sync.Pool{New: func() any { return &buffers{scan: make([]byte, scanBuffer)} }}

func (p *parser) giveBack(memory *buffers) {
	memory.decoded = p.decoded[:0]
	p.buf, p.decoded = nil, nil
	buffersAtRest.Put(memory)
}

func (p *parser) defect(code string) {
	if !slices.Contains(p.out.Defects, code) {
		p.out.Defects = append(p.out.Defects, code)
	}
}

// spend takes n from a budget and says whether it was there; where it was not, that is a defect.
func (p *parser) spend(left *int, n int, code string) bool {
	if *left -= n; *left >= 0 {
		return true
	}
	p.defect(code)
	return false
}

// next is the next line, perhaps one that was read before.
func (p *parser) next() (line, bool) {
	if p.hasAgain {
		p.hasAgain = false
		return p.again, true
	}
	return p.scanner.next()
}

// entity reads the body that belongs to a header, up to the boundary it ends at. ended says there is none.
func (p *parser) entity(h rawHeader, defaultType string, ended bool, depth int) {
	ctype := parseParams(h.get("Content-Type"))
	major, minor, _ := strings.Cut(ctype.value, "/")
	if !isToken(major) || !isToken(minor) {
		if ctype.value != "" {
			p.defect("part.media-type")
		}
		ctype.value = defaultType
	}
	e := entity{header: h, ctype: ctype, disposition: parseParams(h.get("Content-Disposition"))}
	boundary := strings.TrimRight(ctype.params["boundary"], " \t")
	switch {
	case major != "multipart":
		p.leaf(e, ended)
	case boundary == "":
		p.defect("part.no-boundary")
		e.ctype.value = "text/plain"
		p.leaf(e, ended)
	case depth >= p.opts.MaxDepth:
		p.defect("limit.depth")
		p.leaf(e, ended)
	case !ended:
		p.multipart(e, boundary, depth)
	}
}

// multipart reads the parts between the boundary's lines.
func (p *parser) multipart(e entity, boundary string, depth int) {
	p.bounds = append(p.bounds, boundary)
	level := len(p.bounds) - 1
	preamble, met := p.preamble()
	if !met || p.hit.level < level {
		p.bounds = p.bounds[:level]
		p.defect("part.no-parts")
		if int64(len(preamble)) > p.decodedLeft {
			preamble = preamble[:p.decodedLeft]
			p.defect("limit.decoded")
		}
		p.decodedLeft -= int64(len(preamble))
		p.addText(e, preamble)
		return
	}
	defaultType := "text/plain"
	if e.ctype.value == "multipart/digest" { // RFC 2046 §5.1.5
		defaultType = "message/rfc822"
	}
	for met && p.err == nil && p.hit.level == level && !p.hit.closing {
		p.hit.level = -1
		h, ended := p.header()
		p.entity(h, defaultType, ended, depth+1)
		met = p.hit.level >= 0
	}
	p.bounds = p.bounds[:level]
	if p.hit.level == level {
		p.hit.level = -1
		p.epilogue()
	} else {
		p.defect("part.not-closed")
	}
}

// preamble reads up to a boundary. It is kept for the case that none comes, and is the text then.
func (p *parser) preamble() (kept []byte, met bool) {
	for {
		l, ok := p.next()
		if !ok || p.boundary(l) {
			return kept, ok
		}
		if int64(len(kept)) < p.decodedLeft {
			kept = append(append(kept, l.text...), l.eol...)
		}
	}
}

// epilogue skips what follows a closed multipart, up to a boundary around it.
func (p *parser) epilogue() {
	for {
		l, ok := p.next()
		if !ok || p.boundary(l) {
			return
		}
		if len(bytes.TrimSpace(l.text)) > 0 {
			p.defect("part.epilogue")
		}
	}
}
