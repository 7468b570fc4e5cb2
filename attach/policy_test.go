package attach_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

func TestDefault(t *testing.T) {
	p := attach.Default()
	assert.Equal(t, []string{"jpeg", "jpg", "png", "pdf", "doc", "docx", "rtf", "bmp"}, p.Formats)
	assert.Equal(t, int64(31_457_280), p.MaxFile)
	assert.Equal(t, int64(31_457_280), p.MaxTotal)
	assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", p.Accept())
	assert.Equal(t, p.Accept(), attach.Policy{}.Accept())
	p.Formats[0] = "exe"
	assert.Equal(t, "jpeg", attach.Default().Formats[0], "nobody shares the list")
}

func TestParsePolicy(t *testing.T) {
	for source, want := range map[string]attach.Policy{
		`{}`: attach.Default(),
		`{"formats":[".PDF","jpg"," png","pdf"]}`:  {Formats: []string{"pdf", "jpg", "png"}, MaxFile: 30 << 20, MaxTotal: 30 << 20},
		`{"max_file":"10MB","max_total":20971520}`: {Formats: attach.Default().Formats, MaxFile: 10 << 20, MaxTotal: 20 << 20},
		`{"max_file":"512 kb","max_total":"1GB"}`:  {Formats: attach.Default().Formats, MaxFile: 512 << 10, MaxTotal: 1 << 30},
		`{"formats":["jpg"],"max_files":3,"aliases":{"jfif":"jpg"},"refuse_macros":true}`: {
			Formats: []string{"jpg"}, MaxFile: 30 << 20, MaxTotal: 30 << 20, MaxFiles: 3, Aliases: map[string]string{"jfif": "jpg"}, RefuseMacros: true,
		},
	} {
		got, err := attach.ParsePolicy(strings.NewReader(source))
		require.NoError(t, err, source)
		assert.Equal(t, want, got, source)

		written, err := json.Marshal(got)
		require.NoError(t, err)
		again, err := attach.ParsePolicy(strings.NewReader(string(written)))
		require.NoError(t, err)
		assert.Equal(t, got, again, "what is written reads back")
		var config struct{ Attach attach.Policy }
		require.NoError(t, json.Unmarshal([]byte(`{"attach":`+source+`}`), &config))
		assert.Equal(t, want, config.Attach)
	}
	got, err := attach.ParsePolicy(strings.NewReader("\ufeff{}"))
	require.NoError(t, err, "a byte order mark")
	assert.Equal(t, attach.Default(), got)
}

func TestParsePolicyErrors(t *testing.T) {
	for _, test := range []struct {
		source, text string
	}{
		{"{\n  \"max_fiel\": 1}", `attach: policy line 2, column 3: "max_fiel": unknown key`},
		{`{"max_file": "30 MiB"}`, `attach: policy line 1, column 14: "max_file": "30 MiB" is no size; write octets, or KB, MB, GB`},
		{`{"max_file": 0}`, `"0" is no size`}, {`{"max_file": -1}`, `"-1" is no size`}, {`{"max_file": 1.5}`, `"1.5" is no size`},
		{`{"max_file": "9999999999GB"}`, "is no size"}, {`{"max_file": null}`, `"null" is no size`}, {`{"max_file": [1]}`, "is no size"},
		{`{"formats": []}`, "no format"}, {`{"formats": ["p d f"]}`, `"p d f" is no extension`}, {`{"formats": "pdf"}`, `line 1, column 13: "formats": must be a list of extensions`},
		{"{\n\"max_files\"\n: \"3\"}", `line 3, column 3: "max_files": must be a whole number`}, {`{"refuse_macros": 1}`, `column 19: "refuse_macros": must be true or false`},
		{"{\"aliases\": {\"dib\": \"bmp\"},\n\"formats\": [\"pdf\"]}", `line 1, column 13: "aliases": "dib" stands for "bmp", which is no format of this policy`},
		{`{"max_files": -1}`, "must not be negative"}, {`{"aliases": {"a/b": "jpg"}}`, `"a/b" is no extension`},
		{`{"formats": ["pdf"], "formats": ["jpg"]}`, `"formats": given twice`},
		{`[]`, "not an object"}, {``, "line 1, column 1: unexpected EOF"}, {"{\n\"formats\":[\"pdf\"],,}", "line 2, column 19"}, {`{"max_file": 1`, "line 1"}, {`{} {}`, "more after the end"}, {`{"max_file" 1}`, "line 1, column"},
		{strings.Repeat(" ", 1<<20) + "{}", "longer than 1 MB"},
	} {
		_, err := attach.ParsePolicy(strings.NewReader(test.source))
		var place *attach.PolicyError
		if assert.ErrorAs(t, err, &place, test.source) {
			assert.Contains(t, err.Error(), test.text)
			assert.Positive(t, place.Line)
			assert.Positive(t, place.Column)
		}
	}
	_, err := attach.ParsePolicy(strings.NewReader(`{"x":1}`))
	require.ErrorIs(t, err, attach.ErrUnknownKey)
	broken := errors.New("disk on fire")
	_, err = attach.ParsePolicy(io.MultiReader(strings.NewReader("{"), failing{broken}))
	require.ErrorIs(t, err, broken)
}

// FuzzParsePolicy holds that a policy that is read is written and read again as itself, and that an error has its place.
func FuzzParsePolicy(f *testing.F) {
	f.Add(`{"formats":["pdf"],"max_file":"30MB","max_total":1,"max_files":2,"aliases":{"jfif":"jpg"},"refuse_macros":true}`)
	f.Add(`{"max_file":"1 kb"}`)
	f.Fuzz(func(t *testing.T, source string) {
		p, err := attach.ParsePolicy(strings.NewReader(source))
		if err != nil {
			var place *attach.PolicyError
			require.ErrorAs(t, err, &place)
			return
		}
		written, err := json.Marshal(p)
		require.NoError(t, err)
		again, err := attach.ParsePolicy(strings.NewReader(string(written)))
		require.NoError(t, err)
		require.Equal(t, p.Accept(), again.Accept())
		require.Equal(t, p.MaxFile, again.MaxFile)
	})
}

func TestAcceptOfAliases(t *testing.T) {
	p := attach.Policy{Formats: []string{"jpg"}, Aliases: map[string]string{"jfif": "jpg", "jpe": "jpg"}}
	assert.Equal(t, ".jpg,.jfif,.jpe", p.Accept())
	assert.True(t, check(t, p, attach.Options{}, attach.Bytes("a.JFIF", jpeg, noon)).SendAllowed())
	lost := attach.Policy{Formats: []string{"jpg"}, Aliases: map[string]string{"dib": "bmp"}}
	assert.False(t, check(t, lost, attach.Options{}, attach.Bytes("a.dib", bmp, noon)).SendAllowed(), "an alias of nothing allowed")
}

func TestWireSize(t *testing.T) {
	for n, want := range map[int64]int64{0: 0, -1: 0, 1: 6, 57: 78, 58: 84, 30_000_000: 41_052_632, 30 << 20: 43_046_806, math.MaxInt64: math.MaxInt64} {
		assert.Equal(t, want, attach.WireSize(n), n)
	}
	for n := range 400 {
		encoded := base64.StdEncoding.EncodeToString(make([]byte, n))
		lines := (len(encoded) + 75) / 76
		assert.Equal(t, int64(len(encoded)+2*lines), attach.WireSize(int64(n)))
	}
}
