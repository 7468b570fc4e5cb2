package message_test

import (
	"bytes"
	"io"
	"net/mail"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/require"
)

// letter is a message of about 3 KB of text and HTML together in the given words.
func letter(words string) message.Message {
	m := simple()
	m.From = mail.Address{Name: words[:strings.IndexByte(words, ' ')], Address: "anna@shop.example"}
	m.To = []mail.Address{{Name: "Client", Address: "client@example.org"}}
	m.Subject = words
	var text, html strings.Builder
	html.WriteString("<!DOCTYPE html><html><body>\n")
	for text.Len() < 1200 {
		text.WriteString(words + ".\n")
		html.WriteString("<p style=\"margin:0\">" + words + ".</p>\n")
	}
	html.WriteString("</body></html>\n")
	m.Text, m.HTML = text.String(), html.String()
	return m
}

const (
	latin    = "Your order number 1042 has been packed and will leave our store tomorrow"
	accented = "Ваш order № 1042 has been packed and will leave our store tomorrow – thank you"
	cyrillic = "Ваш заказ собран и завтра будет передан в доставку, спасибо за покупку"
)

func BenchmarkBuildLetter(b *testing.B) {
	for _, c := range []struct{ name, words string }{{"latin", latin}, {"accented", accented}, {"cyrillic", cyrillic}} {
		b.Run(c.name, func(b *testing.B) {
			m := letter(c.words)
			b.ReportAllocs()
			b.SetBytes(int64(len(m.Text) + len(m.HTML)))
			for b.Loop() {
				if _, err := message.Build(m, message.BuildOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkOrder is what the confirmation of an order costs from its texts to the octets that go out: half markup, half Cyrillic.
func BenchmarkOrder(b *testing.B) {
	m := simple()
	m.From = mail.Address{Name: "Мастерская «Набойка»", Address: "hello@remont.example"}
	m.To = []mail.Address{{Name: "Ольга Петрова", Address: "olga@client.example"}}
	m.Subject = "Мастерская приняла заказ П-318"
	const line, hidden = "Ремонт обуви «Набойка» № 3: 2 пары, 1 450,50 ₽, всего 2 901,00 ₽", "<div style=\"display:none;max-height:0;opacity:0;overflow:hidden\">"
	m.HTML = "<html><body>" + hidden + strings.Repeat("&#8199;&#847;", 150) + "</div>\n" +
		strings.Repeat("<tr class=\"light\">\n<td><a href=\"https://remont.example/w/703?from=mail&amp;n=3\">"+line+"</a></td>\n</tr>\n", 20) + "</body></html>\n"
	m.Text = strings.Repeat(line+" (https://remont.example/w/703?from=mail&n=3)\n", 16)
	b.ReportAllocs()
	for b.Loop() {
		wire, err := message.Build(m, message.BuildOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := wire.WriterTo(m.Open).WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkParseSmall is a message of a few lines.
func BenchmarkParseSmall(b *testing.B) {
	m := simple()
	m.Subject, m.Text = cyrillic, strings.Repeat(cyrillic+".\n", 3)
	wire, err := message.Build(m, message.BuildOptions{})
	require.NoError(b, err)
	var raw bytes.Buffer
	_, err = wire.WriterTo(m.Open).WriteTo(&raw)
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := message.Parse(bytes.NewReader(raw.Bytes()), message.ParseOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// tenFiles has ten files of 3 MB each.
func tenFiles() message.Message {
	content := bytes.Repeat([]byte("\x00\xff%PDF and what follows it\n"), 3<<20/26+1)[:3<<20]
	m := letter(latin)
	for range 10 {
		m.Attachments = append(m.Attachments, message.Attachment{
			Name: "Счёт за март.pdf", MediaType: "application/pdf", Size: int64(len(content)),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
		})
	}
	return m
}

// BenchmarkTenFiles counts the octets that go out.
func BenchmarkTenFiles(b *testing.B) {
	m := tenFiles()
	b.ReportAllocs()
	for b.Loop() {
		wire, err := message.Build(m, message.BuildOptions{})
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(wire.Size())
		if _, err := wire.WriterTo(m.Open).WriteTo(io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, c := range []struct {
		name string
		m    message.Message
	}{{"latin", letter(latin)}, {"cyrillic", letter(cyrillic)}, {"ten files", tenFiles()}} {
		wire, err := message.Build(c.m, message.BuildOptions{})
		require.NoError(b, err)
		var raw bytes.Buffer
		_, err = wire.WriterTo(c.m.Open).WriteTo(&raw)
		require.NoError(b, err)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(raw.Len()))
			opts := message.ParseOptions{Attachment: func(_ message.ParsedAttachment, r io.Reader) error {
				_, err := io.Copy(io.Discard, r)
				return err
			}}
			for b.Loop() {
				if _, err := message.Parse(bytes.NewReader(raw.Bytes()), opts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
