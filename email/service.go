package email

import "sync/atomic"

// Service joins a host's parts into one front door. It is safe for concurrent use.
type Service struct {
	// Customers searches and creates customers.
	Customers CustomerService
	// Senders confirms addresses and allows them as senders.
	Senders SenderService
	// History reads conversations, messages and their files.
	History HistoryService
	// Inbox is where messages wait whose writer nobody knows.
	Inbox InboxService
	// Campaigns sends one letter to many customers.
	Campaigns CampaignService
	// Suppressions keeps addresses out of mass mailings.
	Suppressions SuppressionService
	// Rules keeps, activates and fires rules.
	Rules RuleService

	config Config
	*common
}

// common is what a Service has together with those that With made of it.
type common struct {
	wake   chan struct{} // buffered by one: there may be something due
	owner  string        // begins the names of this Service's claims
	claims atomic.Int64  // counts them

	contents *contentCache // of messages that are sent

	swept    atomic.Int64 // when orphans were looked for, in Unix nanoseconds
	notAsked atomic.Int64 // until when the transport is not asked for its size limit, in Unix nanoseconds
}

// New checks the configuration and returns a Service. It starts nothing.
func New(config Config) (*Service, error) {
	s, err := assemble(config)
	if err != nil {
		return nil, err
	}
	owner := s.config.NewID()
	if err := checkID("Config.NewID", owner); err != nil {
		return nil, err
	}
	s.common = &common{wake: make(chan struct{}, 1), owner: owner, contents: newContentCache(s.config.Dispatch.Cache)}
	return s, nil
}

// With returns a Service with some parts replaced by change, which sees the configuration with its defaults filled in;
// everything else is shared. It costs about as much as a copy, so that each request may have one, as to send inside the
// host's own transaction:
//
//	within, err := svc.With(func(c *email.Config) { c.Store, c.Blobs = store.Tx(tx), store.Tx(tx) })
//	msg, err := within.Send(ctx, draft)
//	err = tx.Commit()
//	svc.Wake()
//
// The Run of svc sees the message once it is committed: at its next look at the store, after Dispatch.Poll at the latest,
// or at once where Wake says so. A default stays with the part that it was made of: whoever replaces Templates by those
// of another place sets Engine to nil, so that a new one includes from there.
func (s *Service) With(change func(*Config)) (*Service, error) {
	config := s.config
	change(&config)
	changed, err := assemble(config)
	if err != nil {
		return nil, err
	}
	changed.common = s.common
	if config.Domains == s.config.Domains {
		changed.Senders.alignments = s.Senders.alignments
	}
	return changed, nil
}

// assemble makes a Service without what is common.
func assemble(config Config) (*Service, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	if err := config.fill(); err != nil {
		return nil, err
	}
	s := &Service{config: config}
	s.Customers = CustomerService{&s.config}
	s.Senders = SenderService{&s.config, new(alignments)}
	s.History = HistoryService{&s.config}
	s.Inbox = InboxService{&s.config}
	s.Rules = RuleService{s}
	s.Suppressions = SuppressionService{s}
	s.Campaigns = CampaignService{s}
	return s, nil
}
