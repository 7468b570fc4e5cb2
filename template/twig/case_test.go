package twig_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

var update = flag.Bool("update", false, "rewrite what the cases expect with what the real Twig prints (needs TWIG_DIR)")

// caseOptions are what a case sets besides templates and data.
type caseOptions struct {
	Strict     bool   `json:"strict,omitempty"`
	Autoescape any    `json:"autoescape,omitempty"`
	Timezone   string `json:"timezone,omitempty"`
	Locale     string `json:"locale,omitempty"` // adds the intl extra, which wants ICU 72
	Policy     *struct {
		Tags       []string            `json:"tags"`
		Filters    []string            `json:"filters"`
		Functions  []string            `json:"functions"`
		Methods    map[string][]string `json:"methods,omitempty"`
		Properties map[string][]string `json:"properties,omitempty"`
	} `json:"policy,omitempty"`
	Own bool `json:"own,omitempty"` // Twig itself has no such thing
}

// testCase is a file of testdata/cases: sections that begin with a line "-- name --". A section without a dash is a
// template by that name; "data" and "options" are JSON; "output" or "error" ("kind line: message") ends the file.
type testCase struct {
	path      string
	templates map[string]string
	names     []string
	data      string
	options   caseOptions
	rawOpts   string
	output    string
	fault     string
}

func readCase(t testing.TB, path string) *testCase {
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	c := &testCase{path: path, templates: map[string]string{}, data: "{}"}
	for _, section := range strings.Split("\n"+string(raw), "\n-- ")[1:] {
		name, body, ok := strings.Cut(section, " --\n")
		require.True(t, ok, "%s: a section without a head", path)
		switch name {
		case "data":
			c.data = body
		case "options":
			c.rawOpts = body
			require.NoError(t, json.Unmarshal([]byte(body), &c.options), path)
		case "output":
			c.output = strings.TrimSuffix(body, "\n")
		case "error":
			c.fault = strings.TrimSuffix(body, "\n")
		default:
			c.templates[name] = body
			c.names = append(c.names, name)
		}
	}
	require.Contains(t, c.templates, "index.twig", path)
	return c
}

func allCases(t testing.TB) []*testCase {
	paths, err := filepath.Glob("testdata/cases/*/*.case")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	cases := make([]*testCase, len(paths))
	for i, p := range paths {
		cases[i] = readCase(t, p)
	}
	return cases
}

// source is a template.Source over a map.
type source map[string]string

func (s source) Source(_ context.Context, name string) (string, error) {
	text, ok := s[name]
	if !ok {
		return "", fmt.Errorf("%q: %w", name, template.ErrNotFound)
	}
	return text, nil
}

func (c *testCase) engine(t testing.TB) *twig.Engine {
	o := twig.Options{Source: source(c.templates), Strict: c.options.Strict, Locale: c.options.Locale, Trusted: c.options.Policy == nil}
	if p := c.options.Policy; p != nil {
		o.Policy = &twig.Policy{Tags: p.Tags, Filters: p.Filters, Functions: p.Functions, Methods: p.Methods, Properties: p.Properties}
	}
	switch a := c.options.Autoescape.(type) {
	case string:
		o.Autoescape = a
	case bool:
		o.Autoescape = "none"
	}
	if c.options.Timezone != "" {
		loc, err := time.LoadLocation(c.options.Timezone)
		require.NoError(t, err)
		o.Location = loc
	}
	eng, err := twig.New(o)
	require.NoError(t, err)
	return eng
}

// render gives the output, or the error as a case writes it down.
func (c *testCase) render(t testing.TB) (output, fault string) {
	data, err := twig.DecodeJSON([]byte(c.data))
	require.NoError(t, err, c.path)
	tpl, err := c.engine(t).Load(context.Background(), "index.twig")
	var out template.Output
	if err == nil {
		out, err = tpl.RenderValue(context.Background(), data)
	}
	if err != nil {
		var e *template.Error
		require.ErrorAs(t, err, &e)
		assert.Positive(t, e.Column, "%s: %v has no column", c.path, err)
		return "", fmt.Sprintf("%s %d: %s", e.Kind, e.Line, e.Message)
	}
	if out.Canceled {
		return "", "canceled: " + out.Reason
	}
	return out.Text, ""
}

