-- What fires on an event. Only the newest version of a rule is kept; what became of it is in crmmail_rule_event.
CREATE TABLE crmmail_rule (
    tenant        TEXT COLLATE "C" NOT NULL,
    id            TEXT COLLATE "C" NOT NULL,
    name          TEXT NOT NULL,
    event         TEXT COLLATE "C" NOT NULL,
    template_id   TEXT COLLATE "C" NOT NULL,
    sender_choice TEXT NOT NULL,
    actor_id      TEXT NOT NULL, -- empty: nobody
    purpose       TEXT NOT NULL,
    active        INTEGER NOT NULL,
    hash          TEXT NOT NULL, -- of the content that was checked; empty: none was
    uses          TEXT NOT NULL, -- JSON, as the following
    acknowledged  TEXT NOT NULL,
    version       BIGINT NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant, id)
);

CREATE INDEX crmmail_rule_active ON crmmail_rule (tenant, event, id) WHERE active = 1;

CREATE TABLE crmmail_rule_event (
    n        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- the order in which things happened
    tenant   TEXT COLLATE "C" NOT NULL,
    rule_id  TEXT COLLATE "C" NOT NULL,
    at       BIGINT NOT NULL,
    kind     TEXT COLLATE "C" NOT NULL,
    actor_id TEXT NOT NULL,
    hash     TEXT NOT NULL,
    detail   TEXT NOT NULL,
    FOREIGN KEY (tenant, rule_id) REFERENCES crmmail_rule (tenant, id)
);

CREATE INDEX crmmail_rule_event_rule ON crmmail_rule_event (tenant, rule_id, n);

ALTER TABLE crmmail_message ADD COLUMN rule_id TEXT COLLATE "C" NOT NULL DEFAULT ''; -- the rule that sent it; empty: none

CREATE INDEX crmmail_message_rule ON crmmail_message (tenant, rule_id, created_at, id) WHERE rule_id <> '';
