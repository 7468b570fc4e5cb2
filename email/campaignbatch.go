package email

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// maxListed bounds CampaignReport.Listed.
const maxListed = 100

// send makes, queues and counts the letters to a few customers. Only when they are queued they are counted, so that a
// crash in between makes some of them twice, and the key sees to it that they are queued once.
func (r *campaignRun) send(ctx context.Context, batch []Customer) error {
	service, err := r.remembering(ctx, batch)
	if err != nil {
		return err
	}
	counted := r.report.clone()
	queue, refused, err := r.letters(ctx, service, batch, &counted)
	if err != nil {
		return err
	}
	if counted.After == "" && len(refused) == len(batch) && !slices.ContainsFunc(refused, CampaignRefusal.personal) {
		return refused[0].Refusals
	}
	erased, err := r.enqueue(ctx, queue)
	if err != nil {
		return err
	}
	for _, one := range refused {
		r.refuse(&counted, one.CustomerID, one.Refusals)
	}
	for _, id := range erased {
		r.refuse(&counted, id, Refusals{{Code: CodeCustomerUnknown}})
	}
	counted.Queued += len(queue) - len(erased)
	counted.After = batch[len(batch)-1].ID
	r.report = counted
	r.service.config.Logger.InfoContext(ctx, "campaign queued", "tenant", r.service.config.Tenant, "campaign", counted.ID,
		"messages", len(queue), "of", len(batch))
	r.service.Wake()
	return r.save(ctx)
}

// personal tells of a customer who gets no letter for another reason than that there is none that could be sent to anybody.
func (c CampaignRefusal) personal() bool {
	switch c.Refusals[0].Code {
	case CodeTemplateInvalid, CodeSubjectEmpty, CodeContentEmpty, CodeContentBlocked, CodeMessageTooLarge:
		return false
	}
	return true
}

// letters makes those that nothing speaks against, and counts the customers who have theirs already.
func (r *campaignRun) letters(ctx context.Context, s *Service, batch []Customer, counted *CampaignReport) (queue []Queued, refused []CampaignRefusal, err error) {
	for _, customer := range batch {
		queued, err := r.letter(ctx, s, customer)
		if err == nil {
			queue = append(queue, queued)
			continue
		}
		var why Refusals
		if !errors.As(err, &why) {
			return nil, nil, err
		}
		sent, err := r.sentBefore(ctx, customer)
		switch {
		case err != nil:
			return nil, nil, err
		case sent:
			counted.Queued++
		default:
			refused = append(refused, CampaignRefusal{customer.ID, why})
		}
	}
	return queue, refused, nil
}

// letter takes what all have in common through the steps that are each customer's own, as Send does a draft.
func (r *campaignRun) letter(ctx context.Context, s *Service, customer Customer) (Queued, error) {
	c := *r.common
	c.id, c.conversationID, c.customer = s.config.NewID(), s.config.NewID(), customer
	c.senders = s.config.Senders
	c.draft.CustomerID, c.draft.IdempotencyKey = customer.ID, r.campaign.key(customer.ID)
	err := c.take(ctx,
		func(context.Context, *composition) error { return checkID("customer", customer.ID) },
		s.resolveSender,
		s.resolveRecipients,
		s.askSuppressions,
		s.offerUnsubscribe,
		s.renderLetter,
		s.validateContent,
	)
	if err == nil {
		err = c.refused()
	}
	if err != nil {
		return Queued{}, err
	}
	msg := s.fileMessage(&c)
	msg.Attachments = slices.Clone(r.files)
	return s.build(ctx, &c, msg)
}

// sentBefore tells that a customer, for whom something speaks against sending by now, has the letter already.
func (r *campaignRun) sentBefore(ctx context.Context, customer Customer) (bool, error) {
	if !r.again {
		return false, nil
	}
	_, err := r.service.sentBefore(ctx, r.campaign.key(customer.ID))
	if errors.Is(err, ErrDuplicate) {
		return true, nil
	}
	return false, err
}

func (r CampaignReport) clone() CampaignReport {
	r.Refused, r.Listed = maps.Clone(r.Refused), slices.Clip(r.Listed)
	if r.Refused == nil {
		r.Refused = map[string]int{}
	}
	return r
}

// refuse counts a customer who gets no letter, and tells of him.
func (r *campaignRun) refuse(counted *CampaignReport, customerID string, why Refusals) {
	counted.Refused[why[0].Code]++
	if len(counted.Listed) < maxListed {
		counted.Listed = append(counted.Listed, CampaignRefusal{customerID, why})
	}
	if r.campaign.Refused != nil {
		r.campaign.Refused(customerID, why)
	}
}

// enqueue keeps the letters and says who was erased meanwhile. The store does it by few commits where it can; one that
// kept nothing of a letter is asked why.
func (r *campaignRun) enqueue(ctx context.Context, queue []Queued) (erased []string, err error) {
	ids, err := r.service.enqueueAll(ctx, queue)
	if err != nil {
		return nil, err
	}
	for i, queued := range queue {
		if ids[i] != "" {
			if ids[i] == queued.Message.ID {
				r.service.config.observeQueued(ctx, queued)
			}
			continue
		}
		kept, err := r.service.enqueue(ctx, queued)
		switch {
		case errors.Is(err, ErrNotFound):
			erased = append(erased, queued.Message.CustomerID)
		case err == nil:
			r.service.config.observeQueued(ctx, queued)
		case kept.ID == "" || !errors.Is(err, ErrDuplicate):
			return nil, err
		}
	}
	return erased, nil
}

// enqueueAll returns by what ids messages are kept, and none for those that are not. Where the store's answer is lost it
// asks once more: the keys tell what was kept.
func (s *Service) enqueueAll(ctx context.Context, list []Queued) ([]string, error) {
	store, ok := s.config.Store.(BatchOutbox)
	if !ok || len(list) == 0 {
		return make([]string, len(list)), nil
	}
	ids, err := store.EnqueueAll(ctx, list)
	if err != nil && ctx.Err() == nil {
		ids, err = store.EnqueueAll(ctx, list)
	}
	if err != nil {
		return nil, fmt.Errorf("email: enqueue: %w", err)
	}
	return ids, nil
}
