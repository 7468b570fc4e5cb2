package phone_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/phone"
)

var _ email.Phone = normalizer("RU")

func normalizer(region string) func(string) []string {
	forms, err := phone.Normalizer(region)
	if err != nil {
		panic(err)
	}
	return forms
}

func TestForms(t *testing.T) {
	for _, c := range []struct {
		region, name, raw string
		want              []string
	}{
		{"RU", "with the trunk prefix", "8 (900) 765-43-21", []string{"79007654321", "89007654321", "9007654321"}},
		{"RU", "international", "+7 900 765 43 21", []string{"79007654321", "89007654321", "9007654321"}},
		{"RU", "international without +", "7 900 765 43 21", []string{"79007654321", "89007654321", "9007654321"}},
		{"RU", "without any prefix", "900 765-43-21", []string{"79007654321", "89007654321", "9007654321"}},
		{"RU", "a landline", "8 (495) 123-45-67", []string{"74951234567", "84951234567", "4951234567"}},
		{"RU", "with an extension", "8 (495) 123-45-67 доб. 890", []string{"74951234567", "84951234567", "4951234567"}},
		{"RU", "of Kazakhstan", "+7 701 765 43 21", []string{"77017654321", "87017654321", "7017654321"}},
		{"RU", "of Germany", "+49 30 123456", []string{"4930123456", "030123456", "30123456"}},
		{"RU", "of Germany, as dialled", "8 10 49 30 123456", []string{"4930123456", "030123456", "30123456"}},
		{"RU", "a short code", "112", []string{"112"}},
		{"RU", "an internal number", "45-67", []string{"4567"}},
		{"RU", "local, without its area", "765-43-21", []string{"7654321"}},
		{"RU", "digits that are no number", "12345678901234567890", []string{"12345678901234567890"}},
		{"RU", "full-width digits", "+7 900 765 43 21", []string{"79007654321", "89007654321", "9007654321"}},
		{"KZ", "with the trunk prefix", "8 (701) 765-43-21", []string{"77017654321", "87017654321", "7017654321"}},
		{"KZ", "international", "+7 (701) 765-43-21", []string{"77017654321", "87017654321", "7017654321"}},
		{"KZ", "of Russia", "8 900 765 43 21", []string{"79007654321", "89007654321", "9007654321"}},
		{"ES", "national", "612 34 56 78", []string{"34612345678", "612345678"}},
		{"ES", "international", "+34 612 34 56 78", []string{"34612345678", "612345678"}},
		{"ES", "international as dialled", "0034 612 34 56 78", []string{"34612345678", "612345678"}},
		{"ES", "Russian, which it is not here", "8 (900) 765-43-21", []string{"89007654321"}},
		{"US", "national", "(212) 555-0100", []string{"12125550100", "2125550100"}},
		{"US", "with the trunk prefix", "1-212-555-0100", []string{"12125550100", "2125550100"}},
		{"US", "with an extension", "212-555-0100 ext. 12", []string{"12125550100", "2125550100"}},
		{"US", "in letters", "1-800-FLOWERS", []string{"18003569377", "8003569377"}},
		{"US", "local, without its area", "555-0100", []string{"5550100"}},
		{"US", "a short code", "911", []string{"911"}},
		{"DE", "with the trunk prefix", "0151 23456789", []string{"4915123456789", "015123456789", "15123456789"}},
		{"DE", "both prefixes", "+49 (0)151 23456789", []string{"4915123456789", "015123456789", "15123456789"}},
		{"AR", "a mobile, which the library writes wrong", "011 15-2345-6789", []string{"5491123456789", "91123456789"}},
		{"IT", "a zero that stays", "06 1234 5678", []string{"390612345678", "0612345678"}},
		{"RU", "nothing", "", nil},
		{"RU", "words", "позвонить позже", nil},
		{"RU", "signs", "+-() ", nil},
		{"RU", "too long", strings.Repeat("7", 251), nil},
	} {
		t.Run(c.region+"/"+c.name, func(t *testing.T) {
			assert.Equal(t, c.want, normalizer(c.region)(c.raw))
		})
	}
}

func TestRegion(t *testing.T) {
	for _, region := range []string{"", "XX", "R", "RUS", "001", "Russia", "РФ"} {
		_, err := phone.Normalizer(region)
		assert.ErrorContains(t, err, "phone:", region)
	}
	for _, region := range []string{"RU", "ru", "GB", "XK"} {
		_, err := phone.Normalizer(region)
		assert.NoError(t, err, region)
	}
}

// TestDefault holds the Russian normalizer to the default of email: the same forms, and then one without any prefix.
func TestDefault(t *testing.T) {
	full := normalizer("RU")
	for i := range 1000 {
		digits := fmt.Sprintf("9%09d", i*7919977%1_000_000_000)
		for _, raw := range []string{
			"+7" + digits, "8" + digits, digits, "7" + digits,
			fmt.Sprintf("8 (%s) %s-%s-%s", digits[:3], digits[3:6], digits[6:8], digits[8:]),
			fmt.Sprintf("+7 %s %s %s", digits[:3], digits[3:6], digits[6:]),
		} {
			require.Equal(t, append(email.RussianPhone(raw), digits), full(raw), raw)
		}
	}
}

func TestSearch(t *testing.T) {
	forms := normalizer("RU")
	customer := email.Customer{ID: "1", Phones: []string{"8 (900) 765-43-21"}}
	for _, typed := range []string{"+7 900 765-43-21", "89007654321", "9007654321", "8 900 765"} {
		match, ok := email.ParseQuery(typed, 10).Match(customer, forms)
		if assert.True(t, ok, typed) {
			assert.Equal(t, email.ByPhone, match.Attribute)
		}
	}
}

// FuzzForms: whatever is typed, there is no panic, a form is digits and occurs once, and a number that is one in its
// country is read again as the same from its first form.
func FuzzForms(f *testing.F) {
	for _, raw := range []string{"8 (900) 765-43-21", "+49 (0)151 23456789", "1-800-FLOWERS", "доб. 12", "tel:+7900;ext=1",
		"+54 9 11 2345-6789", "\xff+7", "+390612345678", "٠١٢٣٤٥٦٧٨٩", "߅", "+490000000", "+800 1234 5678"} {
		f.Add(raw, uint8(len(raw)))
	}
	regions := []string{"RU", "KZ", "ES", "US", "DE", "AR", "IT", "MX", "BR", "CN"}
	f.Fuzz(func(t *testing.T, raw string, pick uint8) {
		region := regions[int(pick)%len(regions)]
		forms := normalizer(region)
		list := forms(raw)
		for i, form := range list {
			if form == "" || strings.Trim(form, "0123456789") != "" || slices.Contains(list[:i], form) {
				t.Fatalf("%q: %q", raw, list)
			}
		}
		if number, err := phonenumbers.Parse(raw, region); err == nil && phonenumbers.IsValidNumber(number) {
			if again := forms("+" + list[0]); !slices.Equal(again, list) {
				t.Fatalf("%q: %q, then %q", raw, list, again)
			}
		}
	})
}

func BenchmarkForms(b *testing.B) {
	forms := normalizer("RU")
	b.ReportAllocs()
	for b.Loop() {
		forms("8 (900) 765-43-21")
	}
}
