-- Customers are found by three characters at a time in what they are searched in. The numbers of their rows are in the
-- order of the tenants and, within a tenant, of the days of created_at: 18 bits, 17 bits (of 1970 to 2328) and 28 bits for
-- the customers of a day. So the index is read from the newest day on, and in the rows of one tenant alone.
-- The index refers to crmmail_customer for the text, and keeps of each trigram the numbers of the rows alone.

UPDATE crmmail_customer SET n = placed.n
FROM (
    SELECT tenant, id, (tenants << 45) + (day << 28) + row_number() OVER (PARTITION BY tenants, day ORDER BY created_at, id) - 1 AS n
    FROM (
        SELECT tenant, id, created_at, dense_rank() OVER (ORDER BY tenant) AS tenants,
            min(max(created_at / 86400000000, 0), 131071) AS day
        FROM crmmail_customer
    )
) AS placed
WHERE placed.tenant = crmmail_customer.tenant AND placed.id = crmmail_customer.id;

CREATE VIRTUAL TABLE crmmail_customer_trigram USING fts5(
    search, content = 'crmmail_customer', content_rowid = 'n',
    tokenize = 'trigram case_sensitive 1', detail = none, columnsize = 0
);

INSERT INTO crmmail_customer_trigram (crmmail_customer_trigram) VALUES ('rebuild');

CREATE TRIGGER crmmail_customer_inserted AFTER INSERT ON crmmail_customer BEGIN
    INSERT INTO crmmail_customer_trigram (rowid, search) VALUES (new.n, new.search);
END;

CREATE TRIGGER crmmail_customer_deleted AFTER DELETE ON crmmail_customer BEGIN
    INSERT INTO crmmail_customer_trigram (crmmail_customer_trigram, rowid, search) VALUES ('delete', old.n, old.search);
END;

CREATE TRIGGER crmmail_customer_updated AFTER UPDATE OF n, search ON crmmail_customer
WHEN old.n <> new.n OR old.search <> new.search BEGIN
    INSERT INTO crmmail_customer_trigram (crmmail_customer_trigram, rowid, search) VALUES ('delete', old.n, old.search);
    INSERT INTO crmmail_customer_trigram (rowid, search) VALUES (new.n, new.search);
END;
