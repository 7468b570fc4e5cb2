//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package sqlstore

// lockFile does nothing.
func lockFile(string) (unlock func(), err error) { return func() {}, nil }

// syncFolder does nothing: names are on the disk with their files, or cannot be brought there.
func syncFolder(string) error { return nil }
