// Package riverqueue delivers the messages of an email.Service by River, a queue of jobs on PostgreSQL, for a CRM that has
// River already or runs on several machines.
//
// A Store is a sqlstore.Store that puts a job into River's table whenever a message is queued, in the same transaction. The
// job carries the message's id and nothing else: the row in the outbox stays the truth, so everything that holds for
// email.Service.Run holds here too. It is sent once, or known not to be, or marked uncertain, however jobs are lost, doubled
// or run at the wrong time. Run is not started.
//
//	pool, err := pgxpool.New(ctx, "postgres://...")
//	db := stdlib.OpenDBFromPool(pool)
//	store, err := riverqueue.New(db, sqlstore.Options{}, riverqueue.Options{})
//
//	service, err := email.New(email.Config{
//		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Tokens: store, Rules: store,
//		Suppressions: store, Campaigns: store, Rates: store,
//		Transport: transport,
//	})
//
//	config := &river.Config{}
//	err = riverqueue.AddTo(config, riverqueue.Work{Tenants: []riverqueue.Tenant{{Store: store, Service: service}}})
//	client, err := river.NewClient(riverpgxv5.New(pool), config)
//	err = client.Start(ctx)
//
// River's own tables are made by rivermigrate or the command river, those of the Store by its method Migrate. A process
// that only sends needs no client.
//
// # What the jobs do
//
// A message that the server refuses for now, whose time has not come or that another worker has is snoozed until then. A
// message that a person sends again gets a job of its own. A job whose message is gone, or needs nothing more, completes.
//
// Every minute the leader among the clients starts a job that finds what dead workers have left behind: a message becomes
// uncertain whose worker died while the bytes were going out, and one that is due without a job gets a new one, because its
// job died with its worker, or was removed. So River's RescueStuckJobsAfter can stay at its hour.
//
// A message whose job died with its worker is delivered alone in the process that it comes to next: where it is what ends
// processes, no other message is lost with it, and after five it is parked, as email.Service.Run does it. So is one whose job
// ended in an error, as where the database was away: both look alike, and what was tried before goes one by one for a while.
//
// Transactional messages go before bulk mail, and what dead workers left goes before both.
//
// # In the host's transaction
//
// River needs the connection itself, which a *sql.Tx hides. So a host begins its transaction on a *sql.Conn:
//
//	conn, err := db.Conn(ctx)
//	defer conn.Close()
//	tx, err := conn.BeginTx(ctx, nil)
//	defer tx.Rollback()
//	within, err := service.With(func(c *email.Config) {
//		bound := store.Tx(conn)
//		c.Store, c.Blobs = bound, bound
//	})
//	_, err = tx.ExecContext(ctx, `UPDATE orders SET ...`)
//	_, err = within.Send(ctx, draft)
//	err = tx.Commit()
package riverqueue
