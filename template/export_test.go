package template

// Texts gives the tests both texts of a code as they stand in the table.
func Texts(code string) (ru, en string) { return texts[code].ru, texts[code].en }
