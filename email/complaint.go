package email

import (
	"context"
	"slices"
)

// markComplained takes an abuse report to the message it is about, and keeps those who complained out of further
// mailings.
func (r *reception) markComplained(ctx context.Context) error {
	complaint := r.parsed.Complaint
	if complaint == nil {
		return nil
	}
	original, err := r.reported(ctx, complaint.OriginalID)
	if err != nil || original == nil || !isWish(complaint.Type) {
		return err
	}
	if r.service.config.Suppressions != nil {
		for _, addr := range complainers(*original, complaint.Recipients) {
			if err := r.service.config.suppress(ctx, Suppression{Address: addr, Reason: SuppressedComplaint, MessageID: original.ID}); err != nil {
				return err
			}
		}
	}
	return r.service.note(ctx, *original, Event{At: r.msg.CreatedAt, Kind: EventComplained, Detail: complaint.Type})
}

// isWish tells reports of a recipient's will from those of programs, such as failed authentication (RFC 6591).
func isWish(kind string) bool {
	return slices.Contains([]string{"abuse", "fraud", "opt-out", "opt-out-list"}, kind)
}

// complainers are those whom a report names among the recipients of the original, or the only one where it names nobody,
// as most services hide him.
func complainers(original Message, named []string) (keys []string) {
	for _, addr := range named {
		named := func(r Recipient) bool { return AddressKey(r.Address) == AddressKey(addr) }
		if slices.ContainsFunc(original.Recipients, named) {
			keys = append(keys, AddressKey(addr))
		}
	}
	if len(keys) == 0 && len(original.Recipients) == 1 {
		keys = append(keys, AddressKey(original.Recipients[0].Address))
	}
	return keys
}
