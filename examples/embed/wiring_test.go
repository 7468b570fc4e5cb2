package main

import (
	"bufio"
	"context"
	"database/sql"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
)

// newCRM is the CRM on an empty database; everybody is the employee whose id stands in the cookie "employee", or Irina.
func newCRM(t testing.TB) *crm {
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(filepath.Join(t.TempDir(), "crm.db")))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	c, err := openCRM(context.Background(), db, func(r *http.Request) string {
		if cookie, err := r.Cookie("employee"); err == nil {
			return cookie.Value
		}
		return "1"
	})
	require.NoError(t, err)
	return c
}

// The CRM's clients keep every promise of email.Customers.
func TestCustomers(t *testing.T) {
	emailtest.TestCustomers(t, emailtest.CustomersHarness{
		NoFields: true,
		Open: func(t testing.TB, list []email.Customer) (one, other email.Customers) {
			c := newCRM(t)
			_, err := c.db.Exec(`INSERT INTO employees VALUES (7, 'Manager', '', NULL, 0); INSERT INTO shops VALUES (3, 'Shop', '', NULL, 0)`)
			require.NoError(t, err)
			for _, customer := range list {
				require.NoError(t, c.saveClient(context.Background(), clientOf(customer)))
			}
			return customers{c}, customers{c}
		},
	})
}

// clientOf is a customer in the CRM's words.
func clientOf(c email.Customer) client {
	one := client{ID: c.ID, Code: c.ExternalID, FirstName: c.FirstName, LastName: c.LastName, Patronymic: c.Patronymic,
		EmployeeID: c.ManagerID, ShopID: c.StoreID, CreatedAt: c.CreatedAt}
	for _, addr := range c.Emails {
		one.Contacts = append(one.Contacts, contact{"email", addr})
	}
	for _, number := range c.Phones {
		one.Contacts = append(one.Contacts, contact{"phone", number})
	}
	for _, handle := range c.Handles {
		one.Contacts = append(one.Contacts, contact{handle.Network, handle.Username})
	}
	return one
}

// Its employees, shops and mailboxes keep every promise of sender.Directory.
func TestSenders(t *testing.T) {
	emailtest.TestDirectory(t, emailtest.DirectoryHarness{
		Open: func(t testing.TB, users, stores, additional []sender.Identity) (one, other sender.Directory) {
			c := newCRM(t)
			for statement, list := range map[string][]sender.Identity{
				`INSERT INTO employees VALUES (?, ?, ?, ?, ?)`:                                              users,
				`INSERT INTO shops VALUES (?, ?, ?, ?, ?)`:                                                  stores,
				`INSERT INTO mailboxes SELECT ?, ?, ?, ?, ?, COALESCE(MAX(position), 0) + 1 FROM mailboxes`: additional,
			} {
				for _, i := range list {
					confirmed := sql.NullTime{Time: i.ConfirmedAt, Valid: !i.ConfirmedAt.IsZero()}
					_, err := c.db.Exec(statement, i.ID, i.Mailbox.Name, i.Mailbox.Address, confirmed, i.Allowed)
					require.NoError(t, err)
				}
			}
			return senders{c.db}, senders{c.db}
		},
	})
}

// The package comment says how long the wiring is.
func TestWiringIsShort(t *testing.T) {
	total := 0
	for name, most := range map[string]int{"customers.go": 60, "senders.go": 60, "wiring.go": 150, "server.go": 150} {
		lines := codeLines(t, name)
		assert.LessOrEqual(t, lines, most, name)
		total += lines
	}
	assert.LessOrEqual(t, total, 150)
}

// codeLines counts what is not blank, a comment, or the package and import clauses, in a file formatted by gofmt.
func codeLines(t testing.TB, name string) (n int) {
	file, err := os.Open(name)
	require.NoError(t, err)
	defer file.Close()
	importing := false
	for lines := bufio.NewScanner(file); lines.Scan(); {
		switch line := strings.TrimSpace(lines.Text()); {
		case line == "import (", importing:
			importing = line != ")"
		case line != "" && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "package "):
			n++
		}
	}
	return n
}
