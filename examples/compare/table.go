package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// columns are the heads of the table.
var columns = []string{"job", "contender", "CPU", "CPU ×", "time", "time ×", "allocations", "allocated", "peak memory", ""}

// row is a result in words. Ratios above 1 say how many times faster ours is.
func (r Result) row() []string {
	if r.Absent != "" {
		return []string{r.Job, r.Contender, "", "", "", "", "", "", "", "absent: " + shortened(r.Absent, 100)}
	}
	return []string{
		r.Job, r.Contender, duration(r.CPU), ratio(r.CPURatio), duration(r.Wall), ratio(r.WallRatio),
		count(r.Allocs), size(r.Bytes), size(float64(r.Peak)), r.Note,
	}
}

// shortened is the beginning of a text, on one line.
func shortened(text string, runes int) string {
	all := []rune(strings.Join(strings.Fields(text), " "))
	if len(all) > runes {
		return string(all[:runes]) + "…"
	}
	return string(all)
}

// rows are the results in words, each job named once.
func rows(results []Result) (list [][]string) {
	last := ""
	for _, r := range results {
		cells := r.row()
		if r.Job == last {
			cells[0] = ""
		}
		last = r.Job
		list = append(list, cells)
	}
	return list
}

func printText(w io.Writer, results []Result) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, strings.Join(columns, "\t"))
	for _, cells := range rows(results) {
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}

func printMarkdown(w io.Writer, results []Result) error {
	fmt.Fprintf(w, "| %s |\n|---|---|%s---|\n", strings.Join(columns, " | "), strings.Repeat("--:|", len(columns)-3))
	for _, cells := range rows(results) {
		if _, err := fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | ")); err != nil {
			return err
		}
	}
	return nil
}

func printJSON(w io.Writer, results []Result) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "\t")
	return encoder.Encode(results)
}

// duration has three digits: "34.1µs".
func duration(nanoseconds float64) string {
	d := time.Duration(nanoseconds)
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
}

func ratio(r float64) string {
	if r >= 9.95 {
		return fmt.Sprintf("%.0f", r)
	}
	return fmt.Sprintf("%.1f", r)
}

// count is a number of allocations; a runtime that does not count has none.
func count(n float64) string {
	if n == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", n)
}

func size(octets float64) string {
	switch {
	case octets == 0:
		return "–"
	case octets < 10_000:
		return fmt.Sprintf("%.1f KB", octets/1000)
	case octets < 1_000_000:
		return fmt.Sprintf("%.0f KB", octets/1000)
	}
	return fmt.Sprintf("%.1f MB", octets/1e6)
}
