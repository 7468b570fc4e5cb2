package twig

// locale is what formatting needs to know of a language, as Unicode's CLDR 42 has it.
type locale struct {
	group, decimal, nan string
	percent             string // between the number and its end
	symbolFirst         bool   // "$5", not "5 $"
	symbols             map[string]string
	months              [2][2][12]string // in a date or alone, abbreviated or wide
	monthLetters        string
	days                [4][7]string // abbreviated, wide, one letter, two letters; from Sunday
	halves              [2]string    // AM and PM
	eras                [3]string    // abbreviated, wide, one letter
	quarters            [2]string    // abbreviated and wide, with a hole for the number
	ordinals            [4]string    // of the wide ones, where they are not the number
	dates               [4]string    // patterns: full, long, medium, short
	times               [4]string
	joins               [4]string // between date and time, by the date
	firstDay            int       // of the week, from Sunday
	minDays             int       // of a year's first week that are in the year
	zoneNames           map[string]string
	zoneWords           [2]string // standard and summer time, with a hole for the place
	zoneShort           map[string]bool
}

const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
)

// localeNames are the names by which templates may ask for a locale; a region stands only where it has the formats of
// the language.
var localeNames = map[string]*locale{
	"en": &english, "en_US": &english, "en-US": &english,
	"ru": &russian, "ru_RU": &russian, "ru-RU": &russian,
	"es": &spanish, "es_ES": &spanish, "es-ES": &spanish,
}

