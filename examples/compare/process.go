package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// A Process is a contender at work. It is not for concurrent use.
type Process struct {
	Runtime string // what it says it runs on: "go1.26.1", "PHP 8.2.1, Twig 3.30.0, JIT on"

	cmd     *exec.Cmd
	in      io.WriteCloser
	answers *bufio.Scanner

	complaint bytes.Buffer // what it says on its standard error; whole once it has ended
}

// start starts a contender, which does the work once: its output is in the file that is named.
func start(job Job, c Contender, t Task, output string) (*Process, error) {
	cmd, err := command(job, c, t)
	if err != nil {
		return nil, err
	}
	cmd.Args = append(cmd.Args, t.Folder, t.Size, t.Addr, output)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, in: in, answers: bufio.NewScanner(out)}
	cmd.Stderr = &p.complaint
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.answer()
	if err != nil {
		p.stop()
		return nil, err
	}
	ready, about, _ := strings.Cut(line, " ")
	if ready != "ready" {
		p.stop()
		return nil, fmt.Errorf("says %q", line)
	}
	p.Runtime = about
	return p, nil
}

// command is this program as a worker, with what the contender needs alone, or the runtime that it wants.
func command(job Job, c Contender, t Task) (*exec.Cmd, error) {
	if c.Command != nil {
		return c.Command(t)
	}
	path, err := program(c.Peer)
	if err != nil {
		return nil, err
	}
	return exec.Command(path, "-worker", job.Name, c.Name), nil
}

// round has the work done some times.
func (p *Process) round(times int) (r Round, err error) {
	if _, err := fmt.Fprintln(p.in, times); err != nil {
		return Round{}, err
	}
	line, err := p.answer()
	if err != nil {
		return Round{}, err
	}
	return r, json.Unmarshal([]byte(line), &r)
}

func (p *Process) answer() (string, error) {
	if !p.answers.Scan() {
		err := p.cmd.Wait()
		return "", fmt.Errorf("ended without an answer: %w: %.500s", err, bytes.TrimSpace(p.complaint.Bytes()))
	}
	return p.answers.Text(), nil
}

// peak is the most memory that the process has had at a time, in octets, with its program and its inputs. 0 is unknown, where
// there is no /proc: what getrusage tells of a child counts its parent in.
func (p *Process) peak() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	fmt.Sscan(rest, &kilobytes)
	return kilobytes << 10
}

// stop ends the process, whether it is at work or not.
func (p *Process) stop() {
	p.in.Close()
	p.cmd.Process.Kill()
	p.cmd.Wait()
}
