// Package daemontest is what tests need to run a mail server of others on loopback, and to read what it delivered.
package daemontest

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Patience is how long a server may take for anything on a slow machine.
const Patience = 20 * time.Second

// Need skips the test where a file of the server is missing, or the test does not run as root: these servers change their
// user.
func Need(t testing.TB, files ...string) {
	t.Helper()
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			t.Skipf("%s is not installed", file)
		}
	}
	if os.Getuid() != 0 {
		t.Skipf("%s can only be started by root", files[0])
	}
}

// Dir is a folder that every user can enter, until the test ends. Its name is short: a socket's has 108 octets at most.
func Dir(t testing.TB, name string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", name)
	Must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	Must(t, os.Chmod(dir, 0o755))
	return dir
}

// FreeAddr is "127.0.0.1:port" where nobody listens.
func FreeAddr(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	Must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

// Port is the port of addr.
func Port(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

// Run runs a program that stays in the foreground until the test ends. Of a test that failed it shows what the program
// said, and its log in dir. The output goes to a file: a daemon that holds a pipe would never let us go.
func Run(t testing.TB, dir, log, program string, args ...string) {
	t.Helper()
	out, err := os.Create(filepath.Join(dir, "out"))
	Must(t, err)
	defer out.Close()
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	Must(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		stop := time.AfterFunc(Patience, func() { cmd.Process.Kill() })
		cmd.Wait()
		stop.Stop()
		if t.Failed() {
			Show(t, out.Name(), filepath.Join(dir, log))
		}
	})
}

// Show writes files to the test's log.
func Show(t testing.TB, files ...string) {
	t.Helper()
	for _, file := range files {
		text, _ := os.ReadFile(file)
		t.Logf("%s:\n%s", filepath.Base(file), text)
	}
}

// Await waits until the server at addr greets, with a line that begins so.
func Await(t testing.TB, addr, greeting string) {
	t.Helper()
	var err error
	for end := time.Now().Add(Patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = greeted(addr, greeting); err == nil {
			return
		}
	}
	t.Fatalf("%s does not answer: %v", addr, err)
}

func greeted(addr, greeting string) error {
	conn, err := net.DialTimeout("tcp", addr, time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	said := make([]byte, len(greeting))
	if _, err := io.ReadFull(conn, said); err != nil {
		return err
	}
	if string(said) != greeting {
		return fmt.Errorf("another server says %q", said)
	}
	_, err = io.WriteString(conn, "QUIT\r\n")
	return err
}

// Must ends the test on an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