func TestCases(t *testing.T) {
	for _, c := range allCases(t) {
		t.Run(strings.TrimPrefix(c.path, "testdata/cases/"), func(t *testing.T) {
			output, fault := c.render(t)
			assert.Equal(t, c.fault, fault)
			assert.Equal(t, c.output, output)
		})
	}
}

// TestCasesAgainstTwig holds what the cases expect to the real Twig 3.30, where it is at hand.
func TestCasesAgainstTwig(t *testing.T) {
	ask := realTwig(t)
	icu := icuVersion(t)
	for _, c := range allCases(t) {
		if c.options.Own || c.options.Locale != "" && !strings.HasPrefix(icu, "72.") {
			continue
		}
		output, fault := ask(c)
		if *update {
			c.output, c.fault = output, fault
			require.NoError(t, os.WriteFile(c.path, c.file(), 0o644))
			continue
		}
		assert.Equal(t, c.fault, fault, c.path)
		assert.Equal(t, c.output, output, c.path)
	}
}

// icuVersion is the version of ICU beneath the real intl extra, "" where there is none.
func icuVersion(t *testing.T) string {
	version, err := exec.Command("php", "testdata/oracle.php", "--icu").Output()
	require.NoError(t, err)
	return string(version)
}

// file lays the case out as its file.
func (c *testCase) file() []byte {
	var b bytes.Buffer
	section := func(name, body string) { fmt.Fprintf(&b, "-- %s --\n%s\n", name, body) }
	for _, name := range c.names {
		section(name, c.templates[name])
	}
	if c.data != "{}" {
		section("data", c.data)
	}
	if c.rawOpts != "" {
		section("options", c.rawOpts)
	}
	if c.fault != "" {
		section("error", c.fault)
	} else {
		section("output", c.output)
	}
	return b.Bytes()
}

// realTwig starts the real Twig and returns a function that asks it; it skips the test where there is none.
func realTwig(t *testing.T) func(*testCase) (output, fault string) {
	dir := os.Getenv("TWIG_DIR")
	if dir == "" { // where .ci/twig puts it
		cache, err := os.UserCacheDir()
		require.NoError(t, err)
		dir = filepath.Join(cache, "crmmail-twig/usr/share/php/Twig")
		t.Setenv("TWIG_DIR", dir)
	}
	php, err := exec.LookPath("php")
	if errors.Is(err, exec.ErrNotFound) {
		t.Skip("there is no php to run the real Twig with")
	}
	if _, err := os.Stat(filepath.Join(dir, "Environment.php")); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("the real Twig is not at %s; .ci/twig fetches it", dir)
	}
	version, err := exec.Command(php, "testdata/oracle.php", "--version").Output()
	require.NoError(t, err)
	if !strings.HasPrefix(string(version), "3.30.") {
		t.Skipf("the real Twig is %s, not 3.30", version)
	}
	return func(c *testCase) (string, string) {
		line, err := json.Marshal(map[string]any{"templates": c.templates, "data": json.RawMessage(c.data), "options": c.options})
		require.NoError(t, err)
		cmd := exec.Command(php, "testdata/oracle.php")
		cmd.Stdin = bytes.NewReader(append(line, '\n'))
		raw, err := cmd.Output()
		require.NoError(t, err, c.path)
		var answer struct {
			Output        *string
			Kind, Message string
			Line          int
		}
		require.NoError(t, json.Unmarshal(raw, &answer), "%s: %s", c.path, raw)
		if answer.Output != nil {
			return *answer.Output, ""
		}
		return "", fmt.Sprintf("%s %d: %s", answer.Kind, answer.Line, answer.Message)
	}
}
