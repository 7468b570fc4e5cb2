package email

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
	"github.com/crmmail/crmmail/validate"
)

// check says everything that is wrong with the configuration.
func (c *Config) check() error {
	return errors.Join(c.checkParts(), c.checkReplyTo(), c.checkUnsubscribe(), c.checkRates(), c.checkSecret(), c.checkTenant())
}

func (c *Config) checkParts() error {
	var missing []error
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"Customers", c.Customers == nil},
		{"Senders", c.Senders == nil},
		{"Templates", c.Templates == nil},
		{"Store", c.Store == nil},
		{"Blobs", c.Blobs == nil},
		{"Transport", c.Transport == nil},
	} {
		if part.missing {
			missing = append(missing, errors.New("email: Config."+part.name+" is missing"))
		}
	}
	return errors.Join(missing...)
}

func (c *Config) checkReplyTo() (wrong error) {
	if c.ReplyTo.Address == "" {
		return nil
	}
	sample := Config{Secret: make([]byte, minSecret), ReplyTo: c.ReplyTo}
	addr := sample.replyAddress("00000000000000000000000000").Address
	if addr == "" || (Envelope{Recipients: []string{addr}}).Validate() != nil {
		wrong = errors.New("email: Config.ReplyTo is no address, or too long to bear a tag of 41 octets")
	}
	if len(c.Secret) == 0 {
		wrong = errors.Join(wrong, errors.New("email: Config.ReplyTo needs Config.Secret"))
	}
	return wrong
}

func (c *Config) checkUnsubscribe() error {
	if !c.Unsubscribe.offered() && c.Unsubscribe.ListID == "" {
		return nil
	}
	wrong := c.Unsubscribe.check()
	if len(c.Secret) == 0 || c.Suppressions == nil {
		wrong = errors.Join(wrong, errors.New("email: Config.Unsubscribe needs Config.Secret and Config.Suppressions"))
	}
	return wrong
}

func (c *Config) checkRates() error {
	if c.Dispatch.Rate != nil && c.Rates == nil {
		return errors.New("email: Config.Dispatch.Rate needs Config.Rates")
	}
	return nil
}

// minSecret is how many octets a secret has at least.
const minSecret = 16

func (c *Config) checkSecret() error {
	if n := len(c.Secret); n > 0 && n < minSecret {
		return fmt.Errorf("email: Config.Secret is shorter than %d octets", minSecret)
	}
	return nil
}

func (c *Config) checkTenant() (wrong error) {
	if len(c.Tenant) > MaxID {
		wrong = errors.New("email: Config.Tenant is longer than MaxID")
	}
	for _, part := range []any{c.Customers, c.Senders, c.Templates, c.Store, c.Blobs, c.Tokens, c.Rules, c.Suppressions, c.Campaigns, c.Rates} {
		if scoped, ok := part.(interface{ Tenant() string }); ok && scoped.Tenant() != c.Tenant {
			wrong = errors.Join(wrong, fmt.Errorf("email: a %T of Config serves another tenant than Config.Tenant", part))
		}
	}
	return wrong
}

// fill puts the defaults in.
func (c *Config) fill() error {
	if c.Policy == nil {
		c.Policy = func(context.Context) (attach.Policy, error) { return attach.Default(), nil }
	}
	if c.Variables == nil {
		c.Variables = func(_ context.Context, event template.Event) ([]template.Variable, error) {
			return event.Variables(), nil
		}
	}
	if c.OrphanRetention == 0 {
		c.OrphanRetention = defaultOrphanAge
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.NewID == nil {
		c.NewID = newID(c.Now, c.Rand)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Confirmation.TTL == 0 {
		c.Confirmation.TTL = 24 * time.Hour
	}
	c.Dispatch.fill()
	if c.Validator == nil {
		validator, err := validate.New(validate.Options{})
		if err != nil {
			return err
		}
		c.Validator = validator
	}
	if c.Engine == nil {
		source, _ := c.Templates.(template.Source)
		engine, err := twig.New(twig.Options{Source: source, Now: c.Now})
		if err != nil {
			return err
		}
		c.Engine = engine
	}
	return nil
}

func (d *Dispatch) fill() {
	if d.Workers <= 0 {
		d.Workers = 4
	}
	if d.Poll <= 0 {
		d.Poll = time.Second
	}
	if d.Lease <= 0 {
		d.Lease = time.Minute
	}
	if d.Timeout <= 0 {
		d.Timeout = 10 * time.Minute
	}
	if d.Grace <= 0 {
		d.Grace = 30 * time.Second
	}
	if d.Cache == 0 {
		d.Cache = 32 << 20
	}
	if d.Retry == nil {
		d.Retry = Backoff
	}
}
