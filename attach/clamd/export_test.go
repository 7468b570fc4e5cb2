package clamd

import (
	"context"
	"io"
	"net"
	"time"
)

// ScanOver is Scan over a connection that is there.
func ScanOver(ctx context.Context, conn net.Conn, r io.Reader) (string, error) {
	return newSession(ctx, conn, time.Second).scan(r, 0)
}
