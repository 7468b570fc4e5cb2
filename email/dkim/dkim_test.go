package dkim_test

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/mail"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	ours "github.com/crmmail/crmmail/email/dkim"
	"github.com/crmmail/crmmail/email/message"
)

// signers are one of each algorithm, Ed25519 first.
func signers(t testing.TB, change ...func(*ours.Config)) []*ours.Signer {
	t.Helper()
	var list []*ours.Signer
	for _, one := range []struct {
		selector string
		newKey   func() ([]byte, error)
	}{{"ed", ours.NewEd25519Key}, {"rsa", ours.NewRSAKey}} {
		text, err := one.newKey()
		require.NoError(t, err)
		key, err := ours.ParseKey(text)
		require.NoError(t, err)
		config := ours.Config{Domain: "shop.example", Selector: one.selector, Key: key}
		for _, f := range change {
			f(&config)
		}
		s, err := ours.New(config)
		require.NoError(t, err)
		list = append(list, s)
	}
	return list
}

func asSigners(list []*ours.Signer) (signers []message.Signer) {
	for _, s := range list {
		signers = append(signers, s)
	}
	return signers
}

// lookup answers for the DNS with the records of the signers.
func lookup(list []*ours.Signer) func(string) ([]string, error) {
	return func(name string) ([]string, error) {
		for _, s := range list {
			if s.Record().Name == name {
				return []string{s.Record().Value}, nil
			}
		}
		return nil, fmt.Errorf("nobody asked for %s", name)
	}
}

func letter() message.Message {
	return message.Message{
		From: mail.Address{Name: "Анна", Address: "anna@shop.example"}, To: []mail.Address{{Address: "ivan@example.org"}},
		Cc: []mail.Address{{Address: "olga@example.org"}}, Subject: "Заказ № 1042 готов: " + strings.Repeat("очень ", 20),
		Date: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), MessageID: "1@shop.example",
		References: []string{"2@shop.example", "3@shop.example"},
		Text:       "Здравствуйте!\n\n Два  пробела, \t табуляция \n\n\n", HTML: "<p>Здравствуйте!</p>\n",
		Fields: []message.Field{
			{Name: "List-Unsubscribe", Body: "<https://shop.example/u/1>"},
			{Name: "List-Unsubscribe-Post", Body: "List-Unsubscribe=One-Click"},
		},
	}
}

func built(t testing.TB, m message.Message, list []*ours.Signer) []byte {
	t.Helper()
	wire, err := message.Build(m, message.BuildOptions{Signers: asSigners(list)})
	require.NoError(t, err)
	var out bytes.Buffer
	_, err = wire.WriterTo(m.Open).WriteTo(&out)
	require.NoError(t, err)
	return out.Bytes()
}

func verify(t testing.TB, raw []byte, list []*ours.Signer) []*dkim.Verification {
	t.Helper()
	results, err := dkim.VerifyWithOptions(bytes.NewReader(raw), &dkim.VerifyOptions{LookupTXT: lookup(list)})
	require.NoError(t, err)
	return results
}

// raw is a message that is written in pieces of n octets; 0: in one.
type raw struct {
	text string
	n    int
}

func (r raw) WriteTo(w io.Writer) (total int64, err error) {
	for rest := []byte(r.text); len(rest) > 0; {
		n := len(rest)
		if r.n > 0 {
			n = min(n, r.n)
		}
		written, err := w.Write(rest[:n])
		total += int64(written)
		if err != nil {
			return total, err
		}
		rest = rest[n:]
	}
	return total, nil
}

const top = "From: anna@shop.example\r\nTo: ivan@example.org\r\nSubject:  a \t b\r\n\tc \r\nDate: now\r\n\r\n"

// signed puts the signature on top, as message.Build does.
func signed(t testing.TB, s *ours.Signer, msg raw) []byte {
	t.Helper()
	f, err := s.Sign(msg)
	require.NoError(t, err)
	return []byte(f.Name + ": " + f.Body + "\r\n" + msg.text)
}

