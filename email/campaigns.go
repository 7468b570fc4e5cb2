package email

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// CampaignService sends one letter to many customers; it hangs on Service.Campaigns.
type CampaignService struct{ service *Service }

// batchSize is how many letters are made, queued and counted at a time.
const batchSize = 100

// Send queues a campaign's letter for each customer of its audience, in batches; Run delivers. The letter is parsed,
// checked and its attachments judged and kept once for all: what speaks against it comes back as Refusals before
// anything is queued. Sender, rendering, content and suppression are each customer's own; one for whom something speaks
// against sending gets no letter, is counted, and holds up nobody. Where the letter itself is why not one of the first
// hundred can have it, as where it cannot be rendered, that comes back as Refusals, too, and nobody is counted:
// the mended letter is another campaign.
//
// Send can be called again with the same ID, by any process, after it ended for whatever reason: it goes on behind the
// last customer who was counted, and nobody gets a second letter. A campaign that is done stays done. Another letter
// under the same ID is a *RefusedError with CodeCampaignChanged. Of several that send one campaign at once all but one end
// with ErrConflict. With an error the report says how far it came.
func (s CampaignService) Send(ctx context.Context, campaign Campaign) (CampaignReport, error) {
	r, err := s.begin(ctx, campaign)
	if err != nil || r.report.Done {
		return r.report, err
	}
	for batch, err := range batches(campaign.Audience(ctx, r.report.After)) {
		if err != nil {
			return r.report, fmt.Errorf("email: campaign: audience: %w", err)
		}
		if err := r.send(ctx, batch); err != nil {
			return r.report, err
		}
	}
	r.report.Done = true
	err = r.save(ctx)
	return r.report, err
}

// Progress tells how far a campaign has come; an unknown id is ErrNotFound. It is ErrUnsupported without
// Config.Campaigns.
func (s CampaignService) Progress(ctx context.Context, id string) (CampaignProgress, error) {
	if s.service.config.Campaigns == nil {
		return CampaignProgress{}, fmt.Errorf("email: campaign: %w", ErrUnsupported)
	}
	progress, err := s.service.config.Campaigns.Campaign(ctx, id)
	if err != nil {
		return CampaignProgress{}, fmt.Errorf("email: campaign: %w", err)
	}
	return progress, nil
}

// campaignRun is one Send on its way.
type campaignRun struct {
	service  *Service
	campaign Campaign
	common   *composition // what all letters have in common
	source   string       // the hash of the letter and all it includes
	files    []Attachment
	blobs    *rememberedBlobs
	report   CampaignReport
	again    bool // a message of this campaign may have been queued that is not counted
}

// begin takes the letter through every step that needs no customer, and finds out how far the campaign has come.
func (s CampaignService) begin(ctx context.Context, campaign Campaign) (*campaignRun, error) {
	common := &composition{draft: campaign.Draft, senders: s.service.config.Senders, inlineLimit: -1}
	r := &campaignRun{service: s.service, campaign: campaign, common: common}
	if err := campaign.check(); err != nil {
		return r, err
	}
	r.common.draft.Purpose = Bulk
	r.common.draft.Vars = maps.Clone(campaign.Draft.Vars)
	err := r.common.take(ctx, r.checkSender, s.service.parseLetter, r.checkSource, s.service.judgeAttachments)
	if err == nil {
		err = r.common.refused()
	}
	if err == nil {
		err = r.resume(ctx)
	}
	if err != nil || r.report.Done {
		return r, err
	}
	return r, r.keepFiles(ctx)
}

func (c Campaign) check() error {
	draft := c.Draft
	switch {
	case c.ID == "" || len(c.ID) > 200:
		return errors.New("email: campaign: an ID has 1 to 200 octets")
	case c.Audience == nil:
		return errors.New("email: campaign: no audience")
	case draft.CustomerID != "" || len(draft.To)+len(draft.Bcc) > 0 || draft.InReplyTo != "" || draft.IdempotencyKey != "":
		return errors.New("email: campaign: the draft is one customer's")
	}
	return nil
}

// key makes the letter to a customer one that is queued once.
func (c Campaign) key(customerID string) string {
	return "campaign " + strconv.Quote(c.ID) + " " + customerID
}

