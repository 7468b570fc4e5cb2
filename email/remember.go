package email

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/crmmail/crmmail/sender"
)

// remembering is the service for one batch: it asks the host about each sender once, and about all suppressions at once.
func (r *campaignRun) remembering(ctx context.Context, batch []Customer) (*Service, error) {
	var addrs []string
	for _, customer := range batch {
		addrs = append(addrs, filled(customer.Emails)...)
	}
	suppressed, err := r.service.config.suppressed(ctx, addrs)
	if err != nil {
		return nil, err
	}
	return r.service.With(func(c *Config) {
		c.Blobs = r.blobs
		c.Senders = askedOnce(c.Senders)
		if c.Suppressions != nil {
			c.Suppressions = rememberedSuppressions{c.Suppressions, suppressed}
		}
	})
}

// rememberedBlobs reads small contents once, as each signature of each letter has to. It is for one goroutine.
type rememberedBlobs struct {
	Blobs
	room int64 // octets
	kept map[string][]byte
}

// OpenBlob implements Blobs.
func (r *rememberedBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if content, ok := r.kept[id]; ok {
		return io.NopCloser(bytes.NewReader(content)), nil
	}
	return r.Blobs.OpenBlob(ctx, id)
}

// remember reads a content that fits.
func (r *rememberedBlobs) remember(ctx context.Context, id string, size int64) error {
	if _, ok := r.kept[id]; ok || size > r.room {
		return nil
	}
	content, err := r.Blobs.OpenBlob(ctx, id)
	if err != nil {
		return fmt.Errorf("email: attachment: %w", err)
	}
	defer content.Close()
	if r.kept[id], err = io.ReadAll(io.LimitReader(content, size+1)); err != nil {
		return fmt.Errorf("email: attachment: %w", err)
	}
	r.room -= size
	return nil
}

// askedOnce is a directory that asks the host about each identity once: of one letter the acting user, the sender and the
// customer's manager are often the same. It is for one goroutine.
func askedOnce(senders sender.Directory) sender.Directory {
	return &rememberedSenders{Directory: senders}
}

// rememberedSenders is what askedOnce returns.
type rememberedSenders struct {
	sender.Directory
	users, stores answers[sender.Identity]
	additional    answers[[]sender.Identity]
}

// UserIdentity implements sender.Directory.
func (r *rememberedSenders) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	return r.users.of(id, func() (sender.Identity, error) { return r.Directory.UserIdentity(ctx, id) })
}

// StoreIdentity implements sender.Directory.
func (r *rememberedSenders) StoreIdentity(ctx context.Context, id string) (sender.Identity, error) {
	return r.stores.of(id, func() (sender.Identity, error) { return r.Directory.StoreIdentity(ctx, id) })
}

// AdditionalIdentities implements sender.Directory.
func (r *rememberedSenders) AdditionalIdentities(ctx context.Context) ([]sender.Identity, error) {
	list, err := r.additional.of("", func() ([]sender.Identity, error) { return r.Directory.AdditionalIdentities(ctx) })
	return slices.Clone(list), err
}

// answers are what was found by id, and what was not.
type answers[T any] map[string]answer[T]

type answer[T any] struct {
	value T
	err   error
}

func (a *answers[T]) of(id string, ask func() (T, error)) (T, error) {
	if known, ok := (*a)[id]; ok {
		return known.value, known.err
	}
	value, err := ask()
	if *a == nil {
		*a = answers[T]{}
	}
	(*a)[id] = answer[T]{value, err}
	return value, err
}

// rememberedSuppressions are those of the addresses of one batch.
type rememberedSuppressions struct {
	Suppressions
	list []Suppression
}

// Suppressed implements Suppressions.
func (r rememberedSuppressions) Suppressed(_ context.Context, addrs []string) (list []Suppression, err error) {
	for _, one := range r.list {
		if slices.Contains(addrs, one.Address) {
			list = append(list, one)
		}
	}
	return list, nil
}