var bodies = map[string]string{
	"empty":            "",
	"one line end":     "\r\n",
	"line ends":        "\r\n\r\n\r\n",
	"blanks":           " \t \r\n \r\n",
	"text":             "text\r\n",
	"no line end":      "text",
	"blanks at ends":   "a \r\nb\t\r\n c\r\n\td \t e\r\n",
	"runs":             "a  b   c\r\n  d\r\n\t\te\r\n",
	"gaps":             "a\r\n\r\n\r\nb\r\n \r\nc\r\n\r\n",
	"ends in a blank":  "a\r\nb ",
	"8-bit":            "Здравствуйте,  Анна\r\n\xff\xfe \x00\r\n",
	"base64":           strings.Repeat(strings.Repeat("x", 76)+"\r\n", 100),
	"prose":            strings.Repeat("one two three  four \r\n\r\n", 100),
	"only blank first": "\r\n\r\n a",
}

// TestBodies: whatever the body and however it is written, others' verifiers believe the signature.
func TestBodies(t *testing.T) {
	list := signers(t)
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{0, 1, 2, 3, 7} {
				for _, s := range list {
					results := verify(t, signed(t, s, raw{top + body, n}), list)
					require.Len(t, results, 1)
					require.NoError(t, results[0].Err, "%d octets at a time", n)
				}
			}
		})
	}
}

// TestTwoSignatures: a built message bears both, each valid, and neither survives a change of what it covers.
func TestTwoSignatures(t *testing.T) {
	list := signers(t)
	text := string(built(t, letter(), list))
	results := verify(t, []byte(text), list)
	require.Len(t, results, 2)
	for _, r := range results {
		require.NoError(t, r.Err)
		assert.Equal(t, "shop.example", r.Domain)
		for _, name := range []string{"From", "To", "Cc", "Subject", "Date", "Message-ID", "References", "List-Unsubscribe",
			"List-Unsubscribe-Post", "MIME-Version", "Content-Type"} {
			assert.Equal(t, 2, count(r.HeaderKeys, name), name)
		}
		assert.Equal(t, 1, count(r.HeaderKeys, "Reply-To"), "none can be added")
		assert.Zero(t, count(r.HeaderKeys, "Sender"), "a relay may add one")
	}
	for line := range strings.SplitSeq(text[:strings.Index(text, "From:")], "\r\n") {
		assert.LessOrEqual(t, len(line), 78)
	}
	top, body, _ := strings.Cut(text, "\r\n\r\n")
	for name, changed := range map[string]string{
		"body":                     top + "\r\n\r\n" + strings.Replace(body, "=", "-", 1),
		"more body":                text + "more\r\n",
		"less body":                text[:len(text)-40],
		"subject":                  strings.Replace(text, "Subject: ", "Subject: x", 1),
		"another From":             "From: eve@example.net\r\n" + text,
		"another Subject":          "Subject: eve\r\n" + text,
		"a Reply-To":               "Reply-To: eve@example.net\r\n" + text,
		"another Unsubscribe":      "List-Unsubscribe: <https://eve.example>\r\n" + text,
		"another Content-Type":     "Content-Type: text/html\r\n" + text,
		"no Unsubscribe":           strings.Replace(text, "List-Unsubscribe: ", "X-Unsubscribe: ", 1),
		"no List-Unsubscribe-Post": strings.Replace(text, "List-Unsubscribe-Post: ", "X-Post: ", 1),
	} {
		require.NotEqual(t, text, changed, name)
		for _, r := range verify(t, []byte(changed), list) {
			assert.Error(t, r.Err, name)
		}
	}
	for name, changed := range map[string]string{
		"a trace":        "Received: from here\r\n\tby there\r\n" + text,
		"another field":  "X-Spam: no\r\n" + text,
		"other blanks":   strings.Replace(text, "Subject: ", "subject:  ", 1),
		"trailing lines": text + "\r\n\r\n",
	} {
		for _, r := range verify(t, []byte(changed), list) {
			assert.NoError(t, r.Err, name)
		}
	}
}

