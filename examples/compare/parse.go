package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/mail"
	"os"
)

// parseJobs read messages to the last octet of their files.
func parseJobs() []Job {
	var list []Job
	for _, size := range []struct{ name, what string }{
		{"small", "a thousand messages of 1 to 5 KB"},
		{"30MB", "one message with ten files of 3 MB"},
	} {
		list = append(list, Job{
			Name: "parse/" + size.name, What: size.what,
			Contenders: []Contender{
				{Name: ours, Note: "finds bounces, automatic answers and quotes too", Prepare: parseOurs},
				{Name: "enmime", Note: "holds the message in memory", Peer: "enmime", Prepare: peer("enmime", "parse")},
				{Name: "go-message", Peer: "gomessage", Prepare: peer("gomessage", "parse")},
				{Name: "net/mail", Note: "with mime/multipart and 80 lines of one's own", Prepare: parseStandard},
				{Name: "jordan-wright", Note: "holds the message in memory", Peer: "jordanwright", Prepare: peer("jordanwright", "parse")},
			},
			Check: checkReadings,
		})
	}
	return list
}

// A reading is what a contender read of a message.
type reading struct {
	Subject, From, To string
	TextSize          int
	HTMLSize          int
	TextSum, HTMLSum  uint32
	Files             []readFile

	text, html string

	buffer []byte // for reading files, the same for all messages
}

type readFile struct {
	Name string
	Size int64
	Sum  uint32

	contentID string // for building alone
}

// file notes a file, which it reads to the end.
func (r *reading) file(name string, content io.Reader) error {
	size, sum, err := octets(content, r.buffer)
	r.Files = append(r.Files, readFile{Name: name, Size: size, Sum: sum})
	return err
}

// people notes the sender and the recipient, by what reads the addresses of a header field.
func (r *reading) people(addresses func(field string) ([]*mail.Address, error)) error {
	from, err := addresses("From")
	if err != nil {
		return err
	}
	to, err := addresses("To")
	if err != nil {
		return err
	}
	r.From, r.To = from[0].Address, to[0].Address
	return nil
}

// body notes the texts.
func (r *reading) body(text, html string) {
	r.text, r.html = text, html
}

// octets counts and sums what r gives, by way of a buffer. CRC-32 runs at the speed of memory, so that it weighs little on anybody.
func octets(r io.Reader, buffer []byte) (size int64, sum uint32, err error) {
	for err == nil {
		var n int
		n, err = r.Read(buffer)
		size, sum = size+int64(n), crc32.Update(sum, crc32.IEEETable, buffer[:n])
	}
	if err == io.EOF {
		err = nil
	}
	return size, sum, err
}

// bufferSize is that of a buffer to read files with.
const bufferSize = 32 << 10

// readMails is a work that reads all messages of the task and, where somebody listens, writes what it read. The small messages
// are in memory; the large one comes from the disk, so that a process holds what its contender does and no more.
func readMails(t Task, read func(*reading, io.Reader) error) (Work, error) {
	buffer := make([]byte, bufferSize)
	if t.Size == "30MB" {
		return func(w io.Writer) error {
			f, err := os.Open(t.path("mail", t.Size, "0.eml"))
			if err != nil {
				return err
			}
			defer f.Close()
			return readOne(f, read, buffer, w)
		}, nil
	}
	var mails [][]byte
	for i := range smallMessages {
		raw, err := os.ReadFile(t.path("mail", t.Size, fmt.Sprintf("%03d.eml", i)))
		if err != nil {
			return nil, err
		}
		mails = append(mails, raw)
	}
	return func(w io.Writer) error {
		for _, raw := range mails {
			if err := readOne(bytes.NewReader(raw), read, buffer, w); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func readOne(raw io.Reader, read func(*reading, io.Reader) error, buffer []byte, w io.Writer) error {
	got := reading{buffer: buffer}
	if err := read(&got, raw); err != nil {
		return err
	}
	return got.writeTo(w)
}

// writeTo writes the reading as a line, unless nobody listens.
func (r reading) writeTo(w io.Writer) error {
	if w == io.Discard {
		return nil
	}
	text, html := normal(r.text), normal(r.html)
	r.TextSize, r.HTMLSize = len(text), len(html)
	r.TextSum, r.HTMLSum = crc32.ChecksumIEEE([]byte(text)), crc32.ChecksumIEEE([]byte(html))
	return json.NewEncoder(w).Encode(r)
}

// checkReadings wants what the standard library reads.
func checkReadings(t Task, output []byte) error {
	standard, err := parseStandard(t)
	if err != nil {
		return err
	}
	want, err := once(standard)
	if err == nil && !bytes.Equal(output, want) {
		err = fmt.Errorf("reads something else: %s", difference(string(output), string(want)))
	}
	return err
}

// bareAddress is the address of a mailbox, for those who give it as it stands.
func bareAddress(mailbox string) (string, error) {
	addr, err := mail.ParseAddress(mailbox)
	if err != nil {
		return "", err
	}
	return addr.Address, nil
}
