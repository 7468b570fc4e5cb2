package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "crm")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)

	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(filepath.Join(folder, "crm.db")))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		log.Fatal(err)
	}
	store, err := sqlstore.New(db, sqlstore.Options{})
	if err != nil {
		log.Fatal(err)
	}

	err = store.SaveCustomer(ctx, email.Customer{
		ID: "101", ExternalID: "crm-77", FirstName: "Алёна", LastName: "Семёнова",
		Emails: []string{"alena@mail.example"}, Phones: []string{"+7 (912) 345-67-89"},
		CreatedAt: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, text := range []string{"алена семенова", "8 912 345", "CRM-77"} {
		matches, err := store.SearchCustomers(ctx, email.ParseQuery(text, 20))
		if err != nil {
			log.Fatal(err)
		}
		for _, match := range matches {
			fmt.Println(match.Customer.ID, "by", match.Attribute, match.Value, match.Exact)
		}
	}
	// Output:
	// 101 by name Алёна Семёнова false
	// 101 by phone +7 (912) 345-67-89 false
	// 101 by external-id crm-77 true
}
