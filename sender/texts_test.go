package sender_test

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/foxcpp/go-mockdns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/sender"
)

// told is what all that people read has in common.
type told interface {
	Code() string
	Text(language string) string
}

// triggers brings about each code.
func triggers() map[string]func() error {
	resolve := func(customer sender.Customer, choice string) func() error {
		return func() error {
			parsed, err := sender.ParseChoice(choice)
			if err == nil {
				_, err = sender.Resolve(context.Background(), shop(), customer, parsed)
			}
			return err
		}
	}
	confirm := func(between func(*settings, *string)) func() error {
		return func() error {
			s := newSettings()
			s.tokens.remember = true
			secret, _, err := s.Start(context.Background(), user)
			if err != nil {
				return err
			}
			between(s, &secret)
			_, err = s.Confirm(context.Background(), secret)
			return err
		}
	}
	align := func(change func(map[string]mockdns.Zone), d func(*sender.Domains), which func(sender.Alignment) sender.Proof) func() error {
		return func() error {
			asked := domains(zones(change))
			if d != nil {
				d(&asked)
			}
			return &sender.RefusedError{Reason: *which(asked.Check(context.Background(), "shop.example")).Reason}
		}
	}
	spf := func(a sender.Alignment) sender.Proof { return a.SPF }
	dkim := func(a sender.Alignment) sender.Proof { return a.DKIM }
	dmarc := func(a sender.Alignment) sender.Proof { return a.DMARC }
	const spfName, dkimName, dmarcName = "shop.example.", "crm._domainkey.shop.example.", "_dmarc.shop.example."
	return map[string]func() error{
		sender.CodeDomainBad: func() error {
			return &sender.RefusedError{Reason: *domains(nil).Check(context.Background(), "shop..example").SPF.Reason}
		},
		sender.CodeDomainNoAnswer:   align(silent(spfName), nil, spf),
		sender.CodeSPFMissing:       align(gone(spfName), nil, spf),
		sender.CodeSPFInvalid:       align(txt(spfName, "v=spf1 -all", "v=spf1 -all"), nil, spf),
		sender.CodeSPFRefuses:       align(txt(spfName, "v=spf1 -all"), nil, spf),
		sender.CodeSPFNotAsked:      align(nil, func(d *sender.Domains) { d.Servers = nil }, spf),
		sender.CodeDKIMMissing:      align(gone(dkimName), nil, dkim),
		sender.CodeDKIMRevoked:      align(txt(dkimName, "p="), nil, dkim),
		sender.CodeDKIMOtherKey:     align(txt(dkimName, "p=AAAA"), nil, dkim),
		sender.CodeDKIMNotAsked:     align(nil, func(d *sender.Domains) { d.DKIM.Selector = "" }, dkim),
		sender.CodeDMARCMissing:     align(gone(dmarcName), nil, dmarc),
		sender.CodeDMARCInvalid:     align(txt(dmarcName, "v=DMARC1; p=maybe"), nil, dmarc),
		sender.CodeDMARCUnfulfilled: align(gone(spfName, dkimName), nil, dmarc),
		sender.CodeDMARCUnknown:     align(silent(dkimName), func(d *sender.Domains) { d.Servers = nil }, dmarc),

		sender.CodeNoManager:             resolve(sender.Customer{}, "manager"),
		sender.CodeNoStore:               resolve(sender.Customer{}, "store"),
		sender.CodeNoAddress:             resolve(sender.Customer{ManagerID: "u2"}, "manager"),
		sender.CodeBadAddress:            resolve(sender.Customer{ManagerID: "u3"}, "manager"),
		sender.CodeUnconfirmed:           resolve(sender.Customer{}, "additional:3"),
		sender.CodeNotAllowed:            resolve(sender.Customer{}, "additional:4"),
		sender.CodeUnknown:               resolve(sender.Customer{}, "additional:999"),
		sender.CodeNotChosen:             resolve(sender.Customer{}, ""),
		sender.CodeTransactionalDisabled: func() error { return sender.Gate(sender.Identity{}) },
		sender.CodeTokenUnknown:          confirm(func(_ *settings, secret *string) { *secret = "never handed out" }),
		sender.CodeTokenUsed:             confirm(func(s *settings, secret *string) { _, _ = s.Confirm(context.Background(), *secret) }),
		sender.CodeTokenExpired:          confirm(func(s *settings, _ *string) { s.now = noon.Add(48 * time.Hour) }),
		sender.CodeAddressChanged:        confirm(func(s *settings, _ *string) { delete(s.dir.users, "u1") }),
	}
}

func TestEveryCodeHasATriggerAndBothTexts(t *testing.T) {
	source, err := os.ReadFile("reason.go")
	require.NoError(t, err)
	placeholders := regexp.MustCompile(`\{[a-z]+\}`)
	all := triggers()
	assert.Len(t, all, len(sender.Codes()))
	for _, code := range sender.Codes() {
		t.Run(code, func(t *testing.T) {
			require.Contains(t, all, code)
			var refusal told
			require.True(t, errors.As(all[code](), &refusal))
			assert.Equal(t, code, refusal.Code())

			ru, en := sender.Texts(code)
			assert.Regexp(t, `\p{Cyrillic}`, ru)
			assert.NotRegexp(t, `\p{Cyrillic}`, en)
			assert.Equal(t, placeholders.FindAllString(ru, -1), placeholders.FindAllString(en, -1))
			for _, language := range []string{"ru", "en", "de", ""} {
				assert.NotContains(t, refusal.Text(language), "{", "every parameter is filled in")
			}
			name := regexp.MustCompile(`\b(Code\w+)\s*= "` + regexp.QuoteMeta(code) + `"`).FindStringSubmatch(string(source))
			require.NotNil(t, name, "each code is a constant")
			assert.Contains(t, string(source), "// "+name[1]+":", "and says what triggers it")
		})
	}
}

func TestTextOfAnUnknownCode(t *testing.T) {
	assert.Equal(t, "x.y", sender.Reason{Code: "x.y"}.Text("ru"))
}

func TestTextIsPlain(t *testing.T) {
	text := sender.Reason{Code: sender.CodeUnconfirmed, Address: `<b>{address}@"&'`}.Text("ru")
	assert.Equal(t, 1, strings.Count(text, `<b>{address}@"&'`), "filled in once, as it is")
}
