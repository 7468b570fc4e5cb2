//go:build !alone || mimetype

package main

import (
	"os"

	"github.com/gabriel-vasile/mimetype"
)

func init() { peers["mimetype"] = works{"attach": attachMimetype} }

func attachMimetype(t Task) (Work, error) {
	return named(t, func(f *os.File) (string, error) {
		found, err := mimetype.DetectReader(f)
		if err != nil {
			return "", err
		}
		return found.String(), nil
	})
}
