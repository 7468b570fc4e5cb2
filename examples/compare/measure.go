package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// A Plan is how long to measure.
type Plan struct {
	Rounds int           // of each contender, interleaved with the others
	Round  time.Duration // how long one takes, about
	Warm   time.Duration // what goes before the first: a runtime that compiles as it runs needs it
	Share  int           // of a job with a Count: one round does the Count divided by it

	Customers int // to search among, where it is measured how ours scales
}

// Two plans: for figures to publish, and to see in under a minute that all is well.
var (
	fullPlan  = Plan{Rounds: 7, Round: 400 * time.Millisecond, Warm: time.Second, Share: 1, Customers: 100_000}
	quickPlan = Plan{Rounds: 3, Round: 20 * time.Millisecond, Warm: 150 * time.Millisecond, Share: 25, Customers: 1000}
)

// A Result is what one contender needs to do one job once: medians of the rounds.
type Result struct {
	Job       string  `json:"job"`
	Contender string  `json:"contender"`
	Runtime   string  `json:"runtime,omitempty"`
	Note      string  `json:"note,omitempty"`
	Absent    string  `json:"absent,omitempty"` // why it did not take part; all below is zero then
	Times     int     `json:"times"`            // how often the work was done in a round
	Wall      float64 `json:"wall_ns"`
	CPU       float64 `json:"cpu_ns"`
	Allocs    float64 `json:"allocs"`      // 0 for a runtime that does not count
	Bytes     float64 `json:"alloc_bytes"` // 0 for a runtime that does not count
	Peak      int64   `json:"peak_bytes"`  // of the process; 0 is unknown
	CPURatio  float64 `json:"cpu_ratio"`   // how many times what the job's first contender, ours, needs
	WallRatio float64 `json:"wall_ratio"`
}

// measure has all contenders do a job. Those that cannot, or do another job, are in the results as absent.
func measure(job Job, t Task, plan Plan) ([]Result, error) {
	var sink *Sink
	if job.Serve != nil {
		var err error
		if sink, err = job.Serve(); err != nil {
			return nil, err
		}
		defer sink.Close()
		t.Addr = sink.Addr
	}
	results := make([]Result, len(job.Contenders))
	processes := make([]*Process, len(job.Contenders))
	for i, c := range job.Contenders {
		results[i] = Result{Job: job.Name, Contender: c.Name, Note: c.Note}
		if sink != nil {
			sink.Take() // what the contender before has sent is none of this one's
		}
		p, err := startChecked(job, c, t)
		if err != nil {
			results[i].Absent = err.Error()
			continue
		}
		defer p.stop()
		processes[i], results[i].Runtime = p, p.Runtime
		if results[i].Times, err = warmUp(p, job, plan); err != nil {
			results[i].Absent = err.Error()
		}
	}
	takeRounds(plan, processes, results)
	if ours := results[0]; ours.Absent != "" {
		return nil, fmt.Errorf("%s: %s: %s", job.Name, ours.Contender, ours.Absent)
	}
	compare(results)
	return results, nil
}

// startChecked starts a contender and looks at what it makes.
func startChecked(job Job, c Contender, t Task) (*Process, error) {
	output := filepath.Join(t.Folder, "output")
	p, err := start(job, c, t, output)
	if err != nil {
		return nil, err
	}
	made, err := os.ReadFile(output)
	if err == nil {
		err = job.Check(t, made)
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("does another job: %w", err)
	}
	return p, nil
}

// warmUp lets the process come up to speed and finds how often it does the work in a round.
func warmUp(p *Process, job Job, plan Plan) (times int, err error) {
	if job.Count > 0 {
		times = max(1, job.Count/plan.Share)
		_, err := p.round(min(times, 2))
		return times, err
	}
	begun := time.Now()
	for times = 1; ; {
		r, err := p.round(times)
		if err != nil {
			return 0, err
		}
		fits := max(1, int(float64(times)*float64(plan.Round)/float64(r.Wall)))
		if time.Since(begun) >= plan.Warm {
			return fits, nil
		}
		times = min(2*times, fits)
	}
}

// takeRounds takes the rounds of all processes in turn, so that what else the machine does meets all alike.
func takeRounds(plan Plan, processes []*Process, results []Result) {
	rounds := make([][]Round, len(processes))
	for range plan.Rounds {
		for i, p := range processes {
			if results[i].Absent != "" {
				continue
			}
			r, err := p.round(results[i].Times)
			if err != nil {
				results[i].Absent = err.Error()
			}
			rounds[i] = append(rounds[i], r)
		}
	}
	for i, p := range processes {
		if results[i].Absent == "" {
			results[i].summarize(rounds[i])
			results[i].Peak = p.peak()
		}
	}
}

// summarize takes the median of each quantity over the rounds.
func (r *Result) summarize(rounds []Round) {
	median := func(of func(Round) float64) float64 {
		values := make([]float64, len(rounds))
		for i, round := range rounds {
			values[i] = of(round) / float64(r.Times)
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	r.Wall = median(func(x Round) float64 { return float64(x.Wall) })
	r.CPU = median(func(x Round) float64 { return float64(x.CPU) })
	r.Allocs = median(func(x Round) float64 { return float64(x.Allocs) })
	r.Bytes = median(func(x Round) float64 { return float64(x.Bytes) })
}

// compare sets each result of a job against the first.
func compare(results []Result) {
	ours := results[0]
	for i := range results {
		if r := &results[i]; r.Absent == "" {
			r.CPURatio, r.WallRatio = r.CPU/ours.CPU, r.Wall/ours.Wall
		}
	}
}
