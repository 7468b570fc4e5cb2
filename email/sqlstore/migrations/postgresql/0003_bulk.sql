-- Mass mailings: who gets none, how far each has come, and how fast they go.

CREATE TABLE crmmail_suppression (
    tenant     TEXT COLLATE "C" NOT NULL,
    address    TEXT COLLATE "C" NOT NULL, -- email.AddressKey
    reason     TEXT COLLATE "C" NOT NULL, -- bounce, complaint, unsubscribe, manual
    at         BIGINT NOT NULL,
    message_id TEXT NOT NULL, -- crmmail_message.id, perhaps of one that was erased; empty: none
    actor_id   TEXT NOT NULL,
    PRIMARY KEY (tenant, address, reason)
);

CREATE INDEX crmmail_suppression_newest ON crmmail_suppression (tenant, at, address, reason);

CREATE TABLE crmmail_campaign (
    tenant         TEXT COLLATE "C" NOT NULL,
    id             TEXT COLLATE "C" NOT NULL,
    version        INTEGER NOT NULL, -- counts the changes
    content_hash   TEXT NOT NULL,
    after_customer TEXT NOT NULL, -- the last one who is counted
    queued         BIGINT NOT NULL,
    refused        TEXT NOT NULL, -- JSON: numbers by code
    done           INTEGER NOT NULL,
    started_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

-- One bucket a domain. Times here are microseconds, too, of the workers' clocks.
CREATE TABLE crmmail_rate (
    tenant     TEXT COLLATE "C" NOT NULL,
    domain     TEXT COLLATE "C" NOT NULL,
    spent      BIGINT NOT NULL, -- until when the tokens taken so far last at the rate
    next_bulk  BIGINT NOT NULL, -- the next place in the queue of mass mailings
    next_other BIGINT NOT NULL, -- and of all other mail
    taken      INTEGER NOT NULL, -- whether the last who asked got a token
    PRIMARY KEY (tenant, domain)
);

-- How often in a row a worker has fallen silent while it held the message.
ALTER TABLE crmmail_delivery ADD COLUMN lapses INTEGER NOT NULL DEFAULT 0;
