package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// shown is a page as it came.
type shown struct {
	t      testing.TB
	status int
	path   string // where redirects led to
	header http.Header
	raw    string
	root   *html.Node
}

// all are the elements with a test id.
func (s shown) all(testid string) (list []*html.Node) {
	for node := range s.root.Descendants() {
		if attribute(node, "data-testid") == testid {
			list = append(list, node)
		}
	}
	return list
}

// one is the only element with a test id.
func (s shown) one(testid string) *html.Node {
	s.t.Helper()
	list := s.all(testid)
	require.Equal(s.t, 1, len(list), "%s on %s", testid, s.path)
	return list[0]
}

func (s shown) text(testid string) string {
	s.t.Helper()
	return text(s.one(testid))
}

func (s shown) texts(testid string) (list []string) {
	for _, node := range s.all(testid) {
		list = append(list, text(node))
	}
	return list
}

func (s shown) attributes(testid, name string) (list []string) {
	for _, node := range s.all(testid) {
		list = append(list, attribute(node, name))
	}
	return list
}

func attribute(node *html.Node, name string) string {
	for _, one := range node.Attr {
		if one.Key == name {
			return one.Val
		}
	}
	return ""
}

func has(node *html.Node, name string) bool {
	for _, one := range node.Attr {
		if one.Key == name {
			return true
		}
	}
	return false
}

// text is what an element says, on one line.
func text(node *html.Node) string {
	var b strings.Builder
	for one := range node.Descendants() {
		if one.Type == html.TextNode {
			b.WriteString(one.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// filled is a form as it came, ready to be posted.
func (s shown) filled(testid string) url.Values {
	values := url.Values{}
	for node := range s.one(testid).Descendants() {
		name := attribute(node, "name")
		switch {
		case name == "" || node.Data == "button" || attribute(node, "type") == "file" || has(node, "disabled"):
		case node.Data == "textarea":
			value := ""
			if node.FirstChild != nil {
				value = node.FirstChild.Data
			}
			values.Set(name, value)
		case node.Data == "select":
			values.Set(name, selected(node))
		case attribute(node, "type") != "radio" || has(node, "checked"):
			values.Set(name, attribute(node, "value"))
		}
	}
	return values
}

func selected(node *html.Node) (value string) {
	for option := range node.Descendants() {
		if option.Data != "option" || option.Type != html.ElementNode {
			continue
		}
		own := text(option)
		if has(option, "value") {
			own = attribute(option, "value")
		}
		if value == "" || has(option, "selected") {
			value = own
		}
	}
	return value
}
