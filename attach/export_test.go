package attach

// ContentDisposition is contentDisposition, for the tests.
func ContentDisposition(disposition, name string) string {
	return contentDisposition(disposition, name)
}

// WireSize is wireSize, for the tests.
func WireSize(n int64) int64 { return wireSize(n) }
