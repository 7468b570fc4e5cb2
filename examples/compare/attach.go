package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/attach"
)

// attachJobs is one: to say what nine files on disk are.
func attachJobs() []Job {
	return []Job{{
		Name: "attach/folder", What: "nine files of nine kinds, 20 KB to 1 MB",
		Contenders: []Contender{
			{Name: ours, Note: "what each file is, by its structure", Prepare: attachDetect},
			{Name: ours + ", Check", Note: "more: name, size, damage, macros, active content", Prepare: attachCheck},
			{Name: "mimetype", Note: "media type alone", Peer: "mimetype", Prepare: peer("mimetype", "attach")},
			{Name: "libmagic", Note: "media type alone", Command: libmagic},
		},
		Check: checkTypes,
	}}
}

// judgedFiles are the names of the files to judge, in order.
func judgedFiles() []string {
	return slices.Sorted(maps.Keys(mediaTypes))
}

// checkTypes wants a line for each file with its media type, in any spelling that means the same.
func checkTypes(_ Task, output []byte) error {
	lines := strings.Split(strings.TrimSpace(string(output)), "\n")
	for i, name := range judgedFiles() {
		if i >= len(lines) {
			return fmt.Errorf("says nothing of %s", name)
		}
		got := cmp.Or(sameType[lines[i]], lines[i])
		if got != mediaTypes[name] {
			return fmt.Errorf("takes %s for %q", name, lines[i])
		}
	}
	return nil
}

// sameType are other names of media types.
var sameType = map[string]string{"application/rtf": "text/rtf", "image/x-ms-bmp": "image/bmp"}

// named is a work that opens each file and writes the media type that it has.
func named(t Task, mediaType func(f *os.File) (string, error)) (Work, error) {
	names := judgedFiles()
	return func(w io.Writer) error {
		for _, name := range names {
			f, err := os.Open(t.path("files", name))
			if err != nil {
				return err
			}
			found, err := mediaType(f)
			f.Close()
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, found+"\n"); err != nil {
				return err
			}
		}
		return nil
	}, nil
}

func attachDetect(t Task) (Work, error) {
	return named(t, func(f *os.File) (string, error) {
		info, err := f.Stat()
		if err != nil {
			return "", err
		}
		_, mediaType, err := attach.Detect(f, info.Size())
		return mediaType, err
	})
}

func attachCheck(t Task) (Work, error) {
	policy := attach.Policy{Formats: []string{"jpg", "png", "gif", "bmp", "pdf", "docx", "zip", "rtf"}, MaxTotal: 100 << 20}
	var files []attach.File
	for i, name := range judgedFiles() {
		files = append(files, attach.Path(name, t.path("files", name), sentAt.AddDate(0, 0, -i))) // newest first, as they are shown
	}
	return func(w io.Writer) error {
		report, err := policy.Check(context.Background(), files, attach.Options{})
		if err != nil {
			return err
		}
		for _, file := range report.Files {
			if _, err := io.WriteString(w, file.MediaType+"\n"); err != nil {
				return err
			}
		}
		return nil
	}, nil
}
