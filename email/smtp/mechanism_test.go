package smtp_test

import (
	"context"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/smtp"
)

// TestMechanism: which mechanism is chosen of those that are offered. The server refuses it, so that it is tried alone.
func TestMechanism(t *testing.T) {
	token := func(context.Context) (string, error) { return "ya29", nil }
	password := smtp.Config{Username: "crm", Password: "right"}
	bearer := smtp.Config{Username: "crm", Token: token}
	with := func(c smtp.Config, mechanism string) smtp.Config { c.Mechanism = mechanism; return c }
	for name, test := range map[string]struct {
		offered string
		config  smtp.Config
		chosen  string // empty: none
	}{
		"the best":            {"LOGIN PLAIN SCRAM-SHA-256", password, "SCRAM-SHA-256"},
		"the next":            {"LOGIN PLAIN SCRAM-SHA-1", password, "PLAIN"},
		"the last":            {"LOGIN CRAM-MD5", password, "LOGIN"},
		"lower case":          {"plain", password, "PLAIN"},
		"none known":          {"CRAM-MD5", password, ""},
		"none":                {"", password, ""},
		"the one asked for":   {"LOGIN PLAIN SCRAM-SHA-256", with(password, "PLAIN"), "PLAIN"},
		"asked for, no offer": {"LOGIN", with(password, "PLAIN"), ""},
		"a token":             {"PLAIN XOAUTH2 OAUTHBEARER", bearer, "XOAUTH2"},
		"a token, RFC 7628":   {"PLAIN OAUTHBEARER", bearer, "OAUTHBEARER"},
		"a token, asked for":  {"OAUTHBEARER XOAUTH2", with(bearer, "OAUTHBEARER"), "OAUTHBEARER"},
		"a token, no offer":   {"PLAIN", bearer, ""},
	} {
		t.Run(name, func(t *testing.T) {
			heard := make(chan string, 1)
			tr := transport(t, serve(t, func(p *peer) {
				p.hello("AUTH " + test.offered)
				line, err := p.r.ReadString('\n')
				if err != nil || line == "QUIT\r\n" {
					line = "AUTH "
				}
				_, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
				mechanism, _, _ := strings.Cut(rest, " ")
				heard <- mechanism
				p.say("535 5.7.8 no")
			}), func(c *smtp.Config) {
				c.Username, c.Password, c.Token, c.Mechanism = test.config.Username, test.config.Password, test.config.Token, test.config.Mechanism
			})
			_, err := deliver(t, tr)
			require.ErrorIs(t, err, smtp.ErrAuth)
			assert.Equal(t, test.chosen, <-heard)
		})
	}
}

// TestNamesStayInTheirPlace: a user name cannot give the other fields of a mechanism.
func TestNamesStayInTheirPlace(t *testing.T) {
	token := func(context.Context) (string, error) { return "t0ken", nil }
	_, err := smtp.New(smtp.Config{Addr: "mx.example.test:25", Username: "crm\x01auth=Bearer other\x01\x01", Token: token})
	require.ErrorContains(t, err, "control character")

	heard := make(chan string, 1)
	tr := transport(t, serve(t, func(p *peer) {
		p.hello("AUTH OAUTHBEARER")
		line, _ := p.r.ReadString('\n')
		heard <- strings.TrimPrefix(strings.TrimRight(line, "\r\n"), "AUTH OAUTHBEARER ")
		p.say("535 5.7.8 no")
	}), func(c *smtp.Config) { c.Username, c.Token, c.Mechanism = "a,b=c@example.test", token, "OAUTHBEARER" })
	_, err = deliver(t, tr)
	require.ErrorIs(t, err, smtp.ErrAuth)
	said, err := base64.StdEncoding.DecodeString(<-heard)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(string(said), "n,a=a=2Cb=3Dc@example.test,\x01"), "%q", said) // RFC 7628 §3.1
}

// TestTokenFails: a token that cannot be had is not the message's fault.
func TestTokenFails(t *testing.T) {
	expired := errors.New("the refresh token has expired")
	tr := transport(t, serve(t, func(p *peer) { p.hello("AUTH XOAUTH2"); p.wait() }), func(c *smtp.Config) {
		c.Username, c.Token = "crm", func(context.Context) (string, error) { return "", expired }
	})
	_, err := deliver(t, tr)
	require.ErrorIs(t, err, expired)
	require.ErrorIs(t, err, smtp.ErrAuth)
	assert.True(t, refused(t, err).Temporary)
}

