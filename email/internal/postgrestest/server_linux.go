package postgrestest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// kill leaves nobody who could end in order, and returns when nobody holds the server's memory any more. Each process leads
// a group of its own, but all are children of the first, which is stopped so that it makes no more of them.
func (s *Server) kill() error {
	text, err := os.ReadFile(filepath.Join(s.dir, "data", "postmaster.pid"))
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	server, err := strconv.Atoi(first)
	if err != nil {
		return err
	}
	if err := syscall.Kill(server, syscall.SIGSTOP); err != nil {
		return err
	}
	for state(server) != "T" {
		time.Sleep(time.Millisecond)
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", server, server))
	if err != nil {
		return err
	}
	pids := []int{server}
	for _, child := range strings.Fields(string(children)) {
		if pid, err := strconv.Atoi(child); err == nil {
			pids = append(pids, pid)
		}
	}
	for _, pid := range pids {
		syscall.Kill(pid, syscall.SIGKILL) // it may have ended by itself
	}
	for _, pid := range pids {
		for !strings.Contains("ZX", state(pid)) { // gone, or only nobody has asked yet how it ended
			time.Sleep(time.Millisecond)
		}
	}
	return nil
}

// state is the letter that Linux has for what a process does; empty: there is none such.
func state(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, rest, _ := strings.Cut(string(stat), ") ") // the name before may hold anything
	return rest[:min(1, len(rest))]
}

// own makes a command the leader of a group of its own, so that no signal from a terminal reaches it.
func own(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: nobody, Gid: nobody}
	}
}
