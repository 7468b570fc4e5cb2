-- Customers are found by three characters at a time in what they are searched in. Each trigram is kept as a number that
-- tells the tenant and the epoch of created_at too (a twelfth of a year, of 2000 to 2130), so the index is read from the
-- newest epoch on and for one tenant alone, and needs no extension: the first four octets of the SHA-256 of the trigram and the
-- tenant, plus 2654435761 for each epoch, modulo 2^32, less 2^31. Two that have one number cost a second look.

ALTER TABLE crmmail_customer ADD COLUMN trigrams INTEGER[] NOT NULL DEFAULT '{}';

-- Room for changes that leave the trigrams as they are, and then need not touch the index.
ALTER TABLE crmmail_customer SET (fillfactor = 85);

CREATE TABLE crmmail_customer_epoch (
    tenant TEXT COLLATE "C" NOT NULL,
    epoch  BIGINT NOT NULL, -- one that the tenant has, or had, customers of
    PRIMARY KEY (tenant, epoch)
);

INSERT INTO crmmail_customer_epoch (tenant, epoch)
SELECT DISTINCT tenant, least(greatest(created_at / 2629800000000, 360), 1920) FROM crmmail_customer;

UPDATE crmmail_customer SET trigrams = ARRAY(
    SELECT DISTINCT CAST((CAST(CAST('x' || left(encode(sha256(convert_to(substr(search, i, 3) || tenant, 'UTF8')), 'hex'), 8) AS BIT(32)) AS BIGINT)
        + least(greatest(created_at / 2629800000000, 360), 1920) * 2654435761 & 4294967295) - 2147483648 AS INTEGER)
    FROM generate_series(1, length(search) - 2) AS i
);

-- Without a list of what is yet to be indexed, which every search would have to read through.
CREATE INDEX crmmail_customer_trigrams ON crmmail_customer USING gin (trigrams) WITH (fastupdate = off);
