package sniff_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach/internal/sample"
	"github.com/crmmail/crmmail/attach/internal/sniff"
)

// FuzzTail holds that what is found behind a PDF or JPEG does not depend on the pieces in which the file passes.
func FuzzTail(f *testing.F) {
	picture := sample.JPEG(4, 4, 0xc0)
	f.Add(sample.Join(picture, sample.EXE), uint16(7), uint16(3000))
	f.Add(sample.Join(picture, sample.Pad(5000), []byte("\xff\xd9<html>"), sample.Pad(5000)), uint16(600), uint16(1))
	f.Add(sample.Join(sample.PDF("", ""), []byte("%%EOF%%EOF\n#!/bin/sh"), sample.Pad(9000)), uint16(1100), uint16(516))
	f.Fuzz(func(t *testing.T, data []byte, first, second uint16) {
		for _, content := range []sniff.Content{{Kind: "pdf"}, {Kind: "jpeg", Data: 4}} {
			var whole, pieces sniff.Tail
			whole.Start(content)
			whole.Write(data)
			pieces.Start(content)
			for rest, n := data, int(first)%5000+1; len(rest) > 0; n = int(second)%5000 + 1 {
				n = min(n, len(rest))
				pieces.Write(bytes.Clone(rest[:n]))
				rest = rest[n:]
			}
			require.Equal(t, whole.Kind(), pieces.Kind())
		}
	})
}
