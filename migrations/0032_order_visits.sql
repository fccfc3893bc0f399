-- Which visits were planned for a work order: its end finds all of them, those planned a moment before included.

CREATE TABLE log.order_visits (
    work_order uuid NOT NULL,
    visit uuid NOT NULL,
    PRIMARY KEY (work_order, visit)
);
GRANT SELECT ON log.order_visits TO callout_writer, callout_projector, callout_reader;
GRANT INSERT ON log.order_visits TO callout_writer;

-- What the log says already.
INSERT INTO log.order_visits (work_order, visit)
SELECT (log.readable(substr(record, body_at, body_length)) #>> '{data,work_order}')::uuid, stream
FROM log.events
WHERE topic = 'visit.planned'
ON CONFLICT DO NOTHING;

CREATE FUNCTION log.add_order_visit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log.order_visits (work_order, visit)
    VALUES ((log.readable(substr(NEW.record, NEW.body_at, NEW.body_length)) #>> '{data,work_order}')::uuid, NEW.stream)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER events_add_an_order_visit AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic = 'visit.planned') EXECUTE FUNCTION log.add_order_visit();
