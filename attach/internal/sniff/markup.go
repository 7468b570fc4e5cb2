package sniff

import (
	"bytes"
	"strings"
)

// text recognises markup and saved web pages.
func (s *Sniffer) text() (Content, bool) {
	head := wideText(s.head)
	kind := markup(head)
	if kind == "" && savedPage(head) {
		kind = "mhtml"
	}
	return Content{Kind: kind}, kind != ""
}

// savedPage tells a web page saved with its pictures: a MIME message that says so in its header.
func savedPage(b []byte) bool {
	header := bytes.ToLower(trimText(b))
	if i := bytes.Index(header, []byte("\n\r\n")); i >= 0 {
		header = header[:i]
	}
	if !hasPrefix(header, "mime-version:") && !hasPrefix(header, "from:") && !hasPrefix(header, "content-type:") {
		return false
	}
	return bytes.Contains(header, []byte("multipart/related")) || bytes.Contains(header, []byte("text/html"))
}

// trimText drops the byte order mark and the white space before a text.
func trimText(b []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf")), " \t\r\n\f")
}

// markup is what kind of markup b begins with, "" for none.
func markup(b []byte) string {
	b = trimText(b)
	if len(b) < 2 || b[0] != '<' || !startsTag(b[1]) {
		return ""
	}
	text := strings.ToLower(string(b[:min(len(b), 2048)]))
	switch {
	case strings.HasPrefix(text, "<?php"), strings.HasPrefix(text, "<?="), strings.HasPrefix(text, "<%"):
		return "script"
	case strings.Contains(text, "<svg"):
		return "svg"
	case strings.Contains(text, "progid=\"word.document\""), strings.Contains(text, "office/word/2003/wordml"),
		strings.Contains(text, "schemas.microsoft.com/office/2006/xmlpackage"):
		return "word-xml"
	case strings.HasPrefix(text, "<?xml") && !strings.Contains(text, "<html"):
		return "xml"
	}
	for _, name := range htmlStarts {
		if strings.Contains(text, name) {
			return "html"
		}
	}
	return "xml"
}

var htmlStarts = [...]string{
	"<!doctype html", "<html", "<head", "<body", "<script", "<style", "<table", "<div", "<p>", "<p ", "<br", "<a ", "<h1",
	"<title", "<meta", "<iframe", "<img", "<font", "<span", "<b>", "<center",
}

func startsTag(c byte) bool {
	return c == '!' || c == '?' || c == '%' || 'a' <= lower(c) && lower(c) <= 'z'
}

// hasMarkup tells a tag anywhere in b.
func hasMarkup(b []byte) bool {
	for i, c := range b {
		if c == '<' && i+1 < len(b) && startsTag(b[i+1]) {
			return true
		}
	}
	return false
}
