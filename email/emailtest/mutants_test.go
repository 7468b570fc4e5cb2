package emailtest_test

import (
	"context"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mutant is an implementation that is broken in one way, and the promises that must notice.
type mutant struct {
	name    string
	run     func(t *testing.T) // the suite on it
	noticed []string           // beginnings of subtests' names
}

// mutantsEnv tells the process that TestMutants starts to run the suites on the mutants, and to fail.
const mutantsEnv = "EMAILTEST_MUTANTS"

// TestMutants shows that the suites can fail: each broken implementation fails those subtests that are about what is
// broken, and there is no subtest that nothing can fail.
func TestMutants(t *testing.T) {
	mutants := slices.Concat(storeMutants, claimMutants, storeListMutants, fileMutants, assignMutants, inboxMutants, eraseMutants, blobMutants,
		customerMutants, directoryMutants, loaderMutants, tokenMutants, transportMutants, ruleMutants, rulePartMutants, suppressionMutants,
		batchMutants, campaignMutants, rateMutants, lapseMutants, wireMutants)
	if os.Getenv(mutantsEnv) != "" {
		for _, m := range mutants {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				m.run(t)
			})
		}
		return
	}
	failed, all := runMutants(t)
	noticed := map[string]bool{}
	for _, m := range mutants {
		for _, name := range failed[m.name] {
			noticed[name] = true
		}
		for _, want := range m.noticed {
			begins := func(name string) bool { return strings.HasPrefix(name, rewritten(want)) }
			assert.True(t, slices.ContainsFunc(failed[m.name], begins), "%s: %q does not notice; these do: %q", m.name, want, failed[m.name])
		}
	}
	for name := range all {
		assert.True(t, noticed[name], "no mutant fails %s", name)
	}
}

// runMutants runs the suites on the mutants in a process of its own and returns the subtests that failed by mutant, and
// the names of all subtests.
func runMutants(t *testing.T) (failed map[string][]string, all map[string]bool) {
	ctx, cancel := context.WithTimeout(context.Background(), suiteTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestMutants$", "-test.v")
	command.Env = append(os.Environ(), mutantsEnv+"=1")
	output, err := command.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit, "no mutant fails:\n%s", output)
	require.NotContains(t, string(output), "panic:", "a mutant must fail by itself")
	failed, all = map[string][]string{}, map[string]bool{}
	for _, line := range resultLine.FindAllStringSubmatch(string(output), -1) {
		all[line[3]] = true
		if line[1] == "FAIL" {
			failed[line[2]] = append(failed[line[2]], line[3])
		}
	}
	return failed, all
}

var resultLine = regexp.MustCompile(`--- (PASS|FAIL): TestMutants/([^/\s]+)/(.+) \([\d.]+s\)`)

// rewritten is a name as the testing package shows it.
func rewritten(name string) string { return strings.ReplaceAll(name, " ", "_") }
