-- recorded_at follows the clock again after the clock had been ahead, each step back on record; and jobs with progress.

-- The clock that the log is written by; a function of its own, so that a test can set it.
CREATE FUNCTION log.clock() RETURNS timestamptz LANGUAGE sql VOLATILE AS 'SELECT clock_timestamp()';

-- Where recorded_at goes back: from `position` on the log was recorded by a clock that said `clock`, after one that had
-- said `before`. Between two steps recorded_at never goes back.
CREATE TABLE log.clock_steps (
    position bigint PRIMARY KEY,
    before timestamptz NOT NULL,
    clock timestamptz NOT NULL
);
CREATE TRIGGER clock_steps_are_kept BEFORE UPDATE OR DELETE ON log.clock_steps
    FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER clock_steps_are_not_truncated BEFORE TRUNCATE ON log.clock_steps
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
ALTER TABLE log.clock_steps ENABLE ALWAYS TRIGGER clock_steps_are_kept;
ALTER TABLE log.clock_steps ENABLE ALWAYS TRIGGER clock_steps_are_not_truncated;
GRANT SELECT ON log.clock_steps TO callout_writer, callout_projector, callout_reader;
GRANT INSERT ON log.clock_steps TO callout_writer;

-- A clock that goes back a little (at most a minute) makes recorded_at stand still; one that goes back further was
-- ahead before, and recorded_at goes back with it: otherwise every later event would bear that wrong instant.
CREATE FUNCTION log.follow_clock() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said timestamptz := log.clock();
BEGIN
    IF said >= OLD.recorded_at THEN
        NEW.recorded_at := said;
    ELSIF OLD.recorded_at - said <= interval '1 minute' THEN
        NEW.recorded_at := OLD.recorded_at;
    ELSE
        NEW.recorded_at := said;
        INSERT INTO log.clock_steps (position, before, clock) VALUES (OLD.position + 1, OLD.recorded_at, said)
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER head_follows_the_clock BEFORE UPDATE OF recorded_at ON log.head
    FOR EACH ROW EXECUTE FUNCTION log.follow_clock();

-- The last position recorded at or before an instant, 0 when there is none. Of several stretches of the log that bear
-- this instant, because the clock was set back, the latest one counts.
CREATE FUNCTION log.position_at(instant timestamptz) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    low bigint;
    high bigint;
    middle bigint;
BEGIN
    SELECT coalesce(max(position), 1) - 1 INTO low FROM log.clock_steps WHERE clock <= instant;
    SELECT least(min(s.position), h.position + 1) INTO high
    FROM log.head h LEFT JOIN log.clock_steps s ON s.position > low + 1 GROUP BY h.position;
    WHILE high - low > 1 LOOP
        middle := (low + high) / 2;
        IF (SELECT recorded_at FROM log.events WHERE position = middle) <= instant THEN
            low := middle;
        ELSE
            high := middle;
        END IF;
    END LOOP;
    RETURN low;
END $$;

-- What was asked for and takes longer than a request may: who does a job holds an advisory lock (class 7205114, the
-- job's number) on its session for as long, so that everybody sees whether a job that is `running` is still being done.
CREATE TABLE log.jobs (
    id uuid PRIMARY KEY,
    number integer GENERATED ALWAYS AS IDENTITY UNIQUE,
    kind text NOT NULL CHECK (kind IN ('rebuild', 'verify')),
    view text NOT NULL,
    asked_by uuid,
    asked_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    tries integer NOT NULL DEFAULT 0,
    done bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    started_at timestamptz,
    ended_at timestamptz,
    result text,
    problem text
);
-- The same job is not asked for twice while it has not been done; so there are never more than two a view.
CREATE UNIQUE INDEX jobs_once ON log.jobs (kind, view) WHERE state IN ('waiting', 'running');
GRANT SELECT ON log.jobs TO callout_writer, callout_projector, callout_reader;
GRANT INSERT, DELETE ON log.jobs TO callout_writer;
GRANT UPDATE ON log.jobs TO callout_projector;
