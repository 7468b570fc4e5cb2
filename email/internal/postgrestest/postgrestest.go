// Package postgrestest runs a real PostgreSQL for tests: a throw-away server that listens on a socket in a folder of its
// own and is gone when the process is gone, however that ends. A test begins with
//
//	db, err := sql.Open("pgx", postgrestest.Start(t))
//
// and has an empty database to itself.
package postgrestest

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Start returns the data source name of a new, empty database, which is dropped when the test ends. All tests of a
// process share one server, which does not wait for the disk: what it keeps survives the end of its clients, but not its
// own. It skips the test where PostgreSQL is not installed.
func Start(t testing.TB) string {
	t.Helper()
	return theServer(t).Database(t)
}

// Template is what databases begin as instead of empty: whatever Make does to the first one is done once a process, and
// copied for each. The zero value of everything but Make is good, and it is safe for concurrent use.
type Template struct {
	Make func(dsn string) error

	once sync.Once
	name string
	err  error
}

// Start is as the function of that name, but for what the database begins as.
func (m *Template) Start(t testing.TB) string {
	t.Helper()
	server := theServer(t)
	m.once.Do(func() {
		if m.name, m.err = server.create(""); m.err == nil {
			m.err = m.Make(server.dsn(m.name))
		}
	})
	must(t, m.err)
	return server.database(t, m.name)
}

// shared is the server of this process; nil where there is no PostgreSQL.
var shared = sync.OnceValues(func() (*Server, error) {
	if binaries() == "" {
		return nil, nil
	}
	return start("fsync=off", "synchronous_commit=off", "full_page_writes=off")
})

// theServer is shared, or skips the test.
func theServer(t testing.TB) *Server {
	t.Helper()
	server, err := shared()
	must(t, err)
	if server == nil {
		t.Skip(missing)
	}
	return server
}

const missing = "PostgreSQL is not installed, or this is not Linux: there is no postgres in PATH, nor in /usr/lib/postgresql/*/bin"

// binaries is the folder of PostgreSQL's programs; empty: there is none. Debian keeps them out of PATH, the newest last.
func binaries() string {
	if runtime.GOOS != "linux" { // whose /proc tells when a killed server is gone
		return ""
	}
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // it is a good pattern
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			folders = append(folders, filepath.Dir(path))
		}
	}
	for _, folder := range slices.Backward(folders) {
		if _, err := os.Stat(filepath.Join(folder, "initdb")); err == nil {
			return folder
		}
	}
	return ""
}

// patience is how long the server may take to start.
const patience = 30 * time.Second

// Database makes a new, empty database and returns its data source name. It is dropped when the test ends.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	return s.database(t, "")
}

// database is a copy of a template that nobody is connected to; "": it is empty.
func (s *Server) database(t testing.TB, template string) string {
	t.Helper()
	name, err := s.create(template)
	must(t, err)
	t.Cleanup(func() { must(t, s.execute("DROP DATABASE "+name+" WITH (FORCE)")) })
	return s.dsn(name)
}

func (s *Server) create(template string) (name string, err error) {
	name = "test_" + strings.ToLower(rand.Text())
	return name, s.execute("CREATE DATABASE " + name + " TEMPLATE " + cmp.Or(template, "template1"))
}

func (s *Server) dsn(database string) string {
	return fmt.Sprintf("host=%s user=postgres dbname=%s", s.dir, database)
}

func (s *Server) execute(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.dsn("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("postgrestest: %v", err)
	}
}
