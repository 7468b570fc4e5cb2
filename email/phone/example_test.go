package phone_test

import (
	"fmt"

	"github.com/crmmail/crmmail/email/phone"
)

func ExampleNormalizer() {
	forms, err := phone.Normalizer("ES")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(forms("612 34 56 78"))
	fmt.Println(forms("+7 900 765-43-21"))
	fmt.Println(forms("call me"))
	// Output:
	// [34612345678 612345678]
	// [79007654321 89007654321 9007654321]
	// []
}
