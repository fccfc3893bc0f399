-- What devices prove themselves with, what waits in them, and the lives of the log.

ALTER TABLE access.device_standing ADD COLUMN public_key text;
ALTER TABLE access.device_standing ADD COLUMN unsent integer;
ALTER TABLE access.device_standing ADD COLUMN told_at timestamptz;

-- A code that was traded in may be traded in again by the very device that did, when the reply was lost.
ALTER TABLE access.enrolment_codes ADD COLUMN used_incarnation integer;

-- The cluster in which each life of the log was begun or found: a log that wakes up in another one has been restored.
CREATE TABLE log.lives (
    epoch uuid PRIMARY KEY,
    cluster text NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT ON log.lives TO callout_writer, callout_projector, callout_reader;
GRANT INSERT ON log.lives TO callout_writer;

-- A restored log is another log from the moment that says so: the event and the new name are one.
CREATE FUNCTION log.begin_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE log.head SET epoch = NEW.stream;
    RETURN NULL;
END $$;
CREATE TRIGGER events_begin_a_life AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic = 'log.restored') EXECUTE FUNCTION log.begin_life();

-- Devices remember more than they did; their states are remade from their events.
DELETE FROM log.snapshots WHERE topic = 'device';
