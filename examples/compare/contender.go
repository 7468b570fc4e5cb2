package main

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Job is work that every contender does alike: from the inputs in the task's folder to an output that Check accepts.
type Job struct {
	Name string // "build/letter": what it is, and the size of its input
	What string // what is done once: "one message of text and HTML, a picture and 1 MB"

	// Contenders are ours first, then the peers.
	Contenders []Contender
	// Check accepts what a contender made of the task: the output of the work done once.
	Check func(t Task, output []byte) error

	// Serve starts the SMTP server that messages are sent to, in this process; nil where nothing is sent.
	Serve func() (*Sink, error)
	// Count is how often the work is done in a round; 0 is as often as fits into the time of a round.
	Count int
}

// A Contender does a job in its own way, in a process of its own: ours and the Go peers in one of this program compiled for them
// alone, the others in one of their runtime.
type Contender struct {
	Name string
	Note string // what it does besides, or leaves out; may be empty

	// Peer is the build tag of the Go module that does it; "" is ours, and what the standard library brings along.
	Peer string
	// Prepare does what a program does once, such as to parse the template. It is nil for a runtime that is not Go.
	Prepare func(t Task) (Work, error)
	// Command is a process of another runtime; its error says why it is absent.
	Command func(t Task) (*exec.Cmd, error)
}

// Work does a job once and writes its output to w.
type Work func(w io.Writer) error

// A Task is what a contender is told; everything else it reads from the folder.
type Task struct {
	Folder string // of the inputs, see [makeInputs]
	Size   string // of the input: "letter" in "build/letter"
	Addr   string // of the SMTP server, where messages are sent
}

// path is a file of the inputs.
func (t Task) path(elements ...string) string {
	return filepath.Join(append([]string{t.Folder}, elements...)...)
}

// task is the job's, in a folder of inputs.
func (j Job) task(folder string) Task {
	_, size, _ := strings.Cut(j.Name, "/")
	return Task{Folder: folder, Size: size}
}

// once is the output of a work.
func once(work Work) ([]byte, error) {
	var output bytes.Buffer
	err := work(&output)
	return output.Bytes(), err
}

// jobs are all jobs, in the order of the table.
func jobs() []Job {
	return slices.Concat(renderJobs(), validateJobs(), attachJobs(), buildJobs(), parseJobs(), sendJobs(), pipelineJobs())
}
