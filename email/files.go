package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/crmmail/crmmail/attach"
)

// Download is what “download all” gives for a message.
type Download struct {
	// Archive is the name of the one archive that holds the files; empty: they are downloaded each by itself.
	Archive string
	// Files are in the order of attaching, under names that can stand side by side in one folder.
	Files []attach.File
	// MediaTypes are those of Files, one each.
	MediaTypes []string
}

// DownloadAll tells how the files of a message are downloaded together: those of an answer as one archive, a single one
// and those of other messages in their own format. attach.ErrNoFiles where there are none.
func (h HistoryService) DownloadAll(ctx context.Context, messageID string) (Download, error) {
	msg, err := h.Message(ctx, messageID)
	if err != nil {
		return Download{}, err
	}
	if len(msg.Attachments) == 0 {
		return Download{}, fmt.Errorf("email: history: %w", attach.ErrNoFiles)
	}
	names := make([]string, len(msg.Attachments))
	for i, a := range msg.Attachments {
		names[i] = a.Name
	}
	var all Download
	for i, name := range attach.UniqueNames(names) {
		all.Files = append(all.Files, h.file(ctx, msg, i, name))
		all.MediaTypes = append(all.MediaTypes, msg.Attachments[i].MediaType)
	}
	if msg.AsArchive() {
		all.Archive = attach.ArchiveName(msg.Subject)
	}
	return all, nil
}

// AsArchive tells whether “download all” gives one archive: for the files of an answer, unless there is only one. All others
// are downloaded each by itself, as it is.
func (m Message) AsArchive() bool { return m.Origin == OriginReply && len(m.Attachments) > 1 }

// WriteArchive writes the files as a ZIP archive, streamed; the same files give the same octets.
func (d Download) WriteArchive(ctx context.Context, w io.Writer) error {
	return attach.WriteArchive(ctx, w, d.Files)
}

// Attachment returns one file of a message, by its place from 0, and its media type; ErrNotFound where there is none.
func (h HistoryService) Attachment(ctx context.Context, messageID string, place int) (attach.File, string, error) {
	msg, err := h.Message(ctx, messageID)
	if err != nil {
		return attach.File{}, "", err
	}
	if place < 0 || place >= len(msg.Attachments) {
		return attach.File{}, "", fmt.Errorf("email: attachment: %w", ErrNotFound)
	}
	a := msg.Attachments[place]
	return h.file(ctx, msg, place, a.Name), a.MediaType, nil
}

func (h HistoryService) file(ctx context.Context, msg Message, place int, name string) attach.File {
	return attach.File{Name: name, AttachedAt: msg.CreatedAt, Open: func() (io.ReadCloser, error) {
		return h.config.Blobs.OpenBlob(ctx, msg.Attachments[place].BlobID)
	}}
}

// ServeAttachment answers a request for one file of a message: as a download, or with show inside the page where the file
// is a picture that is safe to show. It knows ranges and sets the fields that keep a browser from guessing. Whether the
// asking person may see the message is the host's to know. Why a content could not be read goes into the log.
func (h HistoryService) ServeAttachment(w http.ResponseWriter, r *http.Request, messageID string, place int, show bool) {
	file, mediaType, err := h.Attachment(r.Context(), messageID, place)
	if err != nil {
		h.serveError(w, r, err)
		return
	}
	kind := "attachment"
	if show {
		kind = "inline"
	}
	h.serve(w, r, kind, file, mediaType)
}

// ServeAll answers a request for all files of a message at once: with the archive of an answer's files, or with the file
// where there is one. Several files that are not archived are downloaded one by one: 300, with a line a file.
func (h HistoryService) ServeAll(w http.ResponseWriter, r *http.Request, messageID string) {
	all, err := h.DownloadAll(r.Context(), messageID)
	switch {
	case err != nil:
		h.serveError(w, r, err)
	case all.Archive != "":
		attach.SetDownloadHeader(w.Header(), "attachment", all.Archive, "application/zip")
		if r.Method == http.MethodHead {
			return // its length is known only when it is written
		}
		if err := all.WriteArchive(r.Context(), w); err != nil {
			h.logUnserved(r, err)
			panic(http.ErrAbortHandler) // half an archive must not look like a whole one
		}
	case len(all.Files) == 1:
		h.serve(w, r, "attachment", all.Files[0], all.MediaTypes[0])
	default:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusMultipleChoices)
		for _, file := range all.Files {
			fmt.Fprintln(w, file.Name)
		}
	}
}

// serve answers with a file, and logs why where its content cannot be opened.
func (h HistoryService) serve(w http.ResponseWriter, r *http.Request, disposition string, file attach.File, mediaType string) {
	open := file.Open
	file.Open = func() (io.ReadCloser, error) {
		content, err := open()
		if err != nil {
			h.logUnserved(r, err)
		}
		return content, err
	}
	attach.Serve(w, r, disposition, file, mediaType)
}

// serveError answers 404 for what is not there and 500 for what fails.
func (h HistoryService) serveError(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrNotFound) || errors.Is(err, attach.ErrNoFiles) {
		http.NotFound(w, r)
		return
	}
	h.logUnserved(r, err)
	http.Error(w, "internal error", http.StatusInternalServerError)
}

// logUnserved tells what no answer does. Whoever has gone is not missed.
func (h HistoryService) logUnserved(r *http.Request, err error) {
	if r.Context().Err() == nil {
		h.config.Logger.ErrorContext(r.Context(), "files not served", "tenant", h.config.Tenant, "error", redact(err))
	}
}
