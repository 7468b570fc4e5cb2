-- Mass mailings leave after all other messages that are due.
ALTER TABLE crmmail_delivery ADD COLUMN bulk INTEGER NOT NULL DEFAULT 0; -- whether the message's purpose is that

UPDATE crmmail_delivery SET bulk = 1 WHERE EXISTS (SELECT 1 FROM crmmail_message
    WHERE crmmail_message.tenant = crmmail_delivery.tenant AND crmmail_message.id = crmmail_delivery.message_id
    AND purpose = 'bulk');

DROP INDEX crmmail_delivery_due;
CREATE INDEX crmmail_delivery_due ON crmmail_delivery (tenant, bulk, send_at, message_id) WHERE state = 'queued';
