//go:build !race

package killtest

const (
	underRace    = false
	leaseSeconds = 3
)
