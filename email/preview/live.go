package preview

import (
	"fmt"
	"net/http"
)

// changes tells a page that is open whenever the mailbox changes, as server-sent events.
func (h Handler) changes(w http.ResponseWriter, r *http.Request) {
	changed, stop := h.Mailbox.watch()
	defer stop()
	w.Header().Set("Content-Type", "text/event-stream")
	flush := http.NewResponseController(w).Flush
	for {
		if _, err := fmt.Fprintf(w, "event: mails\ndata: %d\n\n", len(h.Mailbox.Mails())); err != nil || flush() != nil {
			return
		}
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		}
	}
}
