package emailtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// brokenBlobs is the memory store with its methods replaced.
type brokenBlobs struct {
	email.Blobs
	put  func(context.Context, email.Blobs, io.Reader) (email.Blob, error)
	open func(context.Context, email.Blobs, string) (io.ReadCloser, error)
}

func (b brokenBlobs) PutBlob(ctx context.Context, r io.Reader) (email.Blob, error) {
	if b.put == nil {
		return b.Blobs.PutBlob(ctx, r)
	}
	return b.put(ctx, b.Blobs, r)
}

func (b brokenBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if b.open == nil {
		return b.Blobs.OpenBlob(ctx, id)
	}
	return b.open(ctx, b.Blobs, id)
}

func onBlobs(breakIt func() brokenBlobs) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestBlobs(t, emailtest.BlobsHarness{Open: func(testing.TB) (one, other email.Blobs) {
			broken := breakIt()
			broken.Blobs = emailtest.NewStore()
			return broken, broken
		}})
	}
}

var blobMutants = []mutant{
	{"blobs-keep-what-they-got", onBlobs(func() brokenBlobs {
		return brokenBlobs{put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
			content, readErr := io.ReadAll(r)
			blob, err := blobs.PutBlob(context.WithoutCancel(ctx), bytes.NewReader(content))
			return blob, errors.Join(readErr, err, ctx.Err())
		}}
	}), []string{"PutBlob keeps nothing where the reader fails", "PutBlob keeps nothing where the context ends"}},
	{"blobs-hide-the-cause", onBlobs(func() brokenBlobs {
		return brokenBlobs{put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
			blob, err := blobs.PutBlob(ctx, r)
			if err != nil {
				err = errors.New("put: " + err.Error())
			}
			return blob, err
		}}
	}), []string{"PutBlob keeps nothing where the reader fails"}},
	{"blobs-in-capitals", onBlobs(func() brokenBlobs {
		return brokenBlobs{
			put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
				blob, err := blobs.PutBlob(ctx, r)
				blob.ID = strings.ToUpper(blob.ID)
				return blob, err
			},
			open: func(ctx context.Context, blobs email.Blobs, id string) (io.ReadCloser, error) {
				return blobs.OpenBlob(ctx, strings.ToLower(id))
			},
		}
	}), []string{"PutBlob returns the SHA-256", "OpenBlob of an unknown id", "PutBlob takes readers"}},
	{"blobs-once", onBlobs(func() brokenBlobs {
		seen := make(chan string, 1000) // ids as they come
		return brokenBlobs{put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
			blob, err := blobs.PutBlob(ctx, r)
			for range len(seen) {
				id := <-seen
				seen <- id
				if id == blob.ID {
					return blob, email.ErrDuplicate
				}
			}
			seen <- blob.ID
			return blob, err
		}}
	}), []string{"PutBlob of the same content", "PutBlob of one content by many"}},
	{"blobs-share-a-reader", onBlobs(func() brokenBlobs {
		readers := make(chan map[string]io.ReadCloser, 1)
		readers <- map[string]io.ReadCloser{}
		return brokenBlobs{open: func(ctx context.Context, blobs email.Blobs, id string) (io.ReadCloser, error) {
			all := <-readers
			defer func() { readers <- all }()
			var err error
			if all[id] == nil {
				all[id], err = blobs.OpenBlob(context.WithoutCancel(ctx), id)
			}
			return guarded{readers, all[id]}, err
		}}
	}), []string{"OpenBlob gives the content from its beginning", "OpenBlob lets many read", "OpenBlob after the context's end"}},
}

// guarded takes turns with all others.
type guarded struct {
	turn chan map[string]io.ReadCloser
	io.ReadCloser
}

func (g guarded) Read(p []byte) (int, error) {
	all := <-g.turn
	defer func() { g.turn <- all }()
	return g.ReadCloser.Read(p)
}

// brokenTokens lets a token be taken as often as anybody likes, or changes it.
type brokenTokens struct {
	sender.Tokens
	again    bool
	change   func(*sender.Token)
	contexts bool // ignored
}

func (b brokenTokens) PutToken(ctx context.Context, token sender.Token) error {
	if b.contexts {
		ctx = context.WithoutCancel(ctx)
	}
	return b.Tokens.PutToken(ctx, token)
}

func (b brokenTokens) TakeToken(ctx context.Context, hash string) (sender.Token, error) {
	if b.contexts {
		ctx = context.WithoutCancel(ctx)
	}
	token, err := b.Tokens.TakeToken(ctx, hash)
	if b.again && errors.Is(err, sender.ErrTokenUsed) {
		return sender.Token{Hash: hash}, nil
	}
	if b.change != nil {
		b.change(&token)
	}
	return token, err
}

