// Command compare does the same work with this module and with its peers, each in a process of its own, in turn, and prints
// one table of what that took.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
)

func main() {
	var err error
	if len(os.Args) == 8 && os.Args[1] == "-worker" {
		err = work(os.Args[2], os.Args[3], Task{Folder: os.Args[4], Size: os.Args[5], Addr: os.Args[6]}, os.Args[7])
	} else {
		err = run(os.Args[1:], os.Stdout, os.Stderr)
	}
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

// work is a process of its own: one contender at one job.
func work(jobName, contender string, t Task, output string) error {
	for _, job := range jobs() {
		for _, c := range job.Contenders {
			if job.Name == jobName && c.Name == contender {
				work, err := c.Prepare(t)
				if err != nil {
					return err
				}
				return serveRounds(work, output, os.Stdin, os.Stdout)
			}
		}
	}
	return fmt.Errorf("nobody is called %s in %s", contender, jobName)
}

func run(args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	quick := flags.Bool("quick", false, "few and short rounds: a minute")
	asJSON := flags.Bool("json", false, "print JSON")
	asMarkdown := flags.Bool("markdown", false, "print the table for README.md")
	only := flags.String("only", "", "do the jobs that match this `expression`, such as ^build/")
	scaling := flags.Bool("scaling", false, "print what each part costs as its input grows, without peers")
	full := flags.Bool("full", false, "with -scaling: a million customers, which takes minutes to make")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return err
	}
	print := printText
	switch {
	case *asJSON:
		print = printJSON
	case *asMarkdown:
		print = printMarkdown
	}
	plan := fullPlan
	if *quick {
		plan = quickPlan
	}
	if *full {
		plan.Customers = 1_000_000
	}
	if *scaling {
		return scale(wanted, plan, stdout, stderr)
	}
	results, err := compareAll(wanted, plan, stderr)
	if err != nil {
		return err
	}
	return print(stdout, results)
}

// compareAll does all jobs that are wanted, one after the other, and says on progress which.
func compareAll(wanted *regexp.Regexp, plan Plan, progress io.Writer) (results []Result, err error) {
	folder, err := os.MkdirTemp("", "compare")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	if err := makeInputs(folder); err != nil {
		return nil, err
	}
	for _, job := range jobs() {
		if !wanted.MatchString(job.Name) {
			continue
		}
		fmt.Fprintf(progress, "%s: %s\n", job.Name, job.What)
		some, err := measure(job, job.task(folder), plan)
		if err != nil {
			return nil, err
		}
		results = append(results, some...)
	}
	return results, nil
}
