package email_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/crmmail/crmmail/"

// leaves know neither each other nor email; what they share comes from the standard library.
var leaves = []string{"sender", "attach", "validate", "template", "email/message"}

// mayImport is the table of who may import whom among our own packages, tests apart. A new package starts here.
var mayImport = map[string][]string{
	"sender":           nil,
	"attach":           nil,
	"attach/clamd":     {"attach"},
	"validate":         nil,
	"template":         nil,
	"template/twig":    {"template"},
	"template/jinja":   {"template"},
	"email":            {"sender", "attach", "validate", "template", "template/twig", "email/message"},
	"email/message":    nil,
	"email/dkim":       {"email/message"},
	"email/smtp":       {"email", "email/message"},
	"email/emlfile":    {"email", "email/message"},
	"email/lmtp":       {"email"},
	"email/phone":      nil,
	"email/sqlstore":   append([]string{"email"}, leaves...),
	"email/riverqueue": {"email", "email/sqlstore"},
	"email/emailtest":  append([]string{"email"}, leaves...),
	"email/preview":    {"email", "email/message"},
}

// public is every package that an example may import.
func public() []string {
	var all []string
	for name := range mayImport {
		all = append(all, name)
	}
	return all
}

// TestImports holds the table: an edge that is not in it, or a package without a row, fails.
func TestImports(t *testing.T) {
	root := ".."
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() && (name == "testdata" || strings.HasPrefix(name, ".") && name != "..") {
			return filepath.SkipDir
		}
		if entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		rel, err := filepath.Rel(root, file)
		require.NoError(t, err)
		checkFile(t, file, owner(path.Dir(filepath.ToSlash(rel))))
		return nil
	})
	require.NoError(t, err)
}

// owner is the package that a folder belongs to: what lies under internal is part of the package above it.
func owner(folder string) string {
	folder, _, _ = strings.Cut(folder+"/", "/internal/")
	return strings.TrimSuffix(folder, "/")
}

func checkFile(t *testing.T, file, importer string) {
	t.Helper()
	allowed, known := mayImport[importer]
	if strings.HasPrefix(importer, "examples/") {
		allowed, known = public(), true
	}
	if !known {
		t.Errorf("%s: package %s has no row in the table", file, importer)
		return
	}
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
	require.NoError(t, err)
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		if !strings.HasPrefix(imported, module) {
			if imported == "testing" && importer != "email/emailtest" && !strings.Contains(file, "internal") {
				t.Errorf("%s imports testing", file)
			}
			continue
		}
		target := owner(strings.TrimPrefix(imported, module))
		if target != importer && !slices.Contains(allowed, target) {
			t.Errorf("%s: %s may not import %s", file, importer, target)
		}
	}
}
