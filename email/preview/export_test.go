package preview

var WithInline = withInline