var english = locale{
	group: ",", decimal: ".", nan: "NaN", symbolFirst: true,
	symbols: map[string]string{"AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪",
		"INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "PHP": "₱", "TWD": "NT$", "USD": "$", "VND": "₫",
		"XAF": "FCFA", "XCD": "EC$", "XOF": "F" + nnbsp + "CFA", "XPF": "CFPF", "XXX": "¤"},
	months: [2][2][12]string{
		{{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
			{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}},
		{{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
			{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}},
	},
	monthLetters: "JFMAMJJASOND",
	days: [4][7]string{{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		{"S", "M", "T", "W", "T", "F", "S"}, {"Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"}},
	halves: [2]string{"AM", "PM"}, eras: [3]string{"AD", "Anno Domini", "A"}, quarters: [2]string{"Q%", "% quarter"}, ordinals: [4]string{"1st", "2nd", "3rd", "4th"},
	dates:    [4]string{"EEEE, MMMM d, y", "MMMM d, y", "MMM d, y", "M/d/yy"},
	times:    [4]string{"h:mm:ss" + nnbsp + "a zzzz", "h:mm:ss" + nnbsp + "a z", "h:mm:ss" + nnbsp + "a", "h:mm" + nnbsp + "a"},
	joins:    [4]string{" 'at' ", " 'at' ", ", ", ", "},
	firstDay: 0, minDays: 1,
	zoneNames: map[string]string{"UTC": "Coordinated Universal Time", "GMT": "Greenwich Mean Time", "BST": "British Summer Time",
		"CET": "Central European", "EET": "Eastern European", "WET": "Western European", "MSK": "Moscow", "Europe/Samara": "Samara",
		"Asia/Yekaterinburg": "Yekaterinburg", "Asia/Omsk": "Omsk", "Asia/Novosibirsk": "Novosibirsk", "Asia/Krasnoyarsk": "Krasnoyarsk",
		"Asia/Irkutsk": "Irkutsk", "Asia/Yakutsk": "Yakutsk", "Asia/Vladivostok": "Vladivostok", "Asia/Magadan": "Magadan",
		"Asia/Kamchatka": "Petropavlovsk-Kamchatski", "Europe/Volgograd": "Volgograd", "Asia/Sakhalin": "Sakhalin"},
	zoneWords: [2]string{"% Standard Time", "% Summer Time"},
}

var russian = locale{
	group: nbsp, decimal: ",", nan: "не" + nbsp + "число", percent: nbsp,
	symbols: map[string]string{"AUD": "A$", "BRL": "R$", "CAD": "CA$", "CNY": "CN¥", "EUR": "€", "GBP": "£", "HKD": "HK$", "ILS": "₪",
		"INR": "₹", "JPY": "¥", "KRW": "₩", "MXN": "MX$", "NZD": "NZ$", "RUB": "₽", "RUR": "р.", "THB": "฿", "TMT": "ТМТ", "TWD": "NT$",
		"UAH": "₴", "USD": "$", "VND": "₫", "XAF": "FCFA", "XCD": "EC$", "XOF": "F" + nnbsp + "CFA", "XPF": "CFPF", "XXX": "XXXX"},
	months: [2][2][12]string{
		{{"янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."},
			{"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"}},
		{{"янв.", "февр.", "март", "апр.", "май", "июнь", "июль", "авг.", "сент.", "окт.", "нояб.", "дек."},
			{"январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь", "декабрь"}},
	},
	monthLetters: "ЯФМАМИИАСОНД",
	days: [4][7]string{{"вс", "пн", "вт", "ср", "чт", "пт", "сб"},
		{"воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота"},
		{"В", "П", "В", "С", "Ч", "П", "С"}, {"вс", "пн", "вт", "ср", "чт", "пт", "сб"}},
	halves: [2]string{"AM", "PM"}, eras: [3]string{"н. э.", "от Рождества Христова", "н. э."}, quarters: [2]string{"%-й кв.", "%-й квартал"},
	dates:    [4]string{"EEEE, d MMMM y" + nnbsp + "'г'.", "d MMMM y" + nnbsp + "'г'.", "d MMM y" + nnbsp + "'г'.", "dd.MM.y"},
	times:    [4]string{"HH:mm:ss zzzz", "HH:mm:ss z", "HH:mm:ss", "HH:mm"},
	joins:    [4]string{" 'в' ", " 'в' ", ", ", ", "},
	firstDay: 1, minDays: 4,
	zoneNames: map[string]string{"UTC": "Всемирное координированное время", "GMT": "Среднее время по Гринвичу", "BST": "Великобритания, летнее время",
		"CET": "Центральная Европа", "EET": "Восточная Европа", "WET": "Западная Европа", "MSK": "Москва", "Europe/Samara": "Самарское % время",
		"Asia/Yekaterinburg": "Екатеринбург", "Asia/Omsk": "Омск", "Asia/Novosibirsk": "Новосибирск", "Asia/Krasnoyarsk": "Красноярск",
		"Asia/Irkutsk": "Иркутск", "Asia/Yakutsk": "Якутск", "Asia/Vladivostok": "Владивосток", "Asia/Magadan": "Магадан",
		"Asia/Kamchatka": "Петропавловск-Камчатский", "Europe/Volgograd": "Волгоград", "Asia/Sakhalin": "Сахалин"},
	zoneWords: [2]string{"%, стандартное время", "%, летнее время"},
}

var spanish = locale{
	group: ".", decimal: ",", nan: "NaN", percent: nbsp,
	symbols: map[string]string{"ESP": "₧", "EUR": "€", "THB": "฿", "USD": "US$", "VND": "₫", "XPF": "CFPF", "XXX": "¤"},
	months: [2][2][12]string{
		{{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
			{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}},
		{{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
			{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}},
	},
	monthLetters: "EFMAMJJASOND",
	days: [4][7]string{{"dom", "lun", "mar", "mié", "jue", "vie", "sáb"},
		{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		{"D", "L", "M", "X", "J", "V", "S"}, {"DO", "LU", "MA", "MI", "JU", "VI", "SA"}},
	halves: [2]string{"a." + nbsp + "m.", "p." + nbsp + "m."}, eras: [3]string{"d. C.", "después de Cristo", "d. C."}, quarters: [2]string{"T%", "% trimestre"}, ordinals: [4]string{"1.er", "2.º", "3.er", "4.º"},
	dates:    [4]string{"EEEE, d 'de' MMMM 'de' y", "d 'de' MMMM 'de' y", "d MMM y", "d/M/yy"},
	times:    [4]string{"H:mm:ss (zzzz)", "H:mm:ss z", "H:mm:ss", "H:mm"},
	joins:    [4]string{", ", ", ", ", ", ", "},
	firstDay: 1, minDays: 4,
	zoneNames: map[string]string{"UTC": "tiempo universal coordinado", "GMT": "hora del meridiano de Greenwich", "BST": "hora de verano británica",
		"CET": "Europa central", "EET": "Europa oriental", "WET": "Europa occidental", "MSK": "Moscú", "Europe/Samara": "Samara",
		"Asia/Yekaterinburg": "Ekaterimburgo", "Asia/Omsk": "Omsk", "Asia/Novosibirsk": "Novosibirsk", "Asia/Krasnoyarsk": "Krasnoyarsk",
		"Asia/Irkutsk": "Irkutsk", "Asia/Yakutsk": "Yakutsk", "Asia/Vladivostok": "Vladivostok", "Asia/Magadan": "Magadán",
		"Asia/Kamchatka": "Kamchatka", "Europe/Volgograd": "Volgogrado", "Asia/Sakhalin": "Sajalín"},
	zoneWords: [2]string{"hora estándar de %", "hora de verano de %"},
	zoneShort: map[string]bool{"CET": true, "CEST": true, "EET": true, "EEST": true, "WET": true, "WEST": true},
}

// currencyDigits are the currencies that have not two digits of their small unit.
var currencyDigits = map[string]int{
	"ADP": 0, "AFN": 0, "ALL": 0, "BIF": 0, "BYR": 0, "CLP": 0, "DJF": 0, "ESP": 0, "GNF": 0, "IQD": 0, "IRR": 0, "ISK": 0, "ITL": 0,
	"JPY": 0, "KMF": 0, "KPW": 0, "KRW": 0, "LAK": 0, "LBP": 0, "LUF": 0, "MGA": 0, "MGF": 0, "MMK": 0, "MRO": 0, "PYG": 0, "RSD": 0,
	"RWF": 0, "SLL": 0, "SOS": 0, "STD": 0, "SYP": 0, "TMM": 0, "TRL": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0,
	"XPF": 0, "YER": 0, "ZMK": 0, "ZWD": 0, "BHD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3, "CLF": 4, "UYW": 4,
}
