package sqlstore_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email"
)

// People of nobody in particular: common names of both languages, the commonest first.
var (
	menNames = strings.Fields(`Александр Сергей Дмитрий Андрей Алексей Иван Михаил Евгений Максим Артём Николай Владимир Павел Роман
		Денис Кирилл Илья Антон Олег Игорь Никита Виктор Юрий Егор Константин Пётр Семён Фёдор Григорий Тимофей Глеб Степан Ярослав
		Матвей Борис Вадим Руслан Тимур Лев Захар`)
	womenNames = strings.Fields(`Анна Елена Ольга Наталья Екатерина Татьяна Мария Ирина Светлана Юлия Анастасия Дарья Ксения Марина
		Виктория Полина Людмила Галина Надежда Алёна Вера Софья Валерия Евгения Кристина Алина Нина Лариса Тамара Любовь Варвара
		Маргарита Диана Зоя Жанна Ульяна Снежана Агния Таисия Есения`)
	patronyms = strings.Fields(`Александров Сергеев Андреев Алексеев Иванов Михайлов Николаев Владимиров Викторов Юрьев Павлов Петров
		Олегов Игорев Борисов Семёнов Фёдоров Степанов Львов Тимуров`)
	families = strings.Fields(`Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев
		Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев
		Григорьев Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин Максимов Поляков Сорокин
		Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов Осипов Сидоров
		Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков Афанасьев Данилов Савельев
		Тимофеев Фомин Чернов Абрамов Мартынов Ефимов Федотов Щербаков Назаров Калинин Исаев Чернышёв Быков Маслов Родионов Коновалов
		Лазарев Воронин Климов Филатов Пономарёв Голубев Кудрявцев Прохоров Наумов Потапов Журавлёв Овчинников Трофимов Леонов Соболев
		Ермаков Колесников Гончаров Емельянов Никифоров Грачёв Котов Гришин Ефремов Архипов Громов Кириллов Малышев Панов Моисеев Румянцев
		Акимов Кондратьев Бирюков Горбунов Анисимов Ерёмин Тихомиров Галкин Лукьянов Михеев Скворцов Юдин Белоусов Нестеров Симонов
		Прокофьев Харитонов Князев Цветков Левин Митрофанов Воронов Аксёнов Софронов Мальцев Логинов Горшков Савин Краснов Майоров
		Демидов Елисеев Рыбаков Сафонов Плотников Дёмин Хохлов Фадеев Молчанов Игнатов Литвинов Ершов Ушаков Дементьев Рябов Мухин`)
	englishNames = strings.Fields(`James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan
		Joseph Jessica Thomas Sarah Charles Karen Daniel Nancy Matthew Lisa Anthony Betty Mark Sandra Donald Ashley Steven Emily`)
	englishFamilies = strings.Fields(`Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson
		White Harris Clark Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell
		Carter Roberts O'Brien McDonald Fitzgerald Whitaker Kingsley Worthington`)
	domains  = strings.Fields(`mail.example pochta.example inbox.example post.example gorod.example box.example work.example sever.example`)
	spelling = strings.NewReplacer("а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i",
		"й", "y", "к", "k", "л", "l", "м", "m", "н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh",
		"ц", "ts", "ч", "ch", "ш", "sh", "щ", "sch", "ъ", "", "ы", "y", "ь", "", "э", "e", "ю", "yu", "я", "ya", "'", "")
)

const day = 24 * time.Hour

// person is the n-th of count customers, the same one at every call. The first tenth of them came from a shop that is no
// more, and have addresses there; one in twenty was entered much later than he became a customer.
func person(n, count int) email.Customer {
	r := rand.New(rand.NewPCG(uint64(n), 8))
	c := email.Customer{
		ID: fmt.Sprint(n), ExternalID: fmt.Sprintf("CRM-%06d", n),
		ManagerID: fmt.Sprint(r.IntN(40)), StoreID: fmt.Sprint(r.IntN(12)),
		CreatedAt: noon.Add(-6*365*day + time.Duration(float64(n)/float64(count)*float64(6*365*day))),
	}
	if r.IntN(20) == 0 {
		c.CreatedAt = c.CreatedAt.Add(-time.Duration(r.Int64N(int64(2 * 365 * day))))
	}
	switch sex := r.IntN(20); {
	case sex < 8:
		c.FirstName, c.Patronymic, c.LastName = common(r, menNames), common(r, patronyms)+"ич", common(r, families)
	case sex < 17:
		c.FirstName, c.Patronymic, c.LastName = common(r, womenNames), common(r, patronyms)+"на", common(r, families)+"а"
	default:
		c.FirstName, c.LastName = common(r, englishNames), common(r, englishFamilies)
	}
	if r.IntN(2) == 0 {
		c.Patronymic = ""
	}
	given, family := spelling.Replace(strings.ToLower(c.FirstName)), spelling.Replace(strings.ToLower(c.LastName))
	domain := common(r, domains)
	if n < count/10 {
		domain = "staraya-lavka.example"
	}
	c.Emails = []string{fmt.Sprintf(pick(r, "%s.%s%d@%s", "%[2]s.%[1]s%[3]d@%[4]s", "%[2]s%[3]d@%[4]s", "%.1[1]s_%[2]s%[3]d@%[4]s"),
		given, family, r.IntN(10_000), domain)}
	if r.IntN(3) > 0 {
		c.Phones = []string{fmt.Sprintf(pick(r, "+7%d%03d%02d%02d", "8 (%d) %03d-%02d-%02d", "+7 %d %03d-%02d-%02d", "8%d%03d%02d%02d"),
			900+r.IntN(99), r.IntN(1000), r.IntN(100), r.IntN(100))}
	}
	if r.IntN(5) < 2 {
		c.Handles = []email.Handle{{Network: pick(r, "telegram", "vk"), Username: fmt.Sprintf(pick(r, "@%s_%s%d", "%s%s%d", "@%[2]s_%.3[1]s%[3]d"),
			given, family, r.IntN(1000))}}
	}
	return c
}

// common is one of a list, the first ones most often.
func common(r *rand.Rand, list []string) string {
	x := r.Float64()
	return list[int(x*x*float64(len(list)))]
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }
