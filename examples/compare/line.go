package main

import (
	"io"
	"net"
	"sync"
	"time"
)

// A Line is the far end of a connection on which octets take their time each way. It is as wide as one likes.
type Line struct {
	late    time.Duration
	arrived *io.PipeReader
	leaving chan packet
	sending sync.WaitGroup
}

// A packet is octets on their way.
type packet struct {
	data []byte
	due  time.Time
}

// newLine puts a line before conn, which it reads until that ends.
func newLine(conn net.Conn, late time.Duration) *Line {
	arrived, arrive := io.Pipe()
	l := &Line{late: late, arrived: arrived, leaving: make(chan packet, 1024)}
	coming := make(chan packet, 1024)
	go l.receive(conn, coming)
	go func() {
		carry(arrive, coming)
		arrive.Close()
	}()
	l.sending.Go(func() { carry(conn, l.leaving) })
	return l
}

// receive notes when each packet of conn will be there.
func (l *Line) receive(conn net.Conn, coming chan<- packet) {
	defer close(coming)
	for {
		data := make([]byte, 64<<10)
		n, err := conn.Read(data)
		if n > 0 {
			coming <- packet{data[:n], time.Now().Add(l.late)}
		}
		if err != nil {
			return
		}
	}
}

// carry hands over each packet when it is due.
func carry(to io.Writer, packets <-chan packet) {
	for p := range packets {
		time.Sleep(time.Until(p.due))
		to.Write(p.data)
	}
}

// Read gives what has arrived.
func (l *Line) Read(p []byte) (int, error) { return l.arrived.Read(p) }

// Write sends a packet, and does not wait until it is there.
func (l *Line) Write(p []byte) (int, error) {
	l.leaving <- packet{append([]byte(nil), p...), time.Now().Add(l.late)}
	return len(p), nil
}

// Close waits until all that was written is there. Nothing may be written afterwards.
func (l *Line) Close() error {
	close(l.leaving)
	l.sending.Wait()
	return l.arrived.Close()
}
