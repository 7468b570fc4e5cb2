// Package phone reads phone numbers of all countries, so that a customer is found however his number is typed.
//
// The email package finds Russian numbers by itself. Where customers' numbers are written as in other countries, this
// package takes that place:
//
//	forms, err := phone.Normalizer("DE") // what a number without + means
//	if err != nil {
//		return err
//	}
//	store, err := sqlstore.New(db, sqlstore.Options{Phone: forms})
//
// A host with customers of its own gives it to email.SearchText and email.Query. Customers kept before need their search text
// made anew: they are saved again.
//
// The numbering plans come from Google's libphonenumber by github.com/nyaruka/phonenumbers; they add 6 MB to a binary,
// and so nothing else of this module imports them.
package phone

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// maxInput is how many octets are read as a phone number at most.
const maxInput = 250

// Normalizer returns a function, an email.Phone, that gives the forms of a number that people search by: digits only; first
// E.164 without its +, then as dialled within its country with the trunk prefix, then without it, each where it differs.
// Region says in which country a number without + is dialled (ISO 3166-1 alpha-2, in any case: "RU", "ES"); a region without
// a numbering plan is an error.
//
// A number that no country's plan has room for, as a short code, an internal number or a local one without its area, has
// one form: its digits. An extension belongs to no form. The function returns nil where there is no number, or more than
// 250 octets. It is safe for concurrent use.
func Normalizer(region string) (func(raw string) []string, error) {
	upper := strings.ToUpper(region)
	if !phonenumbers.GetSupportedRegions()[upper] {
		return nil, fmt.Errorf("phone: no numbering plan for the region %q", region)
	}
	return func(raw string) []string { return forms(raw, upper) }, nil
}

func forms(raw, region string) []string {
	if len(raw) > maxInput {
		return nil
	}
	number, err := phonenumbers.Parse(raw, region)
	if err != nil || phonenumbers.IsPossibleNumberWithReason(number) != phonenumbers.IS_POSSIBLE {
		return unknown(raw)
	}
	number.Extension = nil // the national format would end in it
	var list []string
	for _, form := range []string{
		strings.TrimPrefix(phonenumbers.Format(number, phonenumbers.E164), "+"),
		dialled(number),
		phonenumbers.GetNationalSignificantNumber(number),
	} {
		if form != "" && !slices.Contains(list, form) {
			list = append(list, form)
		}
	}
	return list
}

// dialled is the number as dialled within its country, or "" where the library does not read its own format back: that of
// Argentine mobiles comes out of it wrong.
func dialled(number *phonenumbers.PhoneNumber) string {
	form := digits(phonenumbers.Format(number, phonenumbers.NATIONAL))
	region := phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
	again, err := phonenumbers.Parse(form, region)
	if err != nil || phonenumbers.Format(again, phonenumbers.E164) != phonenumbers.Format(number, phonenumbers.E164) {
		return ""
	}
	return form
}

// unknown is a number that only its digits are known of.
func unknown(raw string) []string {
	if form := digits(raw); form != "" {
		return []string{form}
	}
	return nil
}

// digits are those of s, in ASCII. The library knows some other scripts', and leaves the rest as they are.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, phonenumbers.NormalizeDigitsOnly(s))
}
