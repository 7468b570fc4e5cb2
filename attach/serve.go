package attach

import (
	"io"
	"net/http"
)

// Serve answers a request for a stored file, with the header fields of [SetDownloadHeader]: the disposition "attachment" downloads it,
// "inline" shows it where it is [Viewable]. A file whose Open gives an [io.ReadSeeker] can be asked for in parts
// (RFC 9110 §14) and for changes since AttachedAt. Whether the asking person may see the file is the caller's to know.
// A file that cannot be opened is answered by 404.
func Serve(w http.ResponseWriter, r *http.Request, disposition string, f File, mediaType string, also ...string) {
	if f.Open == nil {
		http.NotFound(w, r)
		return
	}
	content, err := f.Open()
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer func() { _ = content.Close() }()
	SetDownloadHeader(w.Header(), disposition, f.Name, mediaType, also...)
	if seeker, ok := content.(io.ReadSeeker); ok {
		http.ServeContent(w, r, "", f.AttachedAt, seeker)
		return
	}
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, content) // who asked has gone, or learns it from the length
	}
}
