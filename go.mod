module github.com/crmmail/crmmail

go 1.25.0

require (
	blitiri.com.ar/go/spf v1.6.0 // whether a domain's SPF record lets a server send
	github.com/emersion/go-msgauth v0.7.0 // DKIM signatures and DMARC policies
	github.com/emersion/go-sasl v0.0.0-20241020182733-b788ff22d5a6 // mechanisms of SMTP authentication
	github.com/gabriel-vasile/mimetype v1.4.16 // what a file is, where its structure does not decide
	github.com/nikolalohinski/gonja/v2 v2.9.1 // the Jinja engine behind template/jinja
	github.com/nyaruka/phonenumbers v1.8.1 // phone numbers of all countries, in email/phone alone
	golang.org/x/net v0.57.0 // HTML tokens and tree; internationalised domains
	golang.org/x/text v0.41.0 // charsets of inbound mail; Unicode normalisation and case
)

// Tests and examples only.
require (
	github.com/chromedp/cdproto v0.159.0 // what chromedp says to a browser
	github.com/chromedp/chromedp v0.23.0 // the screens of examples/crm in Chromium
	github.com/emersion/go-imap/v2 v2.0.0-beta.8 // reads back what a real server delivered
	github.com/emersion/go-smtp v0.25.1 // a mail server in the same process
	github.com/foxcpp/go-mockdns v1.3.0 // a DNS in the same process
	github.com/jackc/pgx/v5 v5.12.0 // PostgreSQL, over database/sql
	github.com/stretchr/testify v1.12.1 // assertions
	go.uber.org/goleak v1.3.0 // no goroutine is left behind
	modernc.org/sqlite v1.50.0 // SQLite without cgo
)

require (
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/emersion/go-message v0.18.2 // indirect
	github.com/go-json-experiment/json v0.0.0-20260213210345-44df1a37e875 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.3 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/miekg/dns v1.1.57 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	github.com/ncruces/go-strftime v1.0.0 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/sirupsen/logrus v1.9.3 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/exp v0.0.0-20240719175910-8a7402abbf56 // indirect
	golang.org/x/mod v0.38.0 // indirect
	golang.org/x/sync v0.22.0 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/tools v0.48.0 // indirect
	google.golang.org/protobuf v1.36.11 // indirect
	modernc.org/libc v1.72.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.11.0 // indirect
)
