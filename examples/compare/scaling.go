package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"regexp"
	"text/tabwriter"
	"time"
)

// A Curve is work of ours whose input grows.
type Curve struct {
	Name string // "validate"
	Of   string // what it grows in: "octets of HTML"
	At   []int  // the sizes
	// Prepare makes the work for an input of n; what it keeps on the disk goes into the folder.
	Prepare func(n int, folder string) (Work, error)
}

// scale prints, for each curve that is wanted, the CPU time at each size and the exponent with which it grows at the end: 1 is in
// proportion. What grows faster than n·log n is a defect and says so.
func scale(wanted *regexp.Regexp, plan Plan, out, progress io.Writer) error {
	folder, err := os.MkdirTemp("", "scaling")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "what\tgrows in\tCPU at each size\texponent\t")
	for _, curve := range curves(plan.Customers) {
		if !wanted.MatchString(curve.Name) {
			continue
		}
		fmt.Fprintf(progress, "%s, by %s\n", curve.Name, curve.Of)
		if err := curve.print(table, plan, folder); err != nil {
			return fmt.Errorf("%s: %w", curve.Name, err)
		}
	}
	return table.Flush()
}

func (c Curve) print(table io.Writer, plan Plan, folder string) error {
	var cells string
	took := make([]float64, len(c.At))
	for i, n := range c.At {
		work, err := c.Prepare(n, folder)
		if err != nil {
			return err
		}
		if took[i], err = fastest(work, plan); err != nil {
			return err
		}
		cells += fmt.Sprintf("%s: %s  ", short(n), duration(took[i]))
	}
	last := len(c.At) - 1
	exponent, verdict := growth(c.At[last-1], c.At[last], took[last-1], took[last])
	_, err := fmt.Fprintf(table, "%s\t%s\t%s\t%.2f\t%s\n", c.Name, c.Of, cells, exponent, verdict)
	return err
}

// fastest is the least CPU time that the work takes once, in nanoseconds, over the rounds of the plan: what else the machine does
// only adds.
func fastest(work Work, plan Plan) (float64, error) {
	r, err := takeRound(work, 1)
	if err != nil {
		return 0, err
	}
	times := max(1, int(plan.Round/max(1, time.Duration(r.Wall))))
	least := math.Inf(1)
	for range plan.Rounds {
		r, err := takeRound(work, times)
		if err != nil {
			return 0, err
		}
		least = min(least, float64(r.CPU)/float64(times))
	}
	return least, nil
}

// growth is the exponent with which the time grows between two sizes, and what to say of it. Timing and caches may add a fifth to
// the exponent of n·log n.
func growth(n1, n2 int, took1, took2 float64) (exponent float64, verdict string) {
	step := math.Log(float64(n2) / float64(n1))
	exponent = math.Log(took2/took1) / step
	if nLogN := 1 + math.Log(math.Log(float64(n2))/math.Log(max(2, float64(n1))))/step; exponent > nLogN+0.2 {
		return exponent, "WORSE than n·log n"
	}
	return exponent, ""
}

// short is a size in few characters: "10k".
func short(n int) string {
	switch {
	case n >= 1_000_000:
		return fmt.Sprintf("%dM", n/1_000_000)
	case n >= 1000:
		return fmt.Sprintf("%dk", n/1000)
	}
	return fmt.Sprint(n)
}
