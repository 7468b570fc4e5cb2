-- Times are microseconds since 1970-01-01 UTC, lists are JSON, booleans 0 or 1.
-- Every table begins with the tenant: rows of one never meet rows of another.

CREATE TABLE crmmail_customer (
    n           INTEGER PRIMARY KEY, -- survives VACUUM, so that a full-text index can refer to it
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    external_id TEXT NOT NULL,
    first_name  TEXT NOT NULL,
    last_name   TEXT NOT NULL,
    patronymic  TEXT NOT NULL,
    manager_id  TEXT NOT NULL,
    store_id    TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    search      TEXT NOT NULL, -- every searchable value, folded
    fields      TEXT NOT NULL, -- JSON
    UNIQUE (tenant, id)
) STRICT;

CREATE INDEX crmmail_customer_newest ON crmmail_customer (tenant, created_at, id);

CREATE TABLE crmmail_customer_contact (
    tenant      TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    kind        TEXT NOT NULL, -- email, phone, handle, external-id
    position    INTEGER NOT NULL,
    network     TEXT NOT NULL, -- of a handle
    value       TEXT NOT NULL,
    exact       TEXT NOT NULL, -- folded whole value that ranks first when it is searched for; empty: none
    PRIMARY KEY (tenant, customer_id, kind, position),
    FOREIGN KEY (tenant, customer_id) REFERENCES crmmail_customer (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crmmail_customer_contact_exact ON crmmail_customer_contact (tenant, exact, customer_id) WHERE exact <> '';

CREATE TABLE crmmail_identity (
    tenant       TEXT NOT NULL,
    kind         TEXT NOT NULL, -- user, store, additional
    id           TEXT NOT NULL,
    position     INTEGER NOT NULL, -- in the order of saving
    name         TEXT NOT NULL,
    address      TEXT NOT NULL,
    confirmed_at INTEGER NOT NULL,
    allowed      INTEGER NOT NULL,
    PRIMARY KEY (tenant, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crmmail_template (
    tenant     TEXT NOT NULL,
    id         TEXT NOT NULL,
    event      TEXT NOT NULL,
    position   INTEGER NOT NULL, -- in the order of saving
    updated_at INTEGER NOT NULL,
    name       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    preheader  TEXT NOT NULL,
    body_text  TEXT NOT NULL,
    body_html  TEXT NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX crmmail_template_event ON crmmail_template (tenant, event, position, id);

CREATE TABLE crmmail_token (
    tenant     TEXT NOT NULL,
    hash       TEXT NOT NULL,
    purpose    TEXT NOT NULL,
    ref_kind   TEXT NOT NULL,
    ref_id     TEXT NOT NULL,
    address    TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    taken      INTEGER NOT NULL,
    PRIMARY KEY (tenant, hash)
) STRICT, WITHOUT ROWID;

CREATE INDEX crmmail_token_expiry ON crmmail_token (tenant, expires_at);

CREATE TABLE crmmail_conversation (
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    subject     TEXT NOT NULL,
    state       TEXT NOT NULL, -- active, completed
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT;

CREATE INDEX crmmail_conversation_newest ON crmmail_conversation (tenant, updated_at, id);
CREATE INDEX crmmail_conversation_state ON crmmail_conversation (tenant, state, updated_at, id);
CREATE INDEX crmmail_conversation_customer ON crmmail_conversation (tenant, customer_id, updated_at, id);

-- What was written. Once it is kept, only conversation and customer change, and only where there were none; what became
-- of it is in crmmail_delivery, what else is known of inbound messages in crmmail_received.
CREATE TABLE crmmail_message (
    tenant          TEXT NOT NULL,
    id              TEXT NOT NULL,
    conversation_id TEXT, -- NULL: it waits in the inbox
    customer_id     TEXT NOT NULL, -- empty: it waits in the inbox
    created_at      INTEGER NOT NULL,
    idempotency_key TEXT NOT NULL,
    actor_id        TEXT NOT NULL,
    direction       TEXT NOT NULL,
    origin          TEXT NOT NULL,
    purpose         TEXT NOT NULL,
    template_id     TEXT NOT NULL,
    sender_choice   TEXT NOT NULL,
    from_name       TEXT NOT NULL,
    from_address    TEXT NOT NULL,
    to_list         TEXT NOT NULL, -- JSON, as the following two
    cc_list         TEXT NOT NULL,
    bcc_list        TEXT NOT NULL,
    message_id      TEXT NOT NULL, -- RFC 5322 §3.6.4
    in_reply_to     TEXT NOT NULL, -- JSON, as the following
    reference_list  TEXT NOT NULL,
    subject         TEXT NOT NULL,
    preheader       TEXT NOT NULL,
    body_text       TEXT NOT NULL,
    body_html       TEXT NOT NULL,
    PRIMARY KEY (tenant, id),
    FOREIGN KEY (tenant, conversation_id) REFERENCES crmmail_conversation (tenant, id)
        DEFERRABLE INITIALLY DEFERRED -- the message is kept first: only then it is known whether its key is free
) STRICT;

CREATE UNIQUE INDEX crmmail_message_key ON crmmail_message (tenant, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX crmmail_message_newest ON crmmail_message (tenant, created_at, id);
CREATE INDEX crmmail_message_customer ON crmmail_message (tenant, customer_id, created_at, id);
CREATE INDEX crmmail_message_conversation ON crmmail_message (tenant, conversation_id, created_at, id);
CREATE INDEX crmmail_message_message_id ON crmmail_message (tenant, message_id) WHERE message_id <> '';

-- Where a message stands, and the outbox: one row a message, narrow because every attempt rewrites it.
CREATE TABLE crmmail_delivery (
    tenant      TEXT NOT NULL,
    message_id  TEXT NOT NULL, -- crmmail_message.id
    state       TEXT NOT NULL,
    owner       TEXT NOT NULL, -- the worker that holds the lease; empty: none does
    lease_until INTEGER NOT NULL,
    attempts    INTEGER NOT NULL, -- claims
    retries     INTEGER NOT NULL, -- deferrals since it was queued
    send_at     INTEGER NOT NULL,
    sent_at     INTEGER NOT NULL,
    provider_id TEXT NOT NULL,
    return_path TEXT NOT NULL,
    PRIMARY KEY (tenant, message_id),
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_message (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crmmail_delivery_due ON crmmail_delivery (tenant, send_at, message_id) WHERE state = 'queued';
CREATE INDEX crmmail_delivery_sending ON crmmail_delivery (tenant, lease_until) WHERE state = 'sending';
CREATE INDEX crmmail_delivery_provider ON crmmail_delivery (tenant, provider_id) WHERE provider_id <> '';

-- One row an inbound message.
CREATE TABLE crmmail_received (
    tenant          TEXT NOT NULL,
    message_id      TEXT NOT NULL,
    created_at      INTEGER NOT NULL, -- that of crmmail_message, by which raw contents are forgotten
    raw_id          TEXT NOT NULL, -- a blob; empty: no longer kept
    mailbox         TEXT NOT NULL,
    kind            TEXT NOT NULL,
    matched_by      TEXT NOT NULL,
    new_participant INTEGER NOT NULL,
    reply_to        TEXT NOT NULL, -- JSON
    reply           TEXT NOT NULL,
    defects         TEXT NOT NULL, -- JSON
    PRIMARY KEY (tenant, message_id),
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_message (tenant, id)
) STRICT;

CREATE INDEX crmmail_received_raw ON crmmail_received (tenant, raw_id) WHERE raw_id <> '';
CREATE INDEX crmmail_received_oldest ON crmmail_received (tenant, created_at, message_id) WHERE raw_id <> '';

CREATE TABLE crmmail_wire (
    tenant     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    wire       BLOB NOT NULL, -- JSON of message.Wire
    PRIMARY KEY (tenant, message_id),
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_message (tenant, id)
) STRICT;

-- Blobs that wire forms refer to.
CREATE TABLE crmmail_wire_blob (
    tenant     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    blob_id    TEXT NOT NULL,
    PRIMARY KEY (tenant, message_id, blob_id),
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_wire (tenant, message_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crmmail_wire_blob_blob ON crmmail_wire_blob (tenant, blob_id);

CREATE TABLE crmmail_recipient (
    tenant     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    position   INTEGER NOT NULL,
    address    TEXT NOT NULL,
    status     TEXT NOT NULL, -- empty: pending
    code       INTEGER NOT NULL,
    enhanced   TEXT NOT NULL,
    answer     TEXT NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (tenant, message_id, position),
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_message (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crmmail_attachment (
    tenant     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    position   INTEGER NOT NULL,
    blob_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size       INTEGER NOT NULL,
    content_id TEXT NOT NULL,
    inline     INTEGER NOT NULL,
    PRIMARY KEY (tenant, message_id, position),
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_message (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX crmmail_attachment_blob ON crmmail_attachment (tenant, blob_id);

CREATE TABLE crmmail_event (
    n          INTEGER PRIMARY KEY, -- the order in which things happened
    tenant     TEXT NOT NULL,
    message_id TEXT NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    actor_id   TEXT NOT NULL,
    detail     TEXT NOT NULL,
    FOREIGN KEY (tenant, message_id) REFERENCES crmmail_message (tenant, id)
) STRICT;

CREATE INDEX crmmail_event_message ON crmmail_event (tenant, message_id, n);

-- Customers that were erased: nothing is kept for them any more.
CREATE TABLE crmmail_erased (
    tenant   TEXT NOT NULL,
    customer TEXT NOT NULL, -- SHA-256 of the id, in hex
    PRIMARY KEY (tenant, customer)
) STRICT, WITHOUT ROWID;

CREATE TABLE crmmail_blob (
    tenant     TEXT NOT NULL,
    id         TEXT NOT NULL, -- SHA-256 in hex
    upload     TEXT NOT NULL, -- whose chunks the content is
    size       INTEGER NOT NULL,
    put_at     INTEGER NOT NULL, -- for the last time
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE crmmail_blob_chunk (
    tenant   TEXT NOT NULL,
    upload   TEXT NOT NULL,
    position INTEGER NOT NULL,
    content  BLOB NOT NULL,
    PRIMARY KEY (tenant, upload, position)
) STRICT;

-- Uploads that are under way, or that a crash has left behind.
CREATE TABLE crmmail_blob_upload (
    tenant     TEXT NOT NULL,
    upload     TEXT NOT NULL,
    touched_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, upload)
) STRICT, WITHOUT ROWID;