func count(names []string, name string) (n int) {
	for _, other := range names {
		if strings.EqualFold(other, name) {
			n++
		}
	}
	return n
}

// TestSettings: what may be signed or not, and for how long.
func TestSettings(t *testing.T) {
	list := signers(t, func(c *ours.Config) {
		c.Fields, c.Unsigned, c.Valid = []string{"X-Campaign", "from"}, []string{"message-id", "Date"}, time.Hour
		c.Now = func() time.Time { return time.Now().Add(-2 * time.Hour) }
	})
	m := letter()
	m.Fields = append(m.Fields, message.Field{Name: "X-Campaign", Body: "7"})
	for _, r := range verify(t, built(t, m, list), list) {
		require.ErrorContains(t, r.Err, "expired")
		assert.Equal(t, 2, count(r.HeaderKeys, "X-Campaign"))
		assert.Equal(t, 2, count(r.HeaderKeys, "From"))
		assert.Zero(t, count(r.HeaderKeys, "Message-ID"))
		assert.Zero(t, count(r.HeaderKeys, "Date"))
		assert.True(t, r.Expiration.Sub(r.Time) == time.Hour)
	}
}

// TestSame: the same message at the same time is signed the same.
func TestSame(t *testing.T) {
	list := signers(t, func(c *ours.Config) { c.Now = func() time.Time { return time.Unix(1_700_000_000, 0) } })
	for _, s := range list {
		a, err := s.Sign(raw{top + "x\r\n", 0})
		require.NoError(t, err)
		b, err := s.Sign(raw{top + "x\r\n", 5})
		require.NoError(t, err)
		assert.Equal(t, a, b)
		assert.Contains(t, a.Body, "t=1700000000;")
	}
}

func TestSignRefuses(t *testing.T) {
	s := signers(t)[0]
	for name, text := range map[string]string{
		"a bare LF":           top + "a\nb\r\n",
		"a bare CR":           top + "a\rb\r\n",
		"a CR at the end":     top + "a\r",
		"a bare LF at front":  top + "\n",
		"a LF in the header":  "From: a\nX: b\r\n\r\n",
		"a CR in the header":  "From: a\rX: b\r\n\r\n",
		"no header":           "\r\n\r\nx\r\n",
		"no field":            "From: a\r\nnothing\r\n\r\n",
		"a fold at first":     " From: a\r\n\r\n",
		"no end of header":    "From: a\r\nX: b\r\n",
		"nothing":             "",
		"an endless header":   strings.Repeat("X: "+strings.Repeat("y", 70)+"\r\n", 20_000) + "\r\n",
		"a header of a line":  "X: " + strings.Repeat("y", 2_000_000),
		"a name with a colon": "X;: y\r\n\r\n",
	} {
		for _, n := range []int{0, 1000} {
			_, err := s.Sign(raw{text, n})
			require.Error(t, err, name)
		}
	}
	_, err := s.Sign(failing{})
	require.ErrorIs(t, err, errGone)
}

var errGone = errors.New("the file is gone")

type failing struct{}

func (failing) WriteTo(w io.Writer) (int64, error) {
	n, _ := io.WriteString(w, top)
	return int64(n), errGone
}

func TestNewRefuses(t *testing.T) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for name, change := range map[string]func(*ours.Config){
		"no domain":         func(c *ours.Config) { c.Domain = "" },
		"a tag in domain":   func(c *ours.Config) { c.Domain = "shop.example; l=0" },
		"no dot":            func(c *ours.Config) { c.Domain = "localhost" },
		"no selector":       func(c *ours.Config) { c.Selector = "" },
		"a line break":      func(c *ours.Config) { c.Selector = "a\r\nBcc: x" },
		"too long":          func(c *ours.Config) { c.Selector = strings.Repeat("a.", 120) + "a" },
		"no key":            func(c *ours.Config) { c.Key = nil },
		"a short key":       func(c *ours.Config) { c.Key = short{} },
		"an elliptic key":   func(c *ours.Config) { c.Key = elliptic },
		"From unsigned":     func(c *ours.Config) { c.Unsigned = []string{"FROM"} },
		"a field with a ;":  func(c *ours.Config) { c.Fields = []string{"X;b=1"} },
		"a negative period": func(c *ours.Config) { c.Valid = -1 },
	} {
		config := ours.Config{Domain: "shop.example", Selector: "crm", Key: key}
		change(&config)
		_, err := ours.New(config)
		require.Error(t, err, name)
	}
}

