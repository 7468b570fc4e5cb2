-- Mass mailings: who gets none, how far each has come, and how fast they go.

CREATE TABLE crmmail_suppression (
    tenant     TEXT NOT NULL,
    address    TEXT NOT NULL, -- email.AddressKey
    reason     TEXT NOT NULL, -- bounce, complaint, unsubscribe, manual
    at         INTEGER NOT NULL,
    message_id TEXT NOT NULL, -- crmmail_message.id, perhaps of one that was erased; empty: none
    actor_id   TEXT NOT NULL,
    PRIMARY KEY (tenant, address, reason)
) STRICT, WITHOUT ROWID;

CREATE INDEX crmmail_suppression_newest ON crmmail_suppression (tenant, at, address, reason);

CREATE TABLE crmmail_campaign (
    tenant         TEXT NOT NULL,
    id             TEXT NOT NULL,
    version        INTEGER NOT NULL, -- counts the changes
    content_hash   TEXT NOT NULL,
    after_customer TEXT NOT NULL, -- the last one who is counted
    queued         INTEGER NOT NULL,
    refused        TEXT NOT NULL, -- JSON: numbers by code
    done           INTEGER NOT NULL,
    started_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

-- One bucket a domain. Times here are microseconds, too, of the workers' clocks.
CREATE TABLE crmmail_rate (
    tenant     TEXT NOT NULL,
    domain     TEXT NOT NULL,
    spent      INTEGER NOT NULL, -- until when the tokens taken so far last at the rate
    next_bulk  INTEGER NOT NULL, -- the next place in the queue of mass mailings
    next_other INTEGER NOT NULL, -- and of all other mail
    taken      INTEGER NOT NULL, -- whether the last who asked got a token
    PRIMARY KEY (tenant, domain)
) STRICT, WITHOUT ROWID;

-- How often in a row a worker has fallen silent while it held the message.
ALTER TABLE crmmail_delivery ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0;
