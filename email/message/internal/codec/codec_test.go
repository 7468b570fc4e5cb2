package codec_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"math/rand/v2"
	"mime/quotedprintable"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message/internal/codec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func lines(src []byte) []byte {
	dst := make([]byte, codec.EncodedLen(int64(len(src))))
	return dst[:codec.EncodeLines(dst, src)]
}

func TestBase64EqualsTheStandardLibrary(t *testing.T) {
	source := rand.New(rand.NewPCG(1, 2))
	for n := range 400 {
		src := make([]byte, n)
		for i := range src {
			src[i] = byte(source.Uint32())
		}
		want := base64.StdEncoding.EncodeToString(src)
		require.Equal(t, want, string(codec.AppendBase64(nil, src)))
		got := lines(src)
		require.Equal(t, codec.EncodedLen(int64(n)), int64(len(got)))
		require.Equal(t, want, strings.ReplaceAll(string(got), "\r\n", ""))
		for _, line := range strings.SplitAfter(string(got), "\r\n") {
			require.LessOrEqual(t, len(line), 78)
		}
		require.Equal(t, src, append([]byte{}, decode(got)...))
	}
}

// decode reads base64 as Parse does: clean lines at once, the rest one by one.
func decode(src []byte) []byte {
	var d codec.Base64
	var dst []byte
	for len(src) > 0 {
		var n int
		dst, n = d.Lines(dst, src)
		src = src[n:]
		line, rest, _ := bytes.Cut(src, []byte("\n"))
		dst = d.Decode(dst, line)
		src = rest
	}
	return d.Flush(dst)
}

func TestBase64Tolerance(t *testing.T) {
	for name, c := range map[string]struct {
		in, want string
		skipped  int
	}{
		"no padding":         {"eA", "x", 0},
		"blanks":             {" e H\tg=\r\n", "xx", 0},
		"foreign octets":     {"e!Hg*=", "xx", 2},
		"odd groups":         {"eHh\n4eA\n==", "xxxx", 0},
		"runs":               {"eA==\neHg=\neHh4\n", "xxxxxx", 0},
		"text below":         {"eA==\n-- \nmailing list\n", "x", 14},
		"one character left": {"eHh4e", "xxx", 0},
		"padding alone":      {"====", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var d codec.Base64
			var got []byte
			for _, line := range strings.SplitAfter(c.in, "\n") {
				got = d.Decode(got, []byte(line))
			}
			assert.Equal(t, c.want, string(d.Flush(got)))
			assert.Equal(t, c.skipped, d.Skipped)
		})
	}
}

func TestQuotedPrintable(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"plain":               {"a b\nc", "a b\r\nc"},
		"all line breaks":     {"a\r\nb\nc\rd", "a\r\nb\r\nc\r\nd"},
		"equals sign":         {"a=b", "a=3Db"},
		"blank at the end":    {"a \nb\t", "a=20\r\nb=09"},
		"utf-8":               {"ю", "=D1=8E"},
		"controls":            {"\x00\x7f", "=00=7F"},
		"dot in front":        {".\n..\na.b", "=2E\r\n=2E.\r\na.b"},
		"From in front":       {"From x\nFromage", "=46rom x\r\nFromage"},
		"75 fit":              {strings.Repeat("a", 75), strings.Repeat("a", 75)},
		"soft break":          {strings.Repeat("a", 76), strings.Repeat("a", 75) + "=\r\na"},
		"no torn characters":  {strings.Repeat("a", 72) + "ю", strings.Repeat("a", 72) + "=\r\n=D1=8E"},
		"dot after the break": {strings.Repeat("a", 75) + ".", strings.Repeat("a", 75) + "=\r\n=2E"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, string(codec.AppendQuotedPrintable(nil, c.in)))
		})
	}
}

func TestQuotedPrintableTolerance(t *testing.T) {
	for name, c := range map[string]struct {
		in, want     string
		soft, broken bool
	}{
		"blanks at the end":   {"a \t", "a", false, false},
		"blanks behind break": {"a= ", "a", true, false},
		"lower case":          {"=d1=8e", "ю", false, false},
		"no digits":           {"a=b=zz=4", "a=b=zz=4", false, true},
		"raw octets":          {"ю", "ю", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, soft, broken := codec.DecodeQuotedPrintable(nil, []byte(c.in), true)
			assert.Equal(t, c.want, string(got))
			assert.Equal(t, c.soft, soft)
			assert.Equal(t, c.broken, broken)
		})
	}
}

func TestUU(t *testing.T) {
	var d codec.UU
	var got []byte
	for _, line := range []string{"text before", "begin 644 a file.txt", "#0V%T", "`", "end", "text behind"} {
		got = d.Decode(got, []byte(line))
	}
	require.Equal(t, "Cat", string(got))
	require.Equal(t, "a file.txt", d.Name)
}

func TestCoded(t *testing.T) {
	for coded, s := range map[int]string{0: "a tab\t, ~ and = \t.", 1: "seven..\x7f and more", 2: "abc\nю\r\n=\r", 5: "\x00\x1f\x80\x89\xff\t \x20~", 16: "Счёт и чек" + strings.Repeat(" ", 20)} {
		require.Equal(t, coded, codec.Coded(s), "%q", s)
		require.Equal(t, coded, codec.Coded("0123"+s), "%q", s)
		require.Equal(t, coded, codec.Coded(s+"\r\r\n\n0123456\r"), "%q", s)
	}
}

