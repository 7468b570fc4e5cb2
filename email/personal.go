package email

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/crmmail/crmmail/attach"
)

// Export writes everything that is kept about a customer as a ZIP archive: customer.json, messages.json with the time
// lines, suppressions.json with those of his addresses, the files of each message in a folder by its id, and beside it what
// came in as it came, ID.eml. An unknown customer is a *RefusedError that wraps ErrNotFound. On any error what was written
// is no archive.
func (s CustomerService) Export(ctx context.Context, customerID string, w io.Writer) error {
	customer, err := s.config.customer(ctx, customerID)
	if err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	if err := writeJSON(archive, "customer.json", customer); err != nil {
		return err
	}
	messages, err := s.allMessages(ctx, customerID)
	if err != nil {
		return err
	}
	if err := writeJSON(archive, "messages.json", messages); err != nil {
		return err
	}
	suppressed, err := s.config.suppressed(ctx, filled(customer.Emails))
	if err != nil {
		return err
	}
	if err := writeJSON(archive, "suppressions.json", append([]Suppression{}, suppressed...)); err != nil {
		return err
	}
	for _, msg := range messages {
		if err := s.exportFiles(ctx, archive, msg); err != nil {
			return err
		}
	}
	return archive.Close()
}

// allMessages are those of a customer with their time lines, newest first.
func (s CustomerService) allMessages(ctx context.Context, customerID string) ([]Message, error) {
	history := HistoryService(s)
	all := []Message{}
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := history.Messages(ctx, customerID, cursor, maxPage)
		if err != nil {
			return nil, err
		}
		for _, listed := range page.Items {
			msg, err := history.Message(ctx, listed.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, msg)
		}
		cursor = page.Next
	}
	return all, nil
}

func (s CustomerService) exportFiles(ctx context.Context, archive *zip.Writer, msg Message) error {
	names := make([]string, len(msg.Attachments))
	for i, a := range msg.Attachments {
		names[i] = a.Name
	}
	for i, name := range attach.UniqueNames(names) {
		if err := s.exportBlob(ctx, archive, path.Join(msg.ID, name), msg.Attachments[i].BlobID); err != nil {
			return err
		}
	}
	if msg.Received == nil || msg.Received.RawID == "" {
		return nil
	}
	return s.exportBlob(ctx, archive, msg.ID+".eml", msg.Received.RawID)
}

func (s CustomerService) exportBlob(ctx context.Context, archive *zip.Writer, name, id string) error {
	content, err := s.config.Blobs.OpenBlob(ctx, id)
	if err != nil {
		return fmt.Errorf("email: export: %w", err)
	}
	defer content.Close()
	entry, err := archive.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(entry, content)
	return err
}

func writeJSON(archive *zip.Writer, name string, value any) error {
	entry, err := archive.Create(name)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(entry)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// Erase forgets a customer, then his messages, queued ones too, with everything that is kept about them and the contents
// that nobody else's messages refer to: at once, or where they were put within Config.OrphanRetention when that has passed,
// because somebody may be about to send them to another. Suppressions of his addresses stay, since they alone keep mailings
// from him who asked for none; SuppressionService.Remove lifts them.
//
// It is ErrUnsupported, and nothing is done, where Config's Store is no Eraser, its Blobs no BlobRemover or its Customers no
// CustomerEraser. It can be repeated; contents that could not be removed are found later only where orphans are, see
// Config.OrphanRetention.
func (s CustomerService) Erase(ctx context.Context, customerID string) error {
	store, forgets := s.config.Store.(Eraser)
	customers, deletes := s.config.Customers.(CustomerEraser)
	blobs, removes := s.config.Blobs.(BlobRemover)
	if !forgets || !deletes || !removes {
		return fmt.Errorf("email: erase: %w", ErrUnsupported)
	}
	since := s.config.unwanted()
	if err := customers.DeleteCustomer(ctx, customerID); err != nil { // first, so that nothing more is filed for him
		return fmt.Errorf("email: erase: %w", err)
	}
	unused, err := store.EraseCustomer(ctx, customerID)
	if err != nil {
		return fmt.Errorf("email: erase: %w", err)
	}
	if err := blobs.RemoveBlobs(ctx, unused, since); err != nil {
		return fmt.Errorf("email: erase: contents stay that nobody refers to: %w", err)
	}
	return nil
}

// forgottenAtOnce bounds one step of ForgetRaw.
const forgottenAtOnce = 100

// ForgetRaw forgets the bytes of inbound messages as they came, of those received before a time, and returns how many
// messages that were; what was put within Config.OrphanRetention goes when that has passed, as with Erase. Run does so by
// Config.RawRetention. ErrUnsupported where Config's Store is no Eraser or its Blobs no BlobRemover.
func (h HistoryService) ForgetRaw(ctx context.Context, before time.Time) (int, error) {
	store, forgets := h.config.Store.(Eraser)
	blobs, removes := h.config.Blobs.(BlobRemover)
	if !forgets || !removes {
		return 0, fmt.Errorf("email: forget raw mail: %w", ErrUnsupported)
	}
	for total := 0; ; {
		unused, n, err := store.ForgetRaw(ctx, before, forgottenAtOnce)
		if err == nil {
			err = blobs.RemoveBlobs(ctx, unused, h.config.unwanted())
		}
		if total += n; err != nil {
			return total, fmt.Errorf("email: forget raw mail: %w", err)
		}
		if n < forgottenAtOnce {
			return total, nil
		}
	}
}
