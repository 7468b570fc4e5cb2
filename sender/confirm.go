package sender

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// PurposeConfirm is the [Token.Purpose] of a confirmation.
const PurposeConfirm = "sender.confirm"

// secretBytes is the entropy of a secret; 43 characters of base64url carry it.
const secretBytes = 32

// defaultTTL is how long a letter of confirmation is good for.
const defaultTTL = 24 * time.Hour

// Token is what a store keeps of a letter of confirmation. The secret itself is in the letter only.
type Token struct {
	// Hash identifies the token: hexadecimal SHA-256 of purpose and secret.
	Hash string
	// Purpose keeps kinds of tokens apart that share a store.
	Purpose string
	// Ref and Address are what is confirmed: the identity, as it was when the letter was sent.
	Ref     Ref
	Address string
	// ExpiresAt is the first moment at which the token is no longer good. A store may delete it some time after.
	ExpiresAt time.Time
}

// Tokens keeps tokens. It is safe for concurrent use.
type Tokens interface {
	// PutToken keeps a token under its Hash.
	PutToken(ctx context.Context, token Token) error
	// TakeToken returns a token and makes sure in the same step that nobody takes it again, expired or not. Where
	// there is none its error wraps [ErrTokenUnknown]; a store that remembers taken tokens says [ErrTokenUsed].
	TakeToken(ctx context.Context, hash string) (Token, error)
}

// Editor is a [Directory] whose identities can be confirmed and allowed here. It is found by type assertion. The errors
// of both methods wrap [ErrNotFound] for an identity that does not exist.
type Editor interface {
	// ConfirmIdentity records that address, which is ref's at this moment, was confirmed at the given time. When
	// ref has another address by now ([SameAddress]) it changes nothing and its error wraps [ErrAddressChanged];
	// compared and set in one step.
	ConfirmIdentity(ctx context.Context, ref Ref, address string, at time.Time) error
	// AllowIdentity sets whether ref's address may be used as a sender address.
	AllowIdentity(ctx context.Context, ref Ref, allowed bool) error
}

var (
	// ErrTokenUnknown is a token that was never handed out, or was deleted.
	ErrTokenUnknown = errors.New("sender: unknown token")
	// ErrTokenUsed is a token that was taken before; it wraps ErrTokenUnknown.
	ErrTokenUsed = fmt.Errorf("%w: already used", ErrTokenUnknown)
	// ErrTokenExpired is a token that was confirmed too late.
	ErrTokenExpired = errors.New("sender: token expired")
	// ErrAddressChanged is an identity that no longer has the address in question.
	ErrAddressChanged = errors.New("sender: address changed")
	// ErrNotEditable is a [Directory] that is no [Editor].
	ErrNotEditable = errors.New("sender: the directory cannot confirm identities")
)

// Confirmations confirms addresses by letter: [Confirmations.Start] makes the secret that the host mails to the
// address, [Confirmations.Confirm] takes it back. Safe for concurrent use as long as its fields are not changed.
type Confirmations struct {
	// Directory holds the identities; it must be an [Editor] too.
	Directory Directory
	Tokens    Tokens
	// TTL is how long a secret is good for; zero means 24 hours.
	TTL time.Duration
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Rand gives the secrets' bits; nil means crypto/rand.
	Rand io.Reader
}

// Start returns a new secret for ref's address, 43 URL-safe characters, and the identity to mail it to. Earlier
// secrets stay good until they expire. An identity without a usable address is a [*RefusedError], an unknown one an
// error that wraps [ErrNotFound].
//
// The page that the link in the letter opens must ask for a click and call [Confirmations.Confirm] on POST: programs
// that scan mail follow every link.
func (c Confirmations) Start(ctx context.Context, ref Ref) (secret string, identity Identity, err error) {
	if _, ok := c.Directory.(Editor); !ok {
		return "", Identity{}, ErrNotEditable
	}
	identity, err = find(ctx, c.Directory, ref)
	if err != nil {
		return "", Identity{}, fmt.Errorf("sender: start confirmation: %w", err)
	}
	if err := mailable(identity.Mailbox.Address); err != nil {
		return "", Identity{}, err
	}
	secret, err = c.secret()
	if err != nil {
		return "", Identity{}, err
	}
	token := Token{
		Hash: hash(secret), Purpose: PurposeConfirm, Ref: ref,
		Address: identity.Mailbox.Address, ExpiresAt: c.now().Add(c.ttl()),
	}
	if err := c.Tokens.PutToken(ctx, token); err != nil {
		return "", Identity{}, fmt.Errorf("sender: keep token: %w", err)
	}
	return secret, cleaned(identity), nil
}

// Confirm records that the person who holds secret reads the address it was sent to, and returns whose it is. A
// secret is good once: of two calls at the same time one wins. What is wrong with a secret is a [*ConfirmError]; any
// other error is the host's own. The secret is spent then too, and a new letter is needed.
func (c Confirmations) Confirm(ctx context.Context, secret string) (Ref, error) {
	editor, ok := c.Directory.(Editor)
	if !ok {
		return Ref{}, ErrNotEditable
	}
	token, err := c.take(ctx, secret)
	if err != nil {
		return Ref{}, err
	}
	if err := c.unchanged(ctx, token); err != nil {
		return Ref{}, err
	}
	if err := editor.ConfirmIdentity(ctx, token.Ref, token.Address, c.now()); err != nil {
		return Ref{}, confirmError(err)
	}
	return token.Ref, nil
}

// take spends the token of secret and returns it if it is good.
func (c Confirmations) take(ctx context.Context, secret string) (Token, error) {
	if len(secret) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return Token{}, confirmError(ErrTokenUnknown)
	}
	token, err := c.Tokens.TakeToken(ctx, hash(secret))
	switch {
	case err != nil:
		return Token{}, confirmError(err)
	case token.Purpose != PurposeConfirm:
		return Token{}, confirmError(ErrTokenUnknown)
	case !c.now().Before(token.ExpiresAt):
		return Token{}, confirmError(ErrTokenExpired)
	}
	return token, nil
}

// unchanged holds the token's address against the identity as it is now. The Editor does so once more, in one step
// with the change.
func (c Confirmations) unchanged(ctx context.Context, token Token) error {
	identity, err := find(ctx, c.Directory, token.Ref)
	if err != nil {
		return confirmError(err)
	}
	if !SameAddress(identity.Mailbox.Address, token.Address) {
		return confirmError(ErrAddressChanged)
	}
	return nil
}

func (c Confirmations) secret() (string, error) {
	source := c.Rand
	if source == nil {
		source = rand.Reader
	}
	bits := make([]byte, secretBytes)
	if _, err := io.ReadFull(source, bits); err != nil {
		return "", fmt.Errorf("sender: make secret: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(bits), nil
}

func (c Confirmations) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c Confirmations) ttl() time.Duration {
	if c.TTL == 0 {
		return defaultTTL
	}
	return c.TTL
}

// hash covers the purpose, so that a secret of another purpose is unknown here rather than spent.
func hash(secret string) string {
	sum := sha256.Sum256([]byte(PurposeConfirm + "\x00" + secret))
	return hex.EncodeToString(sum[:])
}

func mailable(addr string) error {
	switch {
	case addr == "":
		return refuse(CodeNoAddress, "")
	case !validAddress(addr):
		return refuse(CodeBadAddress, addr)
	}
	return nil
}
