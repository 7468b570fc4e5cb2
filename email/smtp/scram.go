package smtp

import (
	"bytes"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

const scramSHA256 = "SCRAM-SHA-256"

// Bounds on the rounds of hashing that a server asks for: fewer would let it guess the password (RFC 7677 §4), many more
// would keep us busy.
const (
	minIterations = 4096
	maxIterations = 4 << 20
)

// errScram is a server that does not play by RFC 5802, or does not know the password.
var errScram = errors.New("the server's part of SCRAM is wrong")

// scram is the client of SCRAM-SHA-256 (RFC 5802, RFC 7677): the password never leaves the machine, and the server proves
// that it knows it. It does not bind to the TLS channel: servers do not say which binding they would check, and the
// certificate is verified anyway.
type scram struct {
	user, password string
	nonce          string // ours

	first    string // client-first-message-bare
	verifier []byte // what the server must prove; nil before
	proved   bool
}

func newSCRAM(user, password string) *scram {
	return &scram{user: norm.NFKC.String(user), password: norm.NFKC.String(password), nonce: rand.Text()}
}

func (s *scram) Start() (string, []byte, error) {
	s.first = "n=" + saslName(s.user) + ",r=" + s.nonce
	return scramSHA256, []byte("n,," + s.first), nil
}

// saslName is a name between commas (RFC 5802 §5.1).
func saslName(name string) string {
	return strings.NewReplacer("=", "=3D", ",", "=2C").Replace(name)
}

func (s *scram) Next(challenge []byte) ([]byte, error) {
	switch {
	case s.verifier == nil:
		return s.prove(string(challenge))
	case !s.proved:
		return nil, s.verify(string(challenge))
	}
	return nil, errScram
}

// Done tells whether the server has proved itself.
func (s *scram) Done() error {
	if !s.proved {
		return errScram
	}
	return nil
}

// prove answers the server-first-message.
func (s *scram) prove(challenge string) ([]byte, error) {
	nonce, salt, iterations, err := s.parse(challenge)
	if err != nil {
		return nil, err
	}
	salted, err := pbkdf2.Key(sha256.New, s.password, salt, iterations, sha256.Size)
	if err != nil {
		return nil, err
	}
	final := "c=biws,r=" + nonce // "n,,": no channel binding
	auth := s.first + "," + challenge + "," + final
	clientKey := mac(salted, "Client Key")
	stored := sha256.Sum256(clientKey)
	proof := mac(stored[:], auth)
	for i := range proof {
		proof[i] ^= clientKey[i]
	}
	s.verifier = mac(mac(salted, "Server Key"), auth)
	return []byte(final + ",p=" + base64.StdEncoding.EncodeToString(proof)), nil
}

// parse reads "r=…,s=…,i=…"; extensions may follow.
func (s *scram) parse(challenge string) (nonce string, salt []byte, iterations int, err error) {
	parts := strings.Split(challenge, ",")
	if len(parts) < 3 {
		return "", nil, 0, errScram
	}
	nonce, ok1 := strings.CutPrefix(parts[0], "r=")
	encoded, ok2 := strings.CutPrefix(parts[1], "s=")
	count, ok3 := strings.CutPrefix(parts[2], "i=")
	if !ok1 || !ok2 || !ok3 || len(nonce) <= len(s.nonce) || !strings.HasPrefix(nonce, s.nonce) {
		return "", nil, 0, errScram
	}
	salt, err = base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(salt) == 0 {
		return "", nil, 0, errScram
	}
	iterations, err = strconv.Atoi(count)
	if err != nil || iterations < minIterations || iterations > maxIterations {
		return "", nil, 0, errScram
	}
	return nonce, salt, iterations, nil
}

// verify reads the server-final-message.
func (s *scram) verify(challenge string) error {
	encoded, ok := strings.CutPrefix(challenge, "v=")
	encoded, _, _ = strings.Cut(encoded, ",")
	signature, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || !bytes.Equal(signature, s.verifier) {
		return errScram
	}
	s.proved = true
	return nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
