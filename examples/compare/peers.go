package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
)

// works are what a peer does, by the name of the work: "build".
type works map[string]func(Task) (Work, error)

// peers are the Go modules beside ours that this program was compiled with, by their build tags. Each is imported by one file,
// which enters it here. The tag "alone" leaves all files of peers out but the one whose tag is set, too.
var peers = map[string]works{}

// peer is a work of a peer, to be prepared.
func peer(name, work string) func(Task) (Work, error) {
	return func(t Task) (Work, error) {
		prepare := peers[name][work]
		if prepare == nil {
			return nil, fmt.Errorf("this program is without %s", name)
		}
		return prepare(t)
	}
}

// programs are this program with one peer each, or with none, by the peer. A module that is compiled in takes memory from the start,
// and so has garbage collected more often, whether it does anything or not.
var programs sync.Map

// program is the path of this program with a peer alone, or, for "", with none of them. It is compiled when it is first asked for.
func program(peer string) (string, error) {
	compile, _ := programs.LoadOrStore(peer, sync.OnceValues(func() (string, error) { return compiled(peer) }))
	return compile.(func() (string, error))()
}

// compiled compiles into the user's cache: what is there and has not changed is not linked again.
func compiled(peer string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(cache, "crmmail-compare", "with-"+peer)
	out, err := exec.Command("go", "build", "-tags", "alone,"+peer, "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build, in the folder of this program: %w: %.500s", err, out)
	}
	return path, nil
}
