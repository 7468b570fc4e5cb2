package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"syscall"
	"time"
)

// A Round is what doing the work some times took.
type Round struct {
	Wall   int64  `json:"wall"` // nanoseconds
	CPU    int64  `json:"cpu"`  // nanoseconds of all threads, in the program and in the kernel
	Allocs uint64 `json:"allocs"`
	Bytes  uint64 `json:"bytes"` // allocated, not held
}

// serveRounds is a worker: it does the work once and writes its output to a file, says "ready", and then, for each line with a
// number, does the work as often and answers a Round as JSON. The workers of other runtimes do the same.
func serveRounds(work Work, output string, in io.Reader, out io.Writer) error {
	if err := workInto(output, work); err != nil {
		return err
	}
	fmt.Fprintln(out, "ready", runtime.Version())
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var times int
		if _, err := fmt.Sscan(lines.Text(), &times); err != nil {
			return err
		}
		round, err := takeRound(work, times)
		if err != nil {
			return err
		}
		if err := json.NewEncoder(out).Encode(round); err != nil {
			return err
		}
	}
	return nil
}

// workInto does the work once into a file, past memory: what a contender holds is measured.
func workInto(path string, work Work) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	b := bufio.NewWriter(f)
	if err := work(b); err != nil {
		return err
	}
	return b.Flush()
}

func takeRound(work Work, times int) (Round, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	cpu, begun := cpuTime(), time.Now()
	for range times {
		if err := work(io.Discard); err != nil {
			return Round{}, err
		}
	}
	round := Round{Wall: int64(time.Since(begun)), CPU: cpuTime() - cpu}
	runtime.ReadMemStats(&after)
	round.Allocs, round.Bytes = after.Mallocs-before.Mallocs, after.TotalAlloc-before.TotalAlloc
	return round, nil
}

// cpuTime is what this process has used so far, in nanoseconds.
func cpuTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}
