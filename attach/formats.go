package attach

// kinds are the contents that are recognised by structure, with the family of each. Within a family a file may bear
// another's name: every program that opens the one opens the other.
var kinds = map[string]string{
	"doc": "word", "docx": "word", "rtf": "word",
	"jpeg": "image", "png": "image", "bmp": "image", "gif": "image", "webp": "image",
	"pdf": "pdf", "heic": "heic", "avif": "avif", "svg": "svg", "psd": "psd", "zip": "zip",
	"xls": "xls", "ppt": "ppt", "msg": "msg", "xlsx": "xlsx", "pptx": "pptx", "ppsx": "ppsx", "docm": "docm", "dotx": "dotx",
	"dotm": "dotm", "xlsm": "xlsm", "pptm": "pptm", "odt": "odt", "ods": "ods", "odp": "odp", "epub": "epub",
	"tiff": "tiff", "html": "html", "7z": "7z", "rar": "rar",
}

// kindOf is the kind of content that an extension promises, "" where no sniffer knows it.
func kindOf(extension string) string {
	switch extension {
	case "jpg":
		return "jpeg"
	case "tif":
		return "tiff"
	case "htm":
		return "html"
	}
	if _, ok := kinds[extension]; ok {
		return extension
	}
	return ""
}

// sameFamily tells whether content of one kind may bear the name of the other.
func sameFamily(a, b string) bool { return a != "" && kinds[a] != "" && kinds[a] == kinds[b] }

// isOffice tells the kinds that may come encrypted in a container which hides their format.
func isOffice(kind string) bool {
	switch kind {
	case "doc", "docx", "xls", "xlsx", "ppt", "pptx":
		return true
	}
	return false
}

// officeMediaType is what an encrypted document is sent as: its container tells nothing.
var officeMediaType = map[string]string{
	"doc":  "application/msword",
	"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	"xls":  "application/vnd.ms-excel",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	"ppt":  "application/vnd.ms-powerpoint",
	"pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}

// renames are extensions that say the same as an allowed one in another word.
var renames = map[string]string{"jpe": "jpg", "jfif": "jpg", "pjpeg": "jpg", "jif": "jpg", "dib": "bmp", "apng": "png"}