// scramServer is a server's part of SCRAM, with what may be wrong in it.
type scramServer struct {
	password   string
	nonce      func(client string) string
	iterations int
	proof      func([]byte) []byte
	silent     bool // it does not prove itself
}

// TestSCRAM: the client proves that it knows the password, and believes no server that does not.
func TestSCRAM(t *testing.T) {
	sound := scramServer{password: "right", iterations: 4096, nonce: func(c string) string { return c + "server" },
		proof: func(p []byte) []byte { return p }}
	for name, test := range map[string]struct {
		change func(*scramServer)
		fails  bool
	}{
		"sound":                  {func(*scramServer) {}, false},
		"another password":       {func(s *scramServer) { s.password = "wrong" }, true},
		"a nonce of its own":     {func(s *scramServer) { s.nonce = func(string) string { return "server" } }, true},
		"a nonce that is ours":   {func(s *scramServer) { s.nonce = func(c string) string { return c } }, true},
		"few rounds":             {func(s *scramServer) { s.iterations = 1 }, true},
		"rounds for ever":        {func(s *scramServer) { s.iterations = 1 << 40 }, true},
		"no proof":               {func(s *scramServer) { s.silent = true }, true},
		"a proof that is wrong":  {func(s *scramServer) { s.proof = func(p []byte) []byte { p[0]++; return p } }, true},
		"a proof that is short":  {func(s *scramServer) { s.proof = func(p []byte) []byte { return p[:8] } }, true},
		"a proof that is absent": {func(s *scramServer) { s.proof = func(p []byte) []byte { return nil } }, true},
	} {
		t.Run(name, func(t *testing.T) {
			server := sound
			test.change(&server)
			tr := transport(t, serve(t, func(p *peer) {
				if p.hello("AUTH SCRAM-SHA-256") && server.run(p) {
					p.accept()
				}
			}), func(c *smtp.Config) { c.Username, c.Password = "c=r,m", "right" })
			_, err := deliver(t, tr)
			if !test.fails {
				require.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, smtp.ErrAuth)
			assert.True(t, refused(t, err).Temporary)
		})
	}
}

func (s scramServer) run(p *peer) bool {
	hear := func(prefix string) string {
		line, _ := p.r.ReadString('\n')
		encoded, _ := strings.CutPrefix(strings.TrimRight(line, "\r\n"), prefix)
		text, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return ""
		}
		return string(text)
	}
	challenge := func(text string) { p.say("334 " + base64.StdEncoding.EncodeToString([]byte(text))) }
	first, ok := strings.CutPrefix(hear("AUTH SCRAM-SHA-256 "), "n,,")
	user, nonce, _ := strings.Cut(first, ",r=")
	if !ok || user != "n=c=3Dr=2Cm" {
		p.t.Errorf("the client began with %q", first)
		return false
	}
	salt := []byte("some salt")
	said := fmt.Sprintf("r=%s,s=%s,i=%d", s.nonce(nonce), base64.StdEncoding.EncodeToString(salt), s.iterations)
	challenge(said)
	final, encoded, _ := strings.Cut(hear(""), ",p=")
	proof, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || final != "c=biws,r="+s.nonce(nonce) {
		return false // it gave up
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, salt, s.iterations, 32)
	require.NoError(p.t, err)
	auth := first + "," + said + "," + final
	stored := sha256.Sum256(hash(salted, "Client Key"))
	key := hash(stored[:], auth)
	for i := range key {
		key[i] ^= proof[i]
	}
	if sha256.Sum256(key) != stored {
		p.say("535 5.7.8 wrong")
		return false
	}
	if !s.silent {
		challenge("v=" + base64.StdEncoding.EncodeToString(s.proof(hash(hash(salted, "Server Key"), auth))))
		if line, _ := p.r.ReadString('\n'); line != "\r\n" {
			return false
		}
	}
	p.say("235 welcome")
	return true
}

func hash(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
