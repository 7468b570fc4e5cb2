package preview

var (
	Assets = assets
	Text   = text
)