func onTokens(broken brokenTokens) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestTokens(t, emailtest.TokensHarness{Open: func(testing.TB) (one, other sender.Tokens) {
			broken.Tokens = emailtest.NewStore()
			return broken, broken
		}})
	}
}

// inventive knows every token.
type inventive struct{ sender.Tokens }

func (i inventive) TakeToken(ctx context.Context, hash string) (sender.Token, error) {
	if token, err := i.Tokens.TakeToken(ctx, hash); err == nil || ctx.Err() != nil {
		return token, err
	}
	return sender.Token{}, nil
}

var tokenMutants = []mutant{
	{"tokens-again", onTokens(brokenTokens{again: true}),
		[]string{"TakeToken gives a token once", "TakeToken by many at once", "TakeToken spends an expired token"}},
	{"tokens-forget-the-kind", onTokens(brokenTokens{change: func(token *sender.Token) { token.Ref.Kind = sender.User }}),
		[]string{"TakeToken returns the token"}},
	{"tokens-ignore-contexts", onTokens(brokenTokens{contexts: true}), []string{"PutToken and TakeToken after"}},
	{"tokens-invented", func(t *testing.T) {
		emailtest.TestTokens(t, emailtest.TokensHarness{Open: func(testing.TB) (one, other sender.Tokens) {
			s := inventive{emailtest.NewStore()}
			return s, s
		}})
	}, []string{"TakeToken of an unknown token"}},
}

// brokenLoader offers what all changes.
type brokenLoader struct {
	*emailtest.Store
	one    func(template.Template, error) (template.Template, error)
	all    func(template.Event, []template.Template) []template.Template
	ctx    bool // ignored
	source string
}

func (b brokenLoader) Template(ctx context.Context, id string) (template.Template, error) {
	if b.ctx {
		ctx = context.WithoutCancel(ctx)
	}
	t, err := b.Store.Template(ctx, id)
	if b.one != nil {
		return b.one(t, err)
	}
	return t, err
}

func (b brokenLoader) Templates(ctx context.Context, event template.Event) ([]template.Template, error) {
	list, err := b.Store.Templates(ctx, event)
	if b.all != nil {
		list = b.all(event, list)
	}
	return list, err
}

func (b brokenLoader) Source(ctx context.Context, name string) (string, error) {
	if b.source != "" {
		return b.source, nil
	}
	return b.Store.Source(ctx, name)
}

func onLoader(breakIt func() brokenLoader) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestLoader(t, emailtest.LoaderHarness{Open: func(t testing.TB, templates []template.Template) (one, other template.Loader) {
			_, other = memoryLoader.Open(t, templates)
			broken := breakIt()
			broken.Store = other.(*emailtest.Store)
			return broken, broken
		}})
	}
}

var loaderMutants = []mutant{
	{"loader-offers-everything", onLoader(func() brokenLoader {
		return brokenLoader{all: func(_ template.Event, list []template.Template) []template.Template {
			return append(list, template.Template{ID: "11", Event: template.EventOrder})
		}}
	}), []string{"Templates returns those of one event", "Templates of an event that has none"}},
	{"loader-in-any-order", onLoader(func() brokenLoader {
		return brokenLoader{all: func(_ template.Event, list []template.Template) []template.Template {
			slices.Reverse(list)
			return list
		}}
	}), []string{"Templates returns those of one event"}},
	{"loader-of-one-event", onLoader(func() brokenLoader {
		return brokenLoader{one: func(t template.Template, err error) (template.Template, error) {
			if err == nil && t.Event != template.EventCustomer {
				return template.Template{}, template.ErrNotFound
			}
			return t, err
		}}
	}), []string{"Template returns the whole template"}},
	{"loader-with-its-own-errors", onLoader(func() brokenLoader {
		return brokenLoader{one: func(t template.Template, err error) (template.Template, error) {
			if err != nil {
				err = errors.New("no such row")
			}
			return t, err
		}}
	}), []string{"Template with an unknown id", "Template and Templates end"}},
	{"loader-shares-memory", onLoader(func() brokenLoader {
		kept := map[template.Event][]template.Template{}
		return brokenLoader{all: func(event template.Event, list []template.Template) []template.Template {
			if kept[event] == nil {
				kept[event] = list
			}
			return kept[event]
		}}
	}), []string{"Templates gives results that are the caller's"}},
	{"loader-of-any-source", onLoader(func() brokenLoader { return brokenLoader{source: "root:x:0:0"} }),
		[]string{"Source of an unknown name", "Source ends with the context", "Source of an id"}},
}

