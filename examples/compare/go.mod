module github.com/crmmail/crmmail/examples/compare

go 1.25.0

require (
	github.com/crmmail/crmmail v0.0.0 // what is measured
	github.com/emersion/go-message v0.18.2 // peer: builds and parses messages
	github.com/flosch/pongo2/v6 v6.0.0 // peer: templates of Django
	github.com/gabriel-vasile/mimetype v1.4.16 // peer: what a file is
	github.com/jhillyerd/enmime/v2 v2.3.0 // peer: builds and parses messages
	github.com/jordan-wright/email v4.0.1-0.20210109023952-943e75fe5223+incompatible // peer: builds and parses messages
	github.com/microcosm-cc/bluemonday v1.0.27 // peer: sanitizes HTML
	github.com/nikolalohinski/gonja/v2 v2.9.1 // peer: templates of Jinja
	github.com/stretchr/testify v1.12.1 // assertions, in tests alone
	github.com/wneessen/go-mail v0.8.1 // peer: builds and sends messages
	golang.org/x/net v0.57.0 // peer: reads HTML
	gopkg.in/gomail.v2 v2.0.0-20160411212932-81ebce5c23df // peer: builds and sends messages
	modernc.org/sqlite v1.50.0 // the store whose search is measured as it grows
)

require (
	blitiri.com.ar/go/spf v1.6.0 // indirect
	github.com/aymerick/douceur v0.2.0 // indirect
	github.com/cention-sany/utf7 v0.0.0-20170124080048-26cad61bd60a // indirect
	github.com/cespare/xxhash/v2 v2.3.0 // indirect
	github.com/clipperhouse/displaywidth v0.10.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.6.0 // indirect
	github.com/dustin/go-humanize v1.0.1 // indirect
	github.com/emersion/go-msgauth v0.7.0 // indirect
	github.com/emersion/go-sasl v0.0.0-20241020182733-b788ff22d5a6 // indirect
	github.com/fatih/color v1.18.0 // indirect
	github.com/gogs/chardet v0.0.0-20211120154057-b7413eaefb8f // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/gorilla/css v1.0.1 // indirect
	github.com/inbucket/html2text v1.0.0 // indirect
	github.com/json-iterator/go v1.1.12 // indirect
	github.com/mattn/go-colorable v0.1.14 // indirect
	github.com/mattn/go-isatty v0.0.20 // indirect
	github.com/mattn/go-runewidth v0.0.19 // indirect
	github.com/modern-go/concurrent v0.0.0-20180306012644-bacd9c7ef1dd // indirect
	github.com/modern-go/reflect2 v1.0.2 // indirect
	github.com/ncruces/go-strftime v1.0.0 // indirect
	github.com/olekukonko/cat v0.0.0-20250911104152-50322a0618f6 // indirect
	github.com/olekukonko/errors v1.2.0 // indirect
	github.com/olekukonko/ll v0.1.6 // indirect
	github.com/olekukonko/tablewriter v1.1.3 // indirect
	github.com/pkg/errors v0.9.1 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/sirupsen/logrus v1.9.3 // indirect
	github.com/ssor/bom v0.0.0-20170718123548-6386211fdfcf // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.54.0 // indirect
	golang.org/x/exp v0.0.0-20240719175910-8a7402abbf56 // indirect
	golang.org/x/sys v0.47.0 // indirect
	golang.org/x/text v0.41.0 // indirect
	gopkg.in/alexcesaro/quotedprintable.v3 v3.0.0-20150716171945-2caba252f4dc // indirect
	modernc.org/libc v1.72.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.11.0 // indirect
)

replace github.com/crmmail/crmmail => ../..
