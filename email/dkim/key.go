package dkim

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// algorithm is how a key signs, in the words of the k= and a= tags.
type algorithm string

const (
	algorithmRSA     algorithm = "rsa"
	algorithmEd25519 algorithm = "ed25519"
)

// Sizes of RSA keys in bits: receivers need not believe shorter ones (RFC 8301 §3.2).
const (
	minRSA     = 1024
	defaultRSA = 2048
)

func algorithmOf(key crypto.Signer) (algorithm, error) {
	if key == nil {
		return "", errors.New("dkim: Config.Key is missing")
	}
	switch public := key.Public().(type) {
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < minRSA {
			return "", fmt.Errorf("dkim: an RSA key of %d bits; at least %d are needed", bits, minRSA)
		}
		return algorithmRSA, nil
	case ed25519.PublicKey:
		return algorithmEd25519, nil
	default:
		return "", fmt.Errorf("dkim: a key of type %T; RSA and Ed25519 are known", public)
	}
}

// sign signs digest, a SHA-256 hash. For Ed25519 it is the message itself (RFC 8463 §3).
func (a algorithm) sign(key crypto.Signer, digest []byte) ([]byte, error) {
	hash := crypto.SHA256
	if a == algorithmEd25519 {
		hash = 0
	}
	return key.Sign(rand.Reader, digest, hash)
}

// ParseKey reads the first private key of a PEM file: RSA in PKCS #1 or PKCS #8, Ed25519 in PKCS #8. An encrypted key is
// an error.
func ParseKey(text []byte) (crypto.Signer, error) {
	for {
		block, rest := pem.Decode(text)
		if block == nil {
			return nil, errors.New("dkim: no private key in PEM")
		}
		text = rest
		var key any
		var err error
		switch block.Type {
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		default: // as a certificate, or parameters
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("dkim: private key: %w", err)
		}
		signer, ok := key.(crypto.Signer)
		if !ok { // as X25519, which only agrees on secrets
			return nil, fmt.Errorf("dkim: a key of type %T cannot sign", key)
		}
		if _, err := algorithmOf(signer); err != nil {
			return nil, err
		}
		return signer, nil
	}
}

// NewRSAKey makes a key of 2048 bits, in PEM (PKCS #8).
func NewRSAKey() ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, defaultRSA)
	if err != nil {
		return nil, fmt.Errorf("dkim: %w", err)
	}
	return marshal(key)
}

// NewEd25519Key makes a key, in PEM (PKCS #8).
func NewEd25519Key() ([]byte, error) {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("dkim: %w", err)
	}
	return marshal(key)
}

func marshal(key crypto.Signer) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("dkim: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

// Record is what the DNS has to say for a signature to be believed: a TXT record (RFC 6376 §3.6).
type Record struct {
	Name  string // as "crm._domainkey.shop.example", without a final dot
	Value string // as "v=DKIM1; k=rsa; p=…": longer than 255 octets for RSA, so that a zone file splits it

	PublicKey []byte // what p= has in base64: for a check of what is published, as sender.Domains makes it
}

// Record is the record of the key that s signs with.
func (s *Signer) Record() Record { return s.record }

func newRecord(config Config, a algorithm) (Record, error) {
	r := Record{Name: config.Selector + "._domainkey." + config.Domain}
	public, _ := config.Key.Public().(ed25519.PublicKey) // as it is (RFC 8463 §4)
	if a == algorithmRSA {
		var err error
		if public, err = x509.MarshalPKIXPublicKey(config.Key.Public()); err != nil {
			return Record{}, fmt.Errorf("dkim: public key: %w", err)
		}
	}
	r.Value = "v=DKIM1; k=" + string(a) + "; p=" + base64.StdEncoding.EncodeToString(public)
	r.PublicKey = public
	return r, nil
}

// String is the record as a line of a zone file, in strings of at most 255 octets (RFC 1035 §3.3.14).
func (r Record) String() string {
	const most = 255
	var b strings.Builder
	b.WriteString(r.Name + ". IN TXT (")
	for rest := r.Value; rest != ""; {
		n := min(most, len(rest))
		b.WriteString(` "` + rest[:n] + `"`)
		rest = rest[n:]
	}
	b.WriteString(" )")
	return b.String()
}
