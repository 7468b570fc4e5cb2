package weblang_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email/internal/weblang"
)

func TestOf(t *testing.T) {
	for header, want := range map[string]string{
		"":                                 "en",
		"ru":                               "ru",
		"ru-RU,ru;q=0.9,en;q=0.8":          "ru",
		"en-GB,en;q=0.9,ru;q=0.8":          "en",
		"en;q=0.3, ru;q=0.7":               "ru", // the weights decide, not the order
		"ru;q=0, en;q=0.1":                 "en", // 0 is: not that one
		"ru;q=0":                           "en",
		"de, ru-RU;q=0.8":                  "ru",
		"de,fr":                            "en",
		"uk,en;q=0.5":                      "en", // no other language stands for one of ours
		"*":                                "en",
		"RU-ru":                            "ru",
		"ru; q=what":                       "en",
		"\x00\xff;;;q=,,":                  "en",
		strings.Repeat("ru-RU;q=0.5,", 99): "ru",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Language", header)
		assert.Equal(t, want, weblang.Of(r), "%.40q", header)
	}
}
