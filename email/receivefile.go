package email

import (
	"bytes"
	"context"
	"io"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
)

const (
	// sniffed is how much of a file is looked at for what it is.
	sniffed = 4 << 10
	// measured is how much of a picture is looked at for its size: cameras write notes and a small copy before it.
	measured = 1 << 20
)

// keepFile keeps an attachment. Its media type is that of its content where it is a picture that a page may show, because
// only these are ever shown; of all others it is what the sender says, unless he says that it is such a picture.
func keepFile(ctx context.Context, blobs Blobs, a message.ParsedAttachment, content io.Reader) (Attachment, error) {
	head, err := headOf(content)
	if err != nil {
		return Attachment{}, err
	}
	mediaType := a.MediaType
	if detected, ok, err := attach.ViewablePicture(bytes.NewReader(head), int64(len(head))); err == nil && ok {
		mediaType = detected
	} else if attach.Viewable(mediaType) {
		mediaType = "application/octet-stream"
	}
	blob, err := blobs.PutBlob(ctx, io.MultiReader(bytes.NewReader(head), content))
	if err != nil {
		return Attachment{}, err
	}
	return Attachment{Name: attach.CleanName(a.Name), MediaType: mediaType, Size: blob.Size, BlobID: blob.ID,
		ContentID: a.ContentID, Inline: a.Inline}, nil
}

// headOf reads as much of a file as tells whether a page may show it.
func headOf(content io.Reader) ([]byte, error) {
	head, err := io.ReadAll(io.LimitReader(content, sniffed))
	if err != nil {
		return nil, err
	}
	if _, mediaType, err := attach.Detect(bytes.NewReader(head), int64(len(head))); err != nil || !attach.Viewable(mediaType) {
		return head, nil
	}
	more, err := io.ReadAll(io.LimitReader(content, measured-sniffed))
	return append(head, more...), err
}
