package validate_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/validate"
)

func BenchmarkLetter(b *testing.B) {
	for _, twig := range []bool{false, true} {
		b.Run(fmt.Sprintf("twig=%v", twig), func(b *testing.B) { benchmark(b, validate.Content{HTML: letter, Twig: twig}) })
	}
}

func benchmark(b *testing.B, c validate.Content) {
	v, err := validate.New(validate.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(c.HTML)))
	for b.Loop() {
		if _, err := v.Check(context.Background(), validate.StageSend, c); err != nil {
			b.Fatal(err)
		}
	}
}

// hostile are inputs that cost a careless reader more than linear time when repeated.
var hostile = map[string]string{
	"comments":          "<!--[if x]>",
	"noscripts":         "<noscript><!--",
	"foreign comments":  "<svg><style><!--</style>",
	"foreign quotes":    `<svg><style><a b='</style>`,
	"foreign elements":  `<svg><style><b onclick=1></style>`,
	"attributes":        "<a href=' b=1 ",
	"many attributes":   "x=1 ",
	"scripts":           "<script><!--<script>",
	"css comments":      "<style>a{/*",
	"css strings":       `<style>a{b:"url(`,
	"references":        "&a",
	"links":             "goo.su/x ",
	"slashes":           "a./",
	"branches":          `<a href="{% if a %}{% else %}`,
	"interpolation":     `{{ "#{`,
	"literals":          `{{ '<b>' ~ `,
	"joined literals":   `'<b>' ~ `,
	"srcdoc":            `<iframe srcdoc="<b`,
	"placeholders":      "{{ a }}",
	"open placeholders": "{{ a ",
	"merge tags":        "*|A",
	"percent names":     "%A_A",
	"greetings":         "Hello ,\n",
	"anchors":           "<a href=//a>a.ru",
	"mismatches":        `<a href="http://u@a.ru:8/">www.b.ru</a>`,
	"strange hosts":     `<a href="http://аa.ru">`,
	"hidden":            `<div style="display:none">`,
	"pictures":          `<img src="a">`,
	"languages":         `<html lang="">`,
}

// isTemplate names the hostile inputs that are read as source; the others are read as renderings.
var isTemplate = map[string]bool{"branches": true, "interpolation": true, "literals": true, "joined literals": true}

// BenchmarkHostile shows by its MB/s, which must not fall as the input grows, that time is linear.
func BenchmarkHostile(b *testing.B) {
	for name, piece := range hostile {
		for _, size := range []int{1 << 16, 1 << 18, 1 << 20} {
			text := strings.Repeat(piece, size/len(piece)+1)[:size]
			switch name {
			case "many attributes":
				text = "<a " + text + ">"
			case "joined literals":
				text = "{{ " + text
			}
			b.Run(fmt.Sprintf("%s/%dKB", name, size>>10), func(b *testing.B) {
				benchmark(b, validate.Content{HTML: text, Preheader: "x", Bulk: true, Twig: isTemplate[name]})
			})
		}
	}
}
