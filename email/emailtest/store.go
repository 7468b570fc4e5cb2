package emailtest

import (
	"context"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Store keeps everything a Service needs in memory: each of its interfaces can be taken for one field of email.Config
// and the host's own for the others. It is safe for concurrent use, and it never shares memory with its callers: what
// is given is copied, what is returned is the caller's.
type Store struct {
	tenant string
	now    func() time.Time // when contents are put

	mu            sync.Mutex
	created       int // customers whose id was made here
	customers     map[string]email.Customer
	identities    map[sender.Ref]sender.Identity
	additional    []string // ids, as they are shown
	suppressions  map[suppressionKey]email.Suppression
	campaigns     map[string]email.CampaignProgress
	rates         map[string]bucket
	tokens        map[string]sender.Token
	taken         map[string]bool // hashes of tokens that are spent
	templates     []template.Template
	blobs         map[string]blob
	conversations map[string]email.Conversation
	messages      map[string]*entry // by id
	open          []*entry          // those that are queued or sending, the oldest SendAt first
	keys          map[string]string // message ids by idempotency key
	erased        map[string]bool   // ids of customers
	rules         map[string]email.Rule
}

var (
	_ email.Customers       = (*Store)(nil)
	_ email.CustomerCreator = (*Store)(nil)
	_ email.CustomerEraser  = (*Store)(nil)
	_ email.Store           = (*Store)(nil)
	_ email.Eraser          = (*Store)(nil)
	_ email.BlobReferences  = (*Store)(nil)
	_ email.WireKeeper      = (*Store)(nil)
	_ email.Blobs           = (*Store)(nil)
	_ email.BlobLister      = (*Store)(nil)
	_ email.BlobRemover     = (*Store)(nil)
	_ email.Rules           = (*Store)(nil)
	_ sender.Directory      = (*Store)(nil)
	_ sender.Editor         = (*Store)(nil)
	_ sender.Tokens         = (*Store)(nil)
	_ template.Loader       = (*Store)(nil)
	_ template.Source       = (*Store)(nil)
)

// NewStore returns an empty Store of the tenant "".
func NewStore() *Store { return NewTenantStore("") }

// SetClock replaces the clock that tells when contents were put, which is time.Now; it must go with the Service's. New does
// so for its Env. It is called before the Store is used.
func (s *Store) SetClock(now func() time.Time) { s.now = now }

// NewTenantStore returns an empty Store of a tenant, as Config.Tenant names it.
func NewTenantStore(tenant string) *Store {
	return &Store{
		tenant:        tenant,
		now:           time.Now,
		customers:     map[string]email.Customer{},
		identities:    map[sender.Ref]sender.Identity{},
		suppressions:  map[suppressionKey]email.Suppression{},
		campaigns:     map[string]email.CampaignProgress{},
		rates:         map[string]bucket{},
		tokens:        map[string]sender.Token{},
		taken:         map[string]bool{},
		blobs:         map[string]blob{},
		conversations: map[string]email.Conversation{},
		messages:      map[string]*entry{},
		keys:          map[string]string{},
		erased:        map[string]bool{},
		rules:         map[string]email.Rule{},
	}
}

// Tenant is whom the store serves.
func (s *Store) Tenant() string { return s.tenant }

// lock begins every method: it takes the lock unless ctx has ended.
func (s *Store) lock(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	return nil
}