// checkSender looks for the sender where it is the same for all, and where nobody could have it.
func (r *campaignRun) checkSender(ctx context.Context, c *composition) error {
	switch c.draft.From {
	case sender.Choice{Kind: sender.Manager}, sender.Choice{Kind: sender.Store}:
		return nil
	}
	return r.service.resolveSender(ctx, c)
}

// checkSource checks the letter as a template is checked, and pins it.
func (r *campaignRun) checkSource(ctx context.Context, c *composition) error {
	if len(c.refusals) > 0 {
		return nil
	}
	report, err := r.service.checkSource(ctx, template.Template{Event: template.EventCustomer, Letter: c.source}, Bulk,
		slices.Sorted(maps.Keys(c.draft.Vars))...)
	if err != nil {
		return err
	}
	if faults := report.Errors(); len(faults) > 0 {
		c.refusals = append(c.refusals, &RefusedError{Code: CodeContentBlocked, Source: faults})
	}
	r.source = report.Hash
	c.letter = c.source // about as large as what it renders to, for those who ask for the size
	return nil
}

// pinned is the hash of all that every letter has: the source, the sender, the variables and the files.
func (r *campaignRun) pinned() string {
	sum, draft := sha256.New(), r.common.draft
	fmt.Fprintf(sum, "%s\x00%q\x00%q\x00%#v", r.source, draft.TemplateID, draft.From.String(), draft.Vars)
	verdicts := slices.Clone(r.common.report.Files)
	slices.SortFunc(verdicts, func(a, b attach.Verdict) int { return cmp.Compare(a.Index, b.Index) })
	for _, file := range verdicts {
		fmt.Fprintf(sum, "\x00%q%q", file.CleanName, file.SHA256)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// resume finds how far the campaign has come, or begins it.
func (r *campaignRun) resume(ctx context.Context) error {
	hash := r.pinned()
	r.report.CampaignProgress = CampaignProgress{ID: r.campaign.ID, ContentHash: hash, StartedAt: r.service.config.Now()}
	store := r.service.config.Campaigns
	if store == nil {
		r.again = true // nobody knows
		return nil
	}
	kept, err := store.Campaign(ctx, r.campaign.ID)
	if errors.Is(err, ErrNotFound) {
		return r.save(ctx)
	}
	if err != nil {
		return fmt.Errorf("email: campaign: %w", err)
	}
	if r.report.CampaignProgress, r.again = kept, true; kept.ContentHash != hash {
		return &RefusedError{Code: CodeCampaignChanged}
	}
	return nil
}

func (r *campaignRun) keepFiles(ctx context.Context) error {
	var carrier Message
	if err := r.service.putAttachments(ctx, r.common, &carrier); err != nil {
		return err
	}
	r.files = carrier.Attachments
	r.blobs = &rememberedBlobs{Blobs: r.service.config.Blobs, room: r.service.config.Dispatch.Cache, kept: map[string][]byte{}}
	if len(r.service.config.Signers) == 0 {
		return nil
	}
	for _, file := range r.files {
		if err := r.blobs.remember(ctx, file.BlobID, file.Size); err != nil {
			return err
		}
	}
	return nil
}

// save keeps the progress, unless somebody else has gone on with the campaign.
func (r *campaignRun) save(ctx context.Context) error {
	r.report.UpdatedAt = r.service.config.Now()
	if r.service.config.Campaigns == nil {
		return nil
	}
	if err := r.service.config.Campaigns.SaveCampaign(ctx, r.report.CampaignProgress); err != nil {
		return fmt.Errorf("email: campaign: %w", err)
	}
	r.report.Version++
	return nil
}

// batches cuts an audience into pieces. An error comes behind those before it, and ends it.
func batches(audience iter.Seq2[Customer, error]) iter.Seq2[[]Customer, error] {
	return func(yield func([]Customer, error) bool) {
		var batch []Customer
		for customer, err := range audience {
			if err == nil && customer.ID == "" {
				err = errors.New("a customer without an id")
			}
			if err != nil {
				if len(batch) == 0 || yield(batch, nil) {
					yield(nil, err)
				}
				return
			}
			if batch = append(batch, customer); len(batch) == batchSize {
				if !yield(batch, nil) {
					return
				}
				batch = nil
			}
		}
		if len(batch) > 0 {
			yield(batch, nil)
		}
	}
}
