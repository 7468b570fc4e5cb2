package riverqueue

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"github.com/crmmail/crmmail/email"
)

// Queue is the name of River's queue that the jobs go to.
const Queue = "crmmail"

const (
	priorityLost = iota + 1 // River's first
	priorityTransactional
	priorityBulk
)

// Tenant is a Store, and the Service that has it for its Config.Store; neither is nil.
type Tenant struct {
	Store   *Store
	Service *email.Service
}

// Work is what a client does.
type Work struct {
	Tenants []Tenant      // at least one; those of all clients of a database must be the same
	Workers int           // deliveries at once in this process; 0: 4
	Sweep   time.Duration // how often lost jobs are looked for; 0: one minute
}

// AddTo makes a client of River deliver: it adds workers, the queue and the periodic job to its configuration, beside
// those that the host has. Calling it twice for one configuration is an error.
func AddTo(config *river.Config, work Work) error {
	tenants := make(map[string]Tenant, len(work.Tenants))
	for _, tenant := range work.Tenants {
		tenants[tenant.Store.Tenant()] = tenant
	}
	if len(tenants) == 0 || len(tenants) < len(work.Tenants) {
		return errors.New("riverqueue: there must be tenants, and each once")
	}
	if config.Workers == nil {
		config.Workers = river.NewWorkers()
	}
	if err := river.AddWorkerSafely(config.Workers, &deliverer{tenants: tenants}); err != nil {
		return err
	}
	every := orDefault(work.Sweep, time.Minute)
	if err := river.AddWorkerSafely(config.Workers, &sweeper{tenants: work.Tenants, every: every}); err != nil {
		return err
	}
	if config.Queues == nil {
		config.Queues = map[string]river.QueueConfig{}
	}
	config.Queues[Queue] = river.QueueConfig{MaxWorkers: orDefault(work.Workers, 4), FetchCooldown: fetchCooldown}
	config.PeriodicJobs = append(config.PeriodicJobs, river.NewPeriodicJob(
		river.PeriodicInterval(every),
		func() (river.JobArgs, *river.InsertOpts) { return sweep{}, nil },
		&river.PeriodicJobOpts{RunOnStart: true},
	))
	return nil
}

// fetchCooldown bounds the throughput: each time at most as many jobs begin as there are workers.
const fetchCooldown = 10 * time.Millisecond

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

// delivery is the job that delivers a message. Its JSON is kept: it must not change.
type delivery struct {
	Tenant  string `json:"tenant"`
	Message string `json:"message"`
}

// Kind implements river.JobArgs.
func (delivery) Kind() string { return "crmmail_delivery" }

type deliverer struct {
	river.WorkerDefaults[delivery]
	tenants map[string]Tenant
	alone   sync.RWMutex // held to write by a job that may end the process, to read by all others
}

// Timeout leaves it to email.Dispatch.
func (*deliverer) Timeout(*river.Job[delivery]) time.Duration { return -1 }

// suspect tells of a message that may be what ended its last worker: the job was lost, or did not come to its end.
func suspect(job *river.Job[delivery]) bool { return job.Priority == priorityLost || job.Attempt > 1 }

// Work delivers a message if it is due, and alone in this process if it is suspect: no other is to be leased when the process
// ends. Where the job runs at a wrong time nothing happens.
func (d *deliverer) Work(ctx context.Context, job *river.Job[delivery]) error {
	if suspect(job) {
		d.alone.Lock()
		defer d.alone.Unlock()
	} else {
		d.alone.RLock()
		defer d.alone.RUnlock()
	}
	tenant, ok := d.tenants[job.Args.Tenant]
	if !ok {
		return errors.New("riverqueue: a message of an unknown tenant")
	}
	again, err := tenant.Service.Dispatch(ctx, job.Args.Message)
	switch {
	case errors.Is(err, email.ErrNotFound): // it was erased
		return nil
	case err != nil:
		return err
	case again.IsZero():
		return nil
	}
	return river.JobSnooze(max(0, time.Until(again)))
}
