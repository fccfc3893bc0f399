-- Sites have ids that people may choose: each belongs to one customer for ever, whoever adds it and however many at once.

CREATE TABLE log.sites (
    site uuid PRIMARY KEY,
    customer uuid NOT NULL
);
GRANT SELECT ON log.sites TO callout_writer, callout_projector, callout_reader;
GRANT INSERT ON log.sites TO callout_writer;

-- What the log says already; where two customers have the same id, it stays the first one's.
INSERT INTO log.sites (site, customer)
SELECT (log.readable(substr(record, body_at, body_length)) #>> '{data,site}')::uuid, stream
FROM log.events
WHERE topic = 'customer.site_added'
ORDER BY position
ON CONFLICT (site) DO NOTHING;

CREATE FUNCTION log.add_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log.sites (site, customer)
    VALUES ((log.readable(substr(NEW.record, NEW.body_at, NEW.body_length)) #>> '{data,site}')::uuid, NEW.stream);
    RETURN NULL;
END $$;
CREATE TRIGGER events_add_a_site AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic = 'customer.site_added') EXECUTE FUNCTION log.add_site();
