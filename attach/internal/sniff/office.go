package sniff

import (
	"bytes"
	"net/url"
	"strings"
)

// archive recognises ZIP containers by their directory: what the first entry is says nothing.
func (s *Sniffer) archive() (Content, bool) {
	if !hasPrefix(s.head, zipLocal) && !hasPrefix(s.head, zipEnd) && !hasPrefix(s.head, "PK\x07\x08PK\x03\x04") {
		return Content{}, false
	}
	d, ok := s.directory()
	if !ok {
		return Content{Kind: "zip", Damaged: Structure}, true
	}
	var p officePackage
	if damage := s.each(d, p.entry); damage != "" {
		return Content{Kind: "zip", Damaged: damage}, true
	}
	c := Content{Kind: p.kind()}
	switch {
	case p.hasTypes:
		s.office(d, &p, &c)
	case c.Kind == "zip" && p.hasType:
		s.openDocument(&p, &c)
	}
	if p.escapes {
		c.Odd = OddPath
	}
	return c, true
}

// officePackage is what the directory of an archive tells.
type officePackage struct {
	types, rels, root, mimetype zipItem
	hasTypes, hasRels, hasRoot  bool
	hasType                     bool
	jar, apk, vba, ole, escapes bool
	twice                       bool // two parts of one name that decide: no two programs agree on which counts
}

// entry takes note of one entry. Names compare without case, as Word compares them.
func (p *officePackage) entry(item zipItem) {
	p.escapes = p.escapes || escapes(item.name)
	switch {
	case nameIs(item.name, "[Content_Types].xml"):
		p.twice = p.twice || p.hasTypes
		p.types, p.hasTypes = item, true
	case nameIs(item.name, "_rels/.rels"):
		p.twice = p.twice || p.hasRoot
		p.root, p.hasRoot = item, true
	case nameIs(item.name, "META-INF/MANIFEST.MF"):
		p.jar = true
	case nameIs(item.name, "AndroidManifest.xml"):
		p.apk = true
	case nameIs(item.name, "mimetype"):
		p.mimetype, p.hasType = item, true
	case hasSuffixFold(item.name, "_rels/settings.xml.rels"):
		p.rels, p.hasRels = item, true
	case hasSuffixFold(item.name, "vbaProject.bin"):
		p.vba = true
	case hasSuffixFold(item.name, ".bin") && bytes.Contains(bytes.ToLower(item.name), []byte("/embeddings/")):
		p.ole = true
	}
}

func (p *officePackage) kind() string {
	switch {
	case p.apk:
		return "apk"
	case p.jar && !p.hasTypes:
		return "jar"
	}
	return "zip"
}

// mainTypes names the format that each type of main part makes. The strict variant of OOXML has the same types.
var mainTypes = map[string]string{
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml":   "docx",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml":   "dotx",
	"application/vnd.ms-word.document.macroenabled.main+xml":                             "docm",
	"application/vnd.ms-word.template.macroenabledtemplate.main+xml":                     "dotm",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml":         "xlsx",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml":      "xltx",
	"application/vnd.ms-excel.sheet.macroenabled.main+xml":                               "xlsm",
	"application/vnd.ms-excel.template.macroenabled.main+xml":                            "xltm",
	"application/vnd.ms-excel.addin.macroenabled.main+xml":                               "xlam",
	"application/vnd.ms-excel.sheet.binary.macroenabled.main":                            "xlsb",
	"application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml": "pptx",
	"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml":    "ppsx",
	"application/vnd.openxmlformats-officedocument.presentationml.template.main+xml":     "potx",
	"application/vnd.ms-powerpoint.presentation.macroenabled.main+xml":                   "pptm",
	"application/vnd.ms-powerpoint.slideshow.macroenabled.main+xml":                      "ppsm",
	"application/vnd.ms-powerpoint.template.macroenabled.main+xml":                       "potm",
	"application/vnd.ms-visio.drawing.main+xml":                                          "vsdx",
	"application/vnd.ms-visio.drawing.macroenabled.main+xml":                             "vsdm",
	"application/vnd.ms-package.xps-fixeddocumentsequence+xml":                           "xps",
}

// office reads the content types of the package and, for a Word document, its remote template.
func (s *Sniffer) office(d zipDirectory, p *officePackage, c *Content) {
	xml, damage := s.inflate(p.types)
	if damage == "" && p.twice {
		damage = Structure
	}
	if damage != "" {
		c.Damaged = damage
		return
	}
	mains, macros := mainParts(xml)
	main, ok := s.mainPart(p, mains)
	if !ok {
		return // some other package: a NuGet file, a 3D model
	}
	c.Kind = main.kind
	c.Macros, c.Embedded = p.vba || macros, p.ole
	if main.kind != "docx" {
		return
	}
	if main.name != "" && s.count(d, main.name) != 1 {
		c.Damaged = Structure
		return
	}
	if p.hasRels {
		xml, damage := s.inflate(p.rels)
		if damage == Bounds {
			c.Damaged = damage
		}
		c.Template = remoteTemplate(xml)
	}
}

