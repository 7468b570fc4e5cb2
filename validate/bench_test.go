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

// BenchmarkOrder is what an order's confirmation costs as it goes out: four parts, most of it Cyrillic.
func BenchmarkOrder(b *testing.B) { benchmark(b, order()) }

// order is the confirmation of an order of ten lines, with a preheader and the padding behind it.
func order() validate.Content {
	const hidden = `style="display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;color:transparent;mso-hide:all;"`
	c := validate.Content{Subject: "Мастерская приняла заказ П-318", Preheader: "Когда будет готова каждая вещь и где её забрать, смотрите в этом письме"}
	var html, text strings.Builder
	fmt.Fprintf(&html, "<html><body style=\"font-family:Arial,sans-serif\"><div class=\"pre\" %s>%s</div>\n<div class=\"pre\" aria-hidden=\"true\" %s>%s</div>\n",
		hidden, c.Preheader, hidden, strings.Repeat("&#8199;&#847;", 150))
	html.WriteString("<h2>Заказ П-318 принят</h2>\n<p>Ольга, мастер начнёт работу завтра утром.</p>\n<table width=\"640\">\n")
	text.WriteString("Заказ П-318 принят\n\nОльга, мастер начнёт работу завтра утром.\n\n")
	for i := range 10 {
		const name, prices = "Ремонт обуви «Набойка» № %d & чистка", "2 пары, 1 450,50 ₽, всего 2 901,00 ₽"
		link := fmt.Sprintf("https://remont.example/w/%d?from=mail&n=%d", 700+i, i)
		fmt.Fprintf(&html, "<tr class=\"light\">\n<td>%d.</td><td><a href=\"%s\">"+strings.ReplaceAll(name, "&", "&amp;")+"</a></td>\n<td>%s</td>\n</tr>\n",
			i+1, strings.ReplaceAll(link, "&", "&amp;"), i+1, prices)
		fmt.Fprintf(&text, "%d.  "+name+" (%s)  %s\n", i+1, i+1, link, prices)
	}
	html.WriteString("</table>\n<p>Если что-то нужно изменить, ответьте на это письмо: мастер прочтёт его сам, обычно в тот же день.</p>\n" +
		"<p><a href=\"https://remont.example/leave?c=5&amp;t=abcdef\">Больше не писать мне</a></p>\n</body></html>\n")
	text.WriteString("\nЕсли что-то нужно изменить, ответьте на это письмо: мастер прочтёт его сам, обычно в тот же день.\n\n" +
		"Больше не писать мне (https://remont.example/leave?c=5&t=abcdef)\n")
	c.HTML, c.Text = html.String(), text.String()
	return c
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
