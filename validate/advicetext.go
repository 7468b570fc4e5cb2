package validate

// adviceMessages are the texts of what else a sender wants to know.
var adviceMessages = map[string]message{
	"placeholder.unresolved": {
		"В письме осталась незаполненная подстановка: {construct}. Клиент увидит её вместо значения. " +
			"Проверьте имя переменной или уберите подстановку.",
		"The letter has a placeholder that nobody filled in: {construct}. The customer will see it in place of the value. " +
			"Check the name of the variable, or take the placeholder out.",
	},
	"placeholder.gap": {
		"В обращении нет имени: {construct}. Добавьте в шаблон значение на случай, когда имя неизвестно.",
		"The greeting has no name: {construct}. Give the template a value for the case that the name is not known.",
	},
	"link.empty": {
		"Ссылка никуда не ведёт: {construct}. Укажите полный адрес, начинающийся с https://.",
		"The link leads nowhere: {construct}. Give it a full address that starts with https://.",
	},
	"link.invalid": {
		"Адрес ссылки написан с ошибкой, браузер его не откроет: {construct}. Исправьте адрес.",
		"The address of the link has a mistake, and no browser will open it: {construct}. Mend the address.",
	},
	"link.relative": {
		"Ссылка без имени сайта в письме не работает: {construct}. Укажите полный адрес, начинающийся с https://.",
		"A link without the name of a site does not work in a letter: {construct}. Give it a full address that starts with https://.",
	},
	"link.insecure": {
		"Ссылка без шифрования: {construct}. Некоторые почтовые программы предупредят о ней или не покажут картинку. " +
			"Замените http:// на https://, если сайт {host} его поддерживает.",
		"The link is not encrypted: {construct}. Some mail programs warn of it, or do not show the picture. " +
			"Replace http:// by https:// if the site {host} has it.",
	},
	"link.userinfo": {
		"В адресе ссылки перед @ стоит имя пользователя: {construct}. Так поступают мошенники: ссылка ведёт на {host}. " +
			"Уберите всё до знака @.",
		"The address of the link has a user name in front of an @: {construct}. Frauds do that; the link leads to {host}. " +
			"Take out all that stands before the @.",
	},
	"link.local": {
		"Ссылка ведёт на адрес внутри вашей сети или на ваш же компьютер: {construct}. У клиента она не откроется. " +
			"Укажите адрес, доступный из интернета.",
		"The link leads into your own network or to your own computer: {construct}. It will not open for the customer. " +
			"Use an address that can be reached from the Internet.",
	},
	"link.ip": {
		"В ссылке IP-адрес вместо имени сайта: {construct}. Спам-фильтры таким ссылкам не доверяют. Укажите имя сайта.",
		"The link has an IP address in place of the name of a site: {construct}. Spam filters distrust such links. Use the name of the site.",
	},
	"link.port": {
		"В ссылке необычный порт: {construct}. Часть сетей и спам-фильтров такие ссылки не пропускает. " +
			"Укажите адрес без номера порта.",
		"The link has an unusual port: {construct}. Some networks and spam filters stop such links. " +
			"Use an address without a port number.",
	},
	"link.file": {
		"Ссылка ведёт на файл на вашем компьютере: {construct}. У клиента она не откроется. " +
			"Приложите файл к письму или выложите его на сайт.",
		"The link leads to a file on your own computer: {construct}. It will not open for the customer. " +
			"Attach the file, or put it on a site.",
	},
	"link.cid": {
		"Ссылка на вложение, которого в письме нет: {construct}. Картинка не покажется. " +
			"Приложите её к письму или укажите адрес, начинающийся с https://.",
		"The link names a part that the letter does not have: {construct}. The picture will not be shown. " +
			"Attach it, or use an address that starts with https://.",
	},
	"link.invisible": {
		"В адресе ссылки есть невидимые символы: {construct}. Ссылка может не открыться, а спам-фильтры сочтут её подделкой. " +
			"Наберите адрес заново.",
		"The address of the link has invisible characters: {construct}. It may not open, and spam filters will take it for a forgery. " +
			"Type the address anew.",
	},
	"link.mixed-script": {
		"В имени сайта смешаны буквы разных алфавитов: {construct}. Настоящее имя — {host}, так подделывают чужие сайты. " +
			"Наберите адрес заново.",
		"The name of the site mixes letters of several alphabets: {construct}. Its true name is {host}; sites are forged that way. " +
			"Type the address anew.",
	},
	"link.look-alike": {
		"Имя сайта написано буквами другого алфавита, похожими на латинские: {construct}. Настоящее имя — {host}, " +
			"так подделывают чужие сайты. Наберите адрес заново.",
		"The name of the site is written in letters of another alphabet that look like Latin ones: {construct}. Its true name is {host}; " +
			"sites are forged that way. Type the address anew.",
	},
	"link.mismatch": {
		"В тексте ссылки один сайт, а ведёт она на другой, {host}: {construct}. Почтовые программы принимают такие письма за " +
			"мошеннические. Напишите в тексте тот же сайт или слова вместо адреса.",
		"The text of the link shows one site, but it leads to another, {host}: {construct}. Mail programs take such letters for " +
			"fraud. Show the same site in the text, or words in place of an address.",
	},
	"image.no-alt": {
		"У картинки нет текста на случай, если она не загрузится: {construct}. Добавьте атрибут alt; " +
			"для украшений — пустой, alt=\"\".",
		"The picture has no text for readers to whom it is not shown: {construct}. Add the attribute alt; " +
			"for mere decoration an empty one, alt=\"\".",
	},
	"document.no-lang": {
		"Не указан язык письма: {construct}. Программы чтения вслух ошибутся в произношении, а почта предложит перевод. " +
			"Добавьте атрибут lang=\"ru\".",
		"The language of the letter is not given: {construct}. Screen readers will mispronounce it, and mail programs offer a translation. " +
			"Add the attribute lang=\"en\".",
	},
	"document.no-title": {
		"У письма нет заголовка страницы: {construct}. Его видно, когда письмо открывают в браузере. Добавьте <title> в <head>.",
		"The letter has no page title: {construct}. It is seen where the letter is opened in a browser. Add a <title> to the <head>.",
	},
	"size.clipped": {
		"HTML письма занимает {size} КБ ({encoded} КБ в кодировке для отправки). Gmail покажет первые 102 КБ, до этого места: {construct}. " +
			"Сократите письмо: уберите лишние стили и блоки.",
		"The HTML of the letter has {size} KB ({encoded} KB as encoded for sending). Gmail shows the first 102 KB, up to here: {construct}. " +
			"Shorten the letter: take out styles and blocks that are not needed.",
	},
	"size.near-clipping": {
		"HTML письма занимает {size} КБ ({encoded} КБ в кодировке для отправки); последний фрагмент: {construct}. Gmail обрезает письма " +
			"больше 102 КБ. Не делайте письмо длиннее, а лучше сократите.",
		"The HTML of the letter has {size} KB ({encoded} KB as encoded for sending); its end: {construct}. Gmail clips letters of " +
			"more than 102 KB. Do not make it longer; better, shorten it.",
	},
	"bulk.no-unsubscribe": {
		"В рассылке до самого конца ({construct}) нет ссылки, чтобы отписаться. Почтовые сервисы её требуют, без неё " +
			"письма отмечают как спам. Добавьте ссылку «Отписаться».",
		"The mailing has no link to unsubscribe down to its end ({construct}). Mailbox providers ask for one; without it " +
			"readers mark letters as spam. Add a link “Unsubscribe”.",
	},
	"content.image-only": {
		"В письме почти нет текста, всё содержание в картинках: {construct}. Пока картинки не загружены, клиент ничего не увидит, " +
			"а спам-фильтры таким письмам не доверяют. Напишите главное текстом.",
		"The letter has hardly any text, all it says is in pictures: {construct}. Until they are loaded the customer sees nothing, " +
			"and spam filters distrust such letters. Say what matters in words.",
	},
	"preheader.repeated": {
		"Прехедер повторяет тему или начало письма: {construct}. В списке писем клиент прочтёт одно и то же дважды. " +
			"Напишите в прехедере что-то новое или оставьте его пустым.",
		"The preheader repeats the subject or the beginning of the letter: {construct}. In the list of mails the customer reads the same twice. " +
			"Let the preheader say something new, or leave it empty.",
	},
}