// partType is a part that makes a format. name is "" where the type is a default of its extension.
type partType struct{ name, kind string }

// vbaType is the type of the part that holds macros, whatever the part is called.
const vbaType = "application/vnd.ms-office.vbaproject"

// mainParts lists the parts whose type is one of mainTypes, and tells whether some part is of macros.
func mainParts(xml []byte) (mains []partType, macros bool) {
	for t := range tags(xml) {
		if t.name != "Override" && t.name != "Default" {
			continue
		}
		stated := strings.ToLower(t.attr("ContentType"))
		macros = macros || stated == vbaType && t.name == "Override"
		if kind, ok := mainTypes[stated]; ok && len(mains) < 16 {
			mains = append(mains, partType{t.attr("PartName"), kind})
		}
	}
	return mains, macros
}

// mainPart is the only candidate or, where a package embeds another format's part, the one that its root relationship names.
func (s *Sniffer) mainPart(p *officePackage, parts []partType) (partType, bool) {
	if len(parts) == 0 {
		return partType{}, false
	}
	same := true
	for _, part := range parts {
		same = same && part.kind == parts[0].kind
	}
	if same || !p.hasRoot {
		return parts[0], true
	}
	xml, _ := s.inflate(p.root)
	for t := range tags(xml) {
		if t.name == "Relationship" && strings.HasSuffix(t.attr("Type"), "/officeDocument") {
			target := strings.TrimPrefix(t.attr("Target"), "/")
			for _, part := range parts {
				if strings.EqualFold(strings.TrimPrefix(part.name, "/"), target) {
					return part, true
				}
			}
		}
	}
	return parts[0], true
}

// count is how many entries the archive has for the named part.
func (s *Sniffer) count(d zipDirectory, part string) int {
	if plain, err := url.PathUnescape(part); err == nil {
		part = plain
	}
	part = strings.TrimPrefix(part, "/")
	found := 0
	s.each(d, func(item zipItem) {
		if nameIs(item.name, part) {
			found++
		}
	})
	return found
}

// remoteTemplate is the template that Word would fetch, "" where there is none or it lies on a local disk.
func remoteTemplate(xml []byte) string {
	for t := range tags(xml) {
		if t.name == "Relationship" && strings.HasSuffix(t.attr("Type"), "/attachedTemplate") && isRemote(t.attr("Target")) {
			return clip(t.attr("Target"))
		}
	}
	return ""
}

// isRemote tells an address on another machine: http, https, ftp or a network share.
func isRemote(target string) bool {
	target = strings.ToLower(strings.TrimSpace(target))
	for _, scheme := range []string{"http:", "https:", "ftp:", `\\`, "//"} {
		if strings.HasPrefix(target, scheme) {
			return true
		}
	}
	rest, ok := strings.CutPrefix(target, "file:")
	if !ok {
		return false
	}
	rest = strings.ReplaceAll(rest, `\`, "/")
	// file://host/share and file:////host/share are shares, file:///C:/x is a local path.
	host, _ := strings.CutPrefix(rest, "//")
	return host != rest && (!strings.HasPrefix(host, "/") || strings.HasPrefix(host, "//")) && !strings.HasPrefix(host, "localhost/") &&
		!(len(host) > 1 && host[1] == ':')
}

// openDocument reads the type that OpenDocument and EPUB archives state about themselves.
func (s *Sniffer) openDocument(p *officePackage, c *Content) {
	if p.mimetype.unpacked > 128 {
		return
	}
	text, damage := s.inflate(p.mimetype)
	if damage != "" {
		return
	}
	if kind, ok := statedTypes[strings.TrimSpace(string(text))]; ok {
		c.Kind = kind
	}
}

var statedTypes = map[string]string{
	"application/vnd.oasis.opendocument.text":         "odt",
	"application/vnd.oasis.opendocument.spreadsheet":  "ods",
	"application/vnd.oasis.opendocument.presentation": "odp",
	"application/vnd.oasis.opendocument.graphics":     "odg",
	"application/epub+zip":                            "epub",
}

// nameIs compares an entry's name with a part's, whatever the case and the slashes.
func nameIs(name []byte, part string) bool {
	if len(name) != len(part) {
		return false
	}
	for i := range name {
		a, b := name[i], part[i]
		if a == '\\' {
			a = '/'
		}
		if lower(a) != lower(b) {
			return false
		}
	}
	return true
}

func hasSuffixFold(name []byte, suffix string) bool {
	return len(name) >= len(suffix) && nameIs(name[len(name)-len(suffix):], suffix)
}
