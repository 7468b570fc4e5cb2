package sniff

// mediaType is the registered media type of a kind.
func mediaType(kind string) string {
	if t, ok := mediaTypes[kind]; ok {
		return t
	}
	return "application/octet-stream"
}

const ooxml = "application/vnd.openxmlformats-officedocument."

var mediaTypes = map[string]string{
	"jpeg": "image/jpeg", "png": "image/png", "bmp": "image/bmp", "gif": "image/gif", "webp": "image/webp",
	"heic": "image/heic", "avif": "image/avif", "tiff": "image/tiff", "jpeg2000": "image/jp2", "svg": "image/svg+xml",
	"psd": "image/vnd.adobe.photoshop", "ico": "image/vnd.microsoft.icon",
	"pdf": "application/pdf", "postscript": "application/postscript", "rtf": "application/rtf",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
	"msg": "application/vnd.ms-outlook", "vsd": "application/vnd.visio", "pub": "application/vnd.ms-publisher",
	"docx": ooxml + "wordprocessingml.document", "dotx": ooxml + "wordprocessingml.template",
	"xlsx": ooxml + "spreadsheetml.sheet", "xltx": ooxml + "spreadsheetml.template",
	"pptx": ooxml + "presentationml.presentation", "ppsx": ooxml + "presentationml.slideshow", "potx": ooxml + "presentationml.template",
	"docm": "application/vnd.ms-word.document.macroEnabled.12", "dotm": "application/vnd.ms-word.template.macroEnabled.12",
	"xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12", "pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12",
	"odt": "application/vnd.oasis.opendocument.text", "ods": "application/vnd.oasis.opendocument.spreadsheet",
	"odp": "application/vnd.oasis.opendocument.presentation", "epub": "application/epub+zip",
	"zip": "application/zip", "jar": "application/java-archive", "gzip": "application/gzip", "7z": "application/x-7z-compressed",
	"rar": "application/vnd.rar", "html": "text/html", "mhtml": "multipart/related", "xml": "text/xml", "word-xml": "text/xml",
	"text": "text/plain",
}
