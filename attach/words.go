package attach

import (
	"strconv"
	"strings"
)

// plural is the form of a noun after n: 1 файл, 2 файла, 5 файлов, 11 файлов; 1 file, 2 files.
func plural(n int64, forms []string, l language) string {
	form := 1
	switch {
	case l == english:
		if n == 1 {
			form = 0
		}
	case n%10 == 1 && n%100 != 11:
		form = 0
	case n%10 < 2 || n%10 > 4 || n%100 >= 12 && n%100 <= 14:
		form = 2
	}
	return forms[min(form, len(forms)-1)]
}

type rounding bool

const (
	roundDown rounding = false
	roundUp   rounding = true
)

// units are the words for sizes.
var units = [...]TableUnits{
	english: {Bytes: []string{"byte", "bytes"}, KB: "KB", MB: "MB", Point: "."},
	russian: {Bytes: []string{"байт", "байта", "байт"}, KB: "КБ", MB: "МБ", Point: ","},
}

// sizeText writes a size in the base of the check, with one digit after the point where it is not whole. What is over
// a limit is rounded up and limits are rounded down, so that the two never look the same.
func sizeText(n int64, l language, up rounding) string {
	u := units[l]
	if n < 1<<10 {
		return strconv.FormatInt(n, 10) + " " + plural(n, u.Bytes, l)
	}
	unit, name := int64(1<<10), u.KB
	if n >= mb {
		unit, name = mb, u.MB
	}
	whole, tenths := n/unit, (n%unit)*10/unit
	if up && (n%unit)*10%unit != 0 {
		if tenths++; tenths == 10 {
			whole, tenths = whole+1, 0
		}
	}
	text := strconv.FormatInt(whole, 10)
	if tenths != 0 {
		text += u.Point + strconv.FormatInt(tenths, 10)
	}
	return text + " " + name
}

// kindNames are the kinds as people call them; any other is called by its letters.
var kindNames = map[string]words{
	"":           {"неизвестный формат", "an unknown format"},
	"exe":        {"программа", "a program"},
	"script":     {"программа", "a program"},
	"apk":        {"программа", "a program"},
	"jar":        {"программа", "a program"},
	"html":       {"веб-страница", "a web page"},
	"mhtml":      {"веб-страница", "a web page"},
	"word-xml":   {"документ Word в формате XML", "a Word document saved as XML"},
	"text":       {"текст", "text"},
	"zip":        {"архив ZIP", "a ZIP archive"},
	"ole":        {"файл Microsoft Office или установщик", "a Microsoft Office file or an installer"},
	"encrypted":  {"документ с паролем", "a document with a password"},
	"msg":        {"письмо Outlook", "an Outlook message"},
	"postscript": {"PostScript", "PostScript"},
	"jpeg2000":   {"JPEG 2000", "JPEG 2000"},
	"webp":       {"WebP", "WebP"},
	"video":      {"видео или звук", "video or sound"},
}

func kindName(kind string, l language) string {
	if w, ok := kindNames[kind]; ok {
		if l == russian {
			return w.ru
		}
		return w.en
	}
	return strings.ToUpper(kind)
}
