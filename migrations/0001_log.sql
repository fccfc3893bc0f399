-- The log: insert-only events with dense positions in commit order, and what was answered to whom.

CREATE SCHEMA log;

-- One row that says how far the log goes. Taking the next positions is the last thing a writing transaction does, so
-- positions are dense and in commit order. `epoch` names the log's life: a restored log gets a new one.
CREATE TABLE log.head (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL,
    recorded_at timestamptz NOT NULL,
    epoch uuid NOT NULL DEFAULT gen_random_uuid()
) WITH (fillfactor = 10);
INSERT INTO log.head (position, recorded_at) VALUES (0, '-infinity');

-- `record` is the canonical JSON (RFC 8785) as it will be hashed; the columns beside it serve queries.
-- `body_at` and `body_length` count characters: where the author's part stands inside the record.
CREATE TABLE log.events (
    position bigint PRIMARY KEY,
    stream uuid NOT NULL,
    version integer NOT NULL,
    topic text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor uuid,
    device uuid,
    device_seq bigint,
    operation_id uuid,
    correlation_id uuid,
    body_at integer NOT NULL,
    body_length integer NOT NULL,
    record text NOT NULL,
    UNIQUE (stream, version)
);
CREATE INDEX events_topic ON log.events (topic, position);
CREATE INDEX events_recorded_at ON log.events (recorded_at);
CREATE INDEX events_operation ON log.events (operation_id) WHERE operation_id IS NOT NULL;

CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is insert-only: % on % refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON log.events
    FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON log.events
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
ALTER TABLE log.events ENABLE ALWAYS TRIGGER events_are_kept;
ALTER TABLE log.events ENABLE ALWAYS TRIGGER events_are_not_truncated;

-- How far each installation of a device has been taken in; its row is the lock under which its operations are recorded.
CREATE TABLE log.device_sequences (
    device uuid NOT NULL,
    incarnation integer NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (device, incarnation)
);

-- The first answer to every operation, stored in the transaction of its effect. Office commands have no device.
-- `original` is false for a row that only repeats or contests an id that is known already.
CREATE TABLE log.operations (
    key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL,
    original boolean NOT NULL,
    device uuid,
    incarnation integer,
    seq bigint,
    content_hash text NOT NULL,
    status text NOT NULL,
    first_position bigint,
    event_count integer NOT NULL,
    answer text NOT NULL,
    recorded_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX operations_id ON log.operations (id) WHERE original;
CREATE UNIQUE INDEX operations_seq ON log.operations (device, incarnation, seq) WHERE device IS NOT NULL;
CREATE TRIGGER operations_are_kept BEFORE UPDATE OR DELETE ON log.operations
    FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
ALTER TABLE log.operations ENABLE ALWAYS TRIGGER operations_are_kept;

-- States of aggregates with long streams, remade at will from the events.
CREATE TABLE log.snapshots (
    stream uuid NOT NULL,
    version integer NOT NULL,
    topic text NOT NULL,
    state text NOT NULL,
    PRIMARY KEY (stream, version)
);

-- How far each follower of the log has got.
CREATE TABLE log.tracking (
    name text PRIMARY KEY,
    position bigint NOT NULL
);

CREATE SEQUENCE log.work_order_number;

-- Append in one call: the device's turn, known operations, the head row, the inserts, the wake-up.
--
-- events: [{"stream", "version", "topic", "occurred_at", "actor", "device", "device_seq", "operation_id",
--           "correlation_id", "head", "tail", "body_at", "body_length"}], in the order of their positions.
-- operations: [{"id", "original", "device", "incarnation", "seq", "content_hash", "status", "first" (offset of its
--           first event from 0, or null), "event_count", "answer"}].
-- Returns the position before the first event and the instant of recording; or, when `turn` was taken by somebody
-- else or an original operation is known, `outcome` 'turn' or 'known' and nothing is written but a mark in the WAL,
-- which makes the answer as durable as what it answers about.
CREATE FUNCTION log.append(
    events json, operations json, turn_device uuid, turn_incarnation integer, turn_last bigint, turn_next bigint,
    OUT outcome text, OUT base bigint, OUT recorded timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    taken bigint;
    many integer := json_array_length(events);
    stamp text;
BEGIN
    outcome := 'recorded';
    IF turn_device IS NOT NULL THEN
        UPDATE log.device_sequences SET last_seq = turn_next
        WHERE device = turn_device AND incarnation = turn_incarnation AND last_seq = turn_last;
        IF NOT FOUND THEN
            outcome := 'turn';
        END IF;
    END IF;
    IF outcome = 'recorded' AND operations IS NOT NULL AND EXISTS (
        SELECT FROM json_to_recordset(operations) AS o(id uuid, original boolean)
        JOIN log.operations k ON k.id = o.id AND k.original
        WHERE o.original
    ) THEN
        outcome := 'known';
    END IF;
    IF outcome <> 'recorded' THEN
        IF outcome = 'known' AND turn_device IS NOT NULL THEN
            UPDATE log.device_sequences SET last_seq = turn_last
            WHERE device = turn_device AND incarnation = turn_incarnation;
        END IF;
        PERFORM pg_logical_emit_message(true, 'callout', outcome);
        RETURN;
    END IF;
    UPDATE log.head
    SET position = position + many, recorded_at = greatest(clock_timestamp(), head.recorded_at)
    RETURNING position - many, head.recorded_at INTO base, recorded;
    stamp := to_char(recorded AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    INSERT INTO log.events
    SELECT base + e.number, e.stream, e.version, e.topic, e.occurred_at, recorded, e.actor, e.device, e.device_seq,
        e.operation_id, e.correlation_id, e.body_at, e.body_length,
        e.head || '"position":' || (base + e.number) || ',"recorded_at":"' || stamp || '"' || e.tail
    FROM ROWS FROM (json_to_recordset(events) AS (
        stream uuid, version integer, topic text, occurred_at timestamptz, actor uuid, device uuid, device_seq bigint,
        operation_id uuid, correlation_id uuid, head text, tail text, body_at integer, body_length integer
    )) WITH ORDINALITY AS e(stream, version, topic, occurred_at, actor, device, device_seq, operation_id,
        correlation_id, head, tail, body_at, body_length, number);
    IF operations IS NOT NULL THEN
        INSERT INTO log.operations (id, original, device, incarnation, seq, content_hash, status, first_position,
            event_count, answer, recorded_at)
        SELECT o.id, o.original, o.device, o.incarnation, o.seq, o.content_hash, o.status, base + 1 + o.first,
            o.event_count, o.answer, recorded
        FROM json_to_recordset(operations) AS o(id uuid, original boolean, device uuid, incarnation integer,
            seq bigint, content_hash text, status text, first integer, event_count integer, answer text);
    END IF;
    IF many > 0 THEN
        PERFORM pg_notify('log', (base + many)::text);
    END IF;
END $$;