// brokenDirectory is the memory store, which changes identities on their way out or edits wrongly.
type brokenDirectory struct {
	*emailtest.Store
	out     func(sender.Identity, error) (sender.Identity, error)
	list    func([]sender.Identity) []sender.Identity
	confirm func(ctx context.Context, s *emailtest.Store, ref sender.Ref, address string, at time.Time) error
	allow   func(ctx context.Context, s *emailtest.Store, ref sender.Ref, allowed bool) error
}

func (b brokenDirectory) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	identity, err := b.Store.UserIdentity(ctx, id)
	if b.out != nil {
		return b.out(identity, err)
	}
	return identity, err
}

func (b brokenDirectory) AdditionalIdentities(ctx context.Context) ([]sender.Identity, error) {
	identities, err := b.Store.AdditionalIdentities(ctx)
	if b.list != nil {
		identities = b.list(identities)
	}
	return identities, err
}

func (b brokenDirectory) ConfirmIdentity(ctx context.Context, ref sender.Ref, address string, at time.Time) error {
	if b.confirm != nil {
		return b.confirm(ctx, b.Store, ref, address, at)
	}
	return b.Store.ConfirmIdentity(ctx, ref, address, at)
}

func (b brokenDirectory) AllowIdentity(ctx context.Context, ref sender.Ref, allowed bool) error {
	if b.allow != nil {
		return b.allow(ctx, b.Store, ref, allowed)
	}
	return b.Store.AllowIdentity(ctx, ref, allowed)
}

func onDirectory(breakIt func() brokenDirectory) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestDirectory(t, emailtest.DirectoryHarness{Open: func(t testing.TB, users, stores, additional []sender.Identity) (one, other sender.Directory) {
			_, other = memoryDirectory.Open(t, users, stores, additional)
			broken := breakIt()
			broken.Store = other.(*emailtest.Store)
			return broken, broken
		}})
	}
}

var directoryMutants = []mutant{
	{"directory-mixes-the-conditions", onDirectory(func() brokenDirectory {
		return brokenDirectory{out: func(identity sender.Identity, err error) (sender.Identity, error) {
			identity.Allowed = !identity.ConfirmedAt.IsZero()
			return identity, err
		}}
	}), []string{"UserIdentity and StoreIdentity return the whole", "AllowIdentity allows and forbids"}},
	{"directory-invents-users", onDirectory(func() brokenDirectory {
		return brokenDirectory{out: func(identity sender.Identity, _ error) (sender.Identity, error) { return identity, nil }}
	}), []string{"UserIdentity and StoreIdentity with an unknown id", "The directory's methods end with the context"}},
	{"directory-sorts", onDirectory(func() brokenDirectory {
		return brokenDirectory{list: func(list []sender.Identity) []sender.Identity {
			slices.Reverse(list)
			return list
		}}
	}), []string{"AdditionalIdentities keep the order"}},
	{"directory-shares-memory", onDirectory(func() brokenDirectory {
		var kept []sender.Identity
		return brokenDirectory{list: func(list []sender.Identity) []sender.Identity {
			if kept == nil {
				kept = list
			}
			return kept
		}}
	}), []string{"AdditionalIdentities are the caller's"}},
	{"directory-confirms-any-address", onDirectory(func() brokenDirectory {
		return brokenDirectory{confirm: func(ctx context.Context, s *emailtest.Store, ref sender.Ref, _ string, at time.Time) error {
			identity, err := s.UserIdentity(ctx, ref.ID)
			if err != nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			identity.ConfirmedAt = at
			return s.SaveIdentity(ctx, sender.User, identity)
		}}
	}), []string{"ConfirmIdentity of another address", "ConfirmIdentity records the time"}},
	{"directory-confirms-what-it-allows", onDirectory(func() brokenDirectory {
		return brokenDirectory{allow: func(ctx context.Context, s *emailtest.Store, ref sender.Ref, allowed bool) error {
			ctx = context.WithoutCancel(ctx)
			identity, _ := s.UserIdentity(ctx, ref.ID)
			identity.ID, identity.Allowed, identity.ConfirmedAt = ref.ID, allowed, time.Now()
			return s.SaveIdentity(ctx, sender.User, identity)
		}}
	}), []string{"AllowIdentity allows and forbids", "ConfirmIdentity and AllowIdentity of an unknown", "ConfirmIdentity and AllowIdentity after"}},
}
