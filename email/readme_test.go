package email_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var fence = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// TestReadme compiles every Go snippet of the README, runs programs and tests, and compares what they print with the
// block that follows.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	blocks := fence.FindAllStringSubmatch(string(readme), -1)
	compiled := 0
	for i, block := range blocks {
		language, source := block[1], block[2]
		if language != "go" {
			continue
		}
		compiled++
		switch {
		case strings.Contains(source, "\nfunc Test"):
			tests, err := exec.Command(compile(t, "snippet_test.go", source, "test", "-c")).CombinedOutput()
			require.NoError(t, err, "%s", tests)
			continue
		case !strings.HasPrefix(source, "package main\n"):
			compile(t, "snippet.go", source, "build")
			continue
		}
		command := exec.Command(compile(t, "main.go", source, "build"))
		command.Dir = t.TempDir()
		printed, err := command.CombinedOutput()
		require.NoError(t, err, "%s", printed)
		require.Greater(t, len(blocks), i+1, "the program's output follows it")
		assert.Equal(t, blocks[i+1][2], string(printed))
	}
	assert.GreaterOrEqual(t, compiled, 4)
}

// compile builds one file within this module and returns the binary.
func compile(t *testing.T, name, source string, args ...string) string {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, name)
	require.NoError(t, os.WriteFile(file, []byte(source), 0o600))
	binary := filepath.Join(folder, "snippet")
	output, err := exec.Command("go", append(args, "-o", binary, file)...).CombinedOutput()
	require.NoError(t, err, "%s", output)
	return binary
}
