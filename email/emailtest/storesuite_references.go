package emailtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email"
)

// referencePromises are about the optional email.BlobReferences.
var referencePromises = []promise[storeFixture]{
	{"ReferencedBlobs returns what messages refer to, each once", func(t *testing.T, f storeFixture) {
		f.enqueue(t, func(q *email.Queued) {
			q.Message.Attachments = []email.Attachment{{Name: "a.pdf", BlobID: "file"}, {Name: "b.pdf", BlobID: "file"}, {Name: "c.pdf", BlobID: "both"}}
			q.Wire.Segments[1].Key = "wire"
		}, "out")
		f.file(t, func(in *email.Filed) {
			in.Message.Attachments = []email.Attachment{{Name: "c.pdf", BlobID: "both"}, {Name: "d.pdf", BlobID: "other"}}
			in.Message.Received.RawID = "raw"
		}, "in")
		equal(t, "contents", "both file raw wire", f.referenced(t, "nobody's", "file", "both", "raw", "", "wire", "%", "file"))
		equal(t, "of none", "", f.referenced(t))
	}},
	{"ReferencedBlobs takes very many ids", func(t *testing.T, f storeFixture) {
		f.file(t, func(in *email.Filed) { in.Message.Received.RawID = "raw" }, "in")
		ids := make([]string, 33_000, 33_001) // more than databases take parameters
		for i := range ids {
			ids[i] = blobID(fmt.Sprint(i))
		}
		equal(t, "contents", "raw", f.referenced(t, append(ids, "raw")...))
	}},
	{"ReferencedBlobs after the context's end is its error", func(t *testing.T, f storeFixture) {
		_, err := f.one.(email.BlobReferences).ReferencedBlobs(ended(), []string{"raw"})
		isError(t, err, context.Canceled)
	}},
}

func (f storeFixture) referenced(t testing.TB, ids ...string) string {
	t.Helper()
	list, err := f.other.(email.BlobReferences).ReferencedBlobs(context.Background(), ids)
	noError(t, err)
	slices.Sort(list)
	return strings.Join(list, " ")
}
