//go:build race

package sqlstore_test

// The race detector makes SQLite, which is Go translated from C, very slow.
const underRace = true
