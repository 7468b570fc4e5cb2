//go:build race

package killtest

// The race detector makes SQLite, which is Go translated from C, very slow.
const (
	underRace    = true
	leaseSeconds = 8
)
