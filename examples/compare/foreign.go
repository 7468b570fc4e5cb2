package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// php is a worker for PHP: a job done by Twig or by Symfony, from the folders TWIG_DIR and SYMFONY_DIR.
func php(library, job string) func(Task) (*exec.Cmd, error) {
	return func(t Task) (*exec.Cmd, error) {
		needs := []string{"TWIG_DIR"}
		if library == "symfony" {
			needs = []string{"SYMFONY_DIR"}
		}
		if job == "pipeline" {
			needs = []string{"TWIG_DIR", "SYMFONY_DIR"}
		}
		program, err := found("php", needs...)
		if err != nil {
			return nil, err
		}
		args := []string{"-d", "opcache.enable_cli=1", "-d", "opcache.jit=tracing", "-d", "opcache.jit_buffer_size=64M",
			"-d", "opcache.file_update_protection=0", "-d", "memory_limit=1G"}
		if modules, err := exec.Command(program, "-m").Output(); err == nil && !strings.Contains(string(modules), "OPcache") {
			args = append(args, "-d", "zend_extension=opcache")
		}
		return exec.Command(program, append(args, t.path("foreign/worker.php"), library, job)...), nil
	}
}

// node is a worker for Node.js: a job done by nodemailer, from the folder of modules NODEMAILER_DIR.
func node(job string) func(Task) (*exec.Cmd, error) {
	return func(t Task) (*exec.Cmd, error) {
		program, err := found("node", "NODEMAILER_DIR")
		if err != nil {
			return nil, err
		}
		return exec.Command(program, t.path("foreign/nodemailer.js"), job), nil
	}
}

// libmagic is a worker that calls the library of the program file, by way of Python.
func libmagic(t Task) (*exec.Cmd, error) {
	program, err := found("python3")
	if err != nil {
		return nil, err
	}
	if err := exec.Command(program, "-c", "import ctypes; ctypes.CDLL('libmagic.so.1')").Run(); err != nil {
		return nil, errors.New("libmagic is not installed")
	}
	return exec.Command(program, t.path("foreign/libmagic.py")), nil
}

// found is the path of a program that has the folders it needs.
func found(program string, variables ...string) (string, error) {
	for _, variable := range variables {
		if os.Getenv(variable) == "" {
			return "", fmt.Errorf("%s is not set, see .ci/%s", variable, strings.ToLower(strings.TrimSuffix(variable, "_DIR")))
		}
	}
	path, err := exec.LookPath(program)
	if err != nil {
		return "", fmt.Errorf("%s is not installed", program)
	}
	return path, nil
}