// short is the public half of a key that is easily broken.
type short struct{ crypto.Signer }

func (short) Public() crypto.PublicKey {
	return &rsa.PublicKey{N: new(big.Int).Lsh(big.NewInt(1), 1022), E: 65537}
}

func TestKeys(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	parsed, err := ours.ParseKey(append([]byte("some text\n"), pkcs1...))
	require.NoError(t, err)
	require.True(t, key.Equal(parsed))

	elliptic, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(elliptic)
	require.NoError(t, err)
	agreement, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	agreementDER, err := x509.MarshalPKCS8PrivateKey(agreement)
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"nothing":     nil,
		"not PEM":     []byte("secret"),
		"only public": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte{1}}),
		"broken":      pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}),
		"encrypted":   pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1}}),
		"elliptic":    pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}),
		"no signer":   pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: agreementDER}),
	} {
		key, err := ours.ParseKey(text)
		require.Error(t, err, name)
		require.Nil(t, key, name)
		require.NotContains(t, err.Error(), "Config", "nobody gave one")
	}
}

func TestRecord(t *testing.T) {
	for _, s := range signers(t, func(c *ours.Config) { c.Domain = "магазин.example" }) {
		r := s.Record()
		assert.Contains(t, r.Name, "._domainkey.xn--80aairftm.example")
		assert.True(t, strings.HasSuffix(r.Value, "; p="+base64.StdEncoding.EncodeToString(r.PublicKey)))
		line := r.String()
		var joined strings.Builder
		for i, part := range strings.Split(line, `"`) {
			if i%2 == 1 {
				assert.LessOrEqual(t, len(part), 255)
				joined.WriteString(part)
			}
		}
		assert.Equal(t, r.Value, joined.String())
		assert.True(t, strings.HasPrefix(line, r.Name+". IN TXT ("), line)
	}
}

// zeros is an attachment of any length.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
func (zeros) Close() error               { return nil }

// TestMemory: a message of 55 MB is signed in what a small one takes.
func TestMemory(t *testing.T) {
	const size = 40 << 20
	m := letter()
	m.Attachments = []message.Attachment{{Name: "big.bin", Size: size, Key: "big",
		Open: func() (io.ReadCloser, error) {
			return struct {
				io.Reader
				io.Closer
			}{io.LimitReader(zeros{}, size), zeros{}}, nil
		}}}
	list := signers(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := message.Build(m, message.BuildOptions{Signers: asSigners(list)})
	require.NoError(t, err)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2<<20), "octets allocated in all")
}

// A host with several domains has a signer for each.
func TestOwnOnly(t *testing.T) {
	own := signers(t, func(c *ours.Config) { c.OwnOnly = true; c.Domain = "Магазин.example" })
	for from, signed := range map[string]bool{
		"anna@магазин.example":            true,
		"anna@xn--80aairftm.example":      true,
		"anna@lesnaya.магазин.example":    true,
		"anna@shop.example":               false,
		"anna@немагазин.example":          false,
		"anna@магазин.example.other.test": false,
	} {
		wire, err := message.Build(message.Message{
			From: mail.Address{Name: "x@магазин.example", Address: from}, To: []mail.Address{{Address: "ivan@example.org"}},
			Date: time.Now(), MessageID: "1@shop.example", Text: "Hello\n",
		}, message.BuildOptions{Signers: asSigners(own)})
		require.NoError(t, err, from)
		assert.Equal(t, signed, bytes.HasPrefix(wire.Segments[0].Bytes, []byte("DKIM-Signature:")), from)
	}
}
