package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSameWork holds every contender to the output that its job wants, in the process that is measured; those of other runtimes where
// they are installed.
func TestSameWork(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, makeInputs(folder))
	for _, job := range jobs() {
		for _, c := range job.Contenders {
			t.Run(job.Name+"/"+c.Name, func(t *testing.T) {
				task := job.task(folder)
				if job.Serve != nil {
					sink, err := job.Serve()
					require.NoError(t, err)
					defer sink.Close()
					task.Addr = sink.Addr
				}
				if c.Command != nil {
					if _, err := c.Command(task); err != nil {
						t.Skip(err)
					}
				}
				p, err := startChecked(job, c, task)
				require.NoError(t, err)
				p.stop()
			})
		}
	}
}

// TestOtherWork holds that a contender which does something else is found out.
func TestOtherWork(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, makeInputs(folder))
	for _, job := range jobs() {
		t.Run(job.Name, func(t *testing.T) {
			task := job.task(folder)
			if job.Serve != nil {
				sink, err := job.Serve()
				require.NoError(t, err)
				defer sink.Close()
				assert.ErrorContains(t, job.Check(task, nil), "sends nothing")
				return
			}
			work, err := job.Contenders[0].Prepare(task)
			require.NoError(t, err)
			output, err := once(work)
			require.NoError(t, err)
			assert.Error(t, job.Check(task, nil))
			assert.Error(t, job.Check(task, output[:len(output)/2]))
		})
	}
}

// TestSendsNothing holds that a contender which sends nothing is found out also behind one that does.
func TestSendsNothing(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, makeInputs(folder))
	idle := func(Task) (*exec.Cmd, error) {
		return exec.Command("sh", "-c", `: > "$4"; echo ready; while read times; do echo "{}"; done`, "idle"), nil
	}
	for _, job := range sendJobs()[:1] {
		job.Contenders = append(job.Contenders[:1:1], Contender{Name: "idle", Command: idle})
		results, err := measure(job, job.task(folder), quickPlan)
		require.NoError(t, err)
		assert.Empty(t, results[0].Absent)
		assert.Contains(t, results[1].Absent, "sends nothing")
	}
}

// TestTable measures a job in processes of their own, and prints it in all forms.
func TestTable(t *testing.T) {
	var out, progress bytes.Buffer
	require.NoError(t, run([]string{"-quick", "-json", "-only", "^validate/active"}, &out, &progress))
	assert.Contains(t, progress.String(), "validate/active")
	var results []Result
	require.NoError(t, json.Unmarshal(out.Bytes(), &results))
	require.Len(t, results, 3)
	for _, r := range results {
		assert.Positive(t, r.Wall)
		assert.Positive(t, r.CPU)
		assert.Positive(t, r.Allocs)
	}
	assert.Equal(t, 1.0, results[0].CPURatio)
	results[2].Absent = "gone\nfishing"
	for _, print := range []func(io.Writer, []Result) error{printText, printMarkdown} {
		out.Reset()
		require.NoError(t, print(&out, results))
		for _, part := range []string{"validate/active", ours, "bluemonday", "absent: gone fishing"} {
			assert.Contains(t, out.String(), part)
		}
	}
}

// TestScaling draws curves that need little, and tells one that is too steep.
func TestScaling(t *testing.T) {
	var out, progress bytes.Buffer
	require.NoError(t, run([]string{"-quick", "-scaling", "-only", "^(render|search)"}, &out, &progress))
	for _, part := range []string{"turns of a loop", "templates that extend", "customers", "10k: ", "exponent"} {
		assert.Contains(t, out.String(), part)
	}
	for _, tt := range []struct {
		name     string
		took     float64
		exponent float64
		worse    bool
	}{
		{"constant", 1, 0, false}, {"linear", 10, 1, false}, {"n·log n", 12, 1.08, false}, {"n·√n", 31.6, 1.5, true}, {"quadratic", 100, 2, true},
	} {
		exponent, verdict := growth(10_000, 100_000, 1, tt.took)
		assert.InDelta(t, tt.exponent, exponent, 0.01, tt.name)
		assert.Equal(t, tt.worse, verdict != "", tt.name)
	}
}
