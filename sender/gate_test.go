package sender_test

import (
	"net/mail"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/sender"
)

func TestGate(t *testing.T) {
	addr := mail.Address{Name: "Анна", Address: "anna@shop.ru"}
	for name, c := range map[string]struct {
		identity           sender.Identity
		refused            bool
		confirmed, allowed bool
	}{
		"confirmed and allowed": {identity: sender.Identity{Mailbox: addr, ConfirmedAt: noon, Allowed: true}},
		"not confirmed":         {sender.Identity{Mailbox: addr, Allowed: true}, true, false, true},
		"not allowed":           {sender.Identity{Mailbox: addr, ConfirmedAt: noon}, true, true, false},
		"neither":               {sender.Identity{Mailbox: addr}, true, false, false},
		"nothing to confirm":    {sender.Identity{ConfirmedAt: noon, Allowed: true}, true, false, true},
		"zero":                  {sender.Identity{}, true, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			c.identity.ID = "u1"
			err := sender.Gate(c.identity)
			if !c.refused {
				require.NoError(t, err)
				return
			}
			var refusal *sender.NotAllowedError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, sender.NotAllowedError{ID: "u1", Confirmed: c.confirmed, Allowed: c.allowed}, *refusal)
			assert.Equal(t, "sender.transactional-disabled", refusal.Code())
			assert.NotContains(t, err.Error(), "anna")
			assert.Equal(t, "Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя", refusal.Text("ru"))
			assert.Contains(t, refusal.Text("en"), "turned off for this user")
			assert.Equal(t, refusal.Text("en"), refusal.Text(""))
		})
	}
}

func TestSameAddress(t *testing.T) {
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"equal":              {"a@shop.ru", "a@shop.ru", true},
		"domain case":        {"a@Shop.RU", "a@shop.ru", true},
		"local part case":    {"A@shop.ru", "a@shop.ru", false},
		"cyrillic case":      {"a@ПОЧТА.рф", "a@почта.рф", true},
		"both spellings":     {"a@xn--80a1acny.xn--p1ai", "a@почта.рф", true},
		"other domain":       {"a@shop.ru", "a@shop.com", false},
		"quoted at":          {`x@y@shop.ru`, `x@y@SHOP.ru`, true},
		"odd domain":         {"a@my_host", "a@MY_HOST", true},
		"empty":              {"", "", false},
		"no domain":          {"a@", "a@", false},
		"no local part":      {"@shop.ru", "@shop.ru", false},
		"trailing domain":    {"a@shop.ru", "a@shop.ru.evil.ru", false},
		"turkish dotless i":  {"a@shopı.ru", "a@shopi.ru", false},
		"very long does not": {"a@" + string(make([]byte, 5000)), "a@shop.ru", false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.same, sender.SameAddress(c.a, c.b))
			assert.Equal(t, c.same, sender.SameAddress(c.b, c.a))
		})
	}
}

func TestGateTakesAnyMomentOfConfirmation(t *testing.T) {
	identity := usable("u", "", "a@b.ru")
	identity.ConfirmedAt = time.Unix(0, 1)
	assert.NoError(t, sender.Gate(identity))
}