func TestIsSturdy(t *testing.T) {
	for _, s := range []string{"", "\n", "abc", "abc\r\nabc\rabc\n\nabc", "a\n b\n ..", "a\nFro"} {
		require.True(t, codec.IsSturdy(s, 3), "%q", s)
	}
	for _, s := range []string{"abcd", "a\nabcd", "a\rabcd\r", "a\r.", ".", "a\n\n."} {
		require.False(t, codec.IsSturdy(s, 3), "%q", s)
	}
	require.False(t, codec.IsSturdy("a\nFrom b", 10))
	require.True(t, codec.IsSturdy("a\n From b", 10))
}

func TestLineBreaks(t *testing.T) {
	require.Equal(t, "a\r\nb\r\n\r\nc\r\n", string(codec.AppendCRLF(nil, "a\nb\r\n\rc\r")))
}

func TestProperLines(t *testing.T) {
	for in, want := range map[string][2]bool{
		"": {true, false}, "a\r\nb": {true, false}, "ю\r\n": {true, true}, "a\nb": {false, false}, "a\rb": {false, false}, "a\r": {false, false},
		"a\x00": {false, false}, strings.Repeat("a", 11): {false, false}, strings.Repeat("a", 10) + "\r\n": {true, false},
	} {
		proper, wide, err := codec.ProperLines(bufio.NewReader(strings.NewReader(in)), 10)
		require.NoError(t, err)
		assert.Equal(t, want, [2]bool{proper, wide}, "%q", in)
	}
}

// FuzzQuotedPrintable: the standard library reads what we write, lines are short, and we read the same.
func FuzzQuotedPrintable(f *testing.F) {
	f.Add("Привет, мир = \n.\nFrom x\r\n\r" + strings.Repeat("long ", 30))
	f.Fuzz(func(t *testing.T, s string) {
		out := codec.AppendQuotedPrintable(nil, s)
		want := string(codec.AppendCRLF(nil, s))
		std, err := io.ReadAll(quotedprintable.NewReader(bytes.NewReader(out)))
		require.NoError(t, err)
		require.Equal(t, want, string(std))
		var ours []byte
		for _, line := range bytes.SplitAfter(out, []byte("\r\n")) {
			text, ended := bytes.CutSuffix(line, []byte("\r\n"))
			require.LessOrEqual(t, len(text), 76)
			require.False(t, bytes.ContainsAny(text, "\r\n"))
			soft, broken := false, false
			ours, soft, broken = codec.DecodeQuotedPrintable(ours, text, true)
			require.False(t, broken)
			if ended && !soft {
				ours = append(ours, "\r\n"...)
			}
		}
		require.Equal(t, want, string(ours))
	})
}

// FuzzTextLines: text in base64 lines is what its lines with CRLF are, and the survey counts as one does by hand.
func FuzzTextLines(f *testing.F) {
	f.Add("Привет,\nмир\r" + strings.Repeat("long ", 800) + "\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		text := codec.AppendCRLF(nil, s)
		require.Equal(t, string(lines(text)), string(codec.AppendTextLines(nil, s)))
		coded := 0
		for _, c := range text {
			if (c < ' ' || c > '~') && !bytes.ContainsRune([]byte("\t\r\n"), rune(c)) {
				coded++
			}
		}
		require.Equal(t, coded, codec.Coded(s))
	})
}

// FuzzBase64: what the standard library decodes, we decode to the same; nothing panics.
func FuzzBase64(f *testing.F) {
	f.Add([]byte("eHh4\r\neA=="))
	f.Add(lines(bytes.Repeat([]byte{0xff, 0x00}, 300)))
	f.Fuzz(func(t *testing.T, src []byte) {
		got := decode(src)
		want, err := base64.StdEncoding.DecodeString(string(src))
		if err == nil {
			require.Equal(t, string(want), string(got))
		}
		require.Equal(t, string(src), string(decode(lines(src))))
	})
}

func BenchmarkBase64(b *testing.B) {
	src := bytes.Repeat([]byte{1, 2, 200, 255, 60}, 200_000)
	dst := lines(src)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(src)))
		for b.Loop() {
			codec.EncodeLines(dst, src)
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(src)))
		out := make([]byte, 0, len(src)+100)
		for b.Loop() {
			var d codec.Base64
			d.Lines(out[:0], dst)
		}
	})
}

func BenchmarkQuotedPrintable(b *testing.B) {
	for name, s := range map[string]string{
		"ascii":    strings.Repeat("<p style=\"margin:0\">Your order has been packed.</p>\r\n", 60),
		"cyrillic": strings.Repeat("Ваш заказ собран и завтра будет передан в доставку.\r\n", 30),
	} {
		out := codec.AppendQuotedPrintable(nil, s)
		b.Run(name+"/encode", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				out = codec.AppendQuotedPrintable(out[:0], s)
			}
		})
		b.Run(name+"/standard library", func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(s)))
			for b.Loop() {
				w := quotedprintable.NewWriter(io.Discard)
				io.WriteString(w, s)
				w.Close()
			}
		})
	}
}
