package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"
)

// roundTrip is how long a packet and its answer take on the line.
const roundTrip = 20 * time.Millisecond

// sendJobs build a message and hand it to an SMTP server that throws it away: many in a row, for which each contender keeps its
// connection, and single ones, as they come about, in the way that its documentation shows first.
func sendJobs() []Job {
	var list []Job
	for _, line := range []struct {
		name, what     string
		late           time.Duration
		inARow, single int
	}{
		{"loopback", "over loopback", 0, 200, 50},
		{"line", "over a line with a round trip of 20 ms", roundTrip / 2, 50, 20},
	} {
		list = append(list, sendJob(Job{
			Name: "send/" + line.name, What: fmt.Sprintf("one of %d messages in a row, %s", line.inARow, line.what), Count: line.inARow,
			Contenders: []Contender{
				{Name: ours, Prepare: sendOurs},
				{Name: "go-mail", Peer: "wneessen", Prepare: peer("wneessen", "send")},
				{Name: "gomail.v2", Peer: "gomail", Prepare: peer("gomail", "send")},
				{Name: "nodemailer", Command: node("send")},
				{Name: "Symfony Mailer", Command: php("symfony", "send")},
			},
		}, line.late), sendJob(Job{
			Name: "single/" + line.name, What: fmt.Sprintf("one of %d messages, each as it comes about, %s", line.single, line.what), Count: line.single,
			Contenders: []Contender{
				{Name: ours, Note: "keeps its connection between messages by itself", Prepare: sendOurs},
				{Name: ours + ", dialling", Note: "a connection for each message", Prepare: singleOurs},
				{Name: "go-mail", Note: "DialAndSend: a connection for each message", Peer: "wneessen", Prepare: peer("wneessen", "single")},
				{Name: "gomail.v2", Note: "DialAndSend: a connection for each message", Peer: "gomail", Prepare: peer("gomail", "single")},
				{Name: "nodemailer", Note: "sendMail without a pool: a connection for each message", Command: node("single")},
				{Name: "Symfony Mailer", Note: "keeps its connection between messages by itself", Command: php("symfony", "send")},
			},
		}, line.late))
	}
	return list
}

// sendJob gives the job its server, and holds what the server got last against the letter.
func sendJob(job Job, late time.Duration) Job {
	var sink *Sink
	job.Serve = func() (_ *Sink, err error) {
		sink, err = newSink(late)
		return sink, err
	}
	job.Check = func(Task, []byte) error {
		got := sink.Take()
		if got == nil {
			return errors.New("sends nothing")
		}
		return checkMessage(plainLetter(), got)
	}
	return job
}

// hostPort is the server's address in two parts.
func hostPort(t Task) (string, int, error) {
	host, port, err := net.SplitHostPort(t.Addr)
	if err != nil {
		return "", 0, err
	}
	number, err := strconv.Atoi(port)
	return host, number, err
}
