-- Where a life of the log began among the answers: a device that knows another life was told nothing that came later.

CREATE TABLE log.life_answers (
    epoch uuid PRIMARY KEY,
    after_key bigint NOT NULL
);
GRANT SELECT, INSERT ON log.life_answers TO callout_writer;

CREATE FUNCTION log.note_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO log.life_answers (epoch, after_key)
    SELECT NEW.stream, coalesce(max(key), 0) FROM log.operations
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER events_note_life AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic = 'log.restored') EXECUTE FUNCTION log.note_life();
