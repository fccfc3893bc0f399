-- Appending verifies what its decision has read: streams that have moved on meanwhile make it decide again.

DROP FUNCTION log.append(json, text, text, json, uuid, integer, bigint, bigint);

-- Append in one call: the device's turn, known operations, the head row, the inserts, the wake-up.
--
-- events: [{"stream", "version", "topic", "occurred_at", "actor", "device", "device_seq", "operation_id",
--           "correlation_id", "body_at", "body_length"}], in the order of their positions.
-- heads, tails: what stands before and behind `position` and `recorded_at` in each record, a line an event: records have
--           no line breaks, and one long text is quoted and read in half the time of texts within JSON.
-- operations: [{"id", "original", "device", "incarnation", "seq", "content_hash", "status", "first" (offset of its
--           first event from 0, or null), "event_count", "answer"}].
-- read_streams, read_versions: the streams that the decision rests on without writing to them, and the version of each,
--           0 for one that is not there.
-- Returns the position before the first event and the instant of recording; or, when `turn` was taken by somebody
-- else or an original operation is known, `outcome` 'turn' or 'known' and nothing is written but a mark in the WAL,
-- which makes the answer as durable as what it answers about. When a stream that was read has moved on, `outcome` is
-- 'moved' and nothing is written.
CREATE FUNCTION log.append(
    events json, heads text, tails text, operations json,
    turn_device uuid, turn_incarnation integer, turn_last bigint, turn_next bigint,
    read_streams uuid[] DEFAULT NULL, read_versions integer[] DEFAULT NULL,
    OUT outcome text, OUT base bigint, OUT recorded timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    many integer := json_array_length(events);
    stamp text;
    clash text;
BEGIN
    outcome := 'recorded';
    IF turn_device IS NOT NULL THEN
        UPDATE log.device_sequences SET last_seq = turn_next
        WHERE device = turn_device AND incarnation = turn_incarnation AND last_seq = turn_last;
        IF NOT FOUND THEN
            outcome := 'turn';
            PERFORM pg_logical_emit_message(true, 'callout', outcome);
            RETURN;
        END IF;
    END IF;
    BEGIN
        UPDATE log.head
        SET position = position + many, recorded_at = greatest(clock_timestamp(), head.recorded_at)
        RETURNING position - many, head.recorded_at INTO base, recorded;
        -- Before the events: a known operation may bring a stream that is known as well.
        IF operations IS NOT NULL THEN
            INSERT INTO log.operations (id, original, device, incarnation, seq, content_hash, status, first_position,
                event_count, answer, recorded_at)
            SELECT o.id, o.original, o.device, o.incarnation, o.seq, o.content_hash, o.status, base + 1 + o.first,
                o.event_count, o.answer, recorded
            FROM json_to_recordset(operations) AS o(id uuid, original boolean, device uuid, incarnation integer,
                seq bigint, content_hash text, status text, first integer, event_count integer, answer text);
        END IF;
        -- Behind the head row everything that was recorded before this is visible, and nothing can come in between.
        IF read_streams IS NOT NULL AND EXISTS (
            SELECT FROM unnest(read_streams, read_versions) AS r(stream, version)
            WHERE EXISTS (SELECT FROM log.events e WHERE e.stream = r.stream AND e.version > r.version)
        ) THEN
            RAISE EXCEPTION 'a stream that was read has moved on' USING ERRCODE = 'CO001';
        END IF;
        stamp := to_char(recorded AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
        INSERT INTO log.events
        SELECT base + e.number, e.stream, e.version, e.topic, e.occurred_at, recorded, e.actor, e.device, e.device_seq,
            e.operation_id, e.correlation_id, e.body_at, e.body_length,
            e.head || '"position":' || (base + e.number) || ',"recorded_at":"' || stamp || '"' || e.tail
        FROM ROWS FROM (
            json_to_recordset(events) AS (
                stream uuid, version integer, topic text, occurred_at timestamptz, actor uuid, device uuid,
                device_seq bigint, operation_id uuid, correlation_id uuid, body_at integer, body_length integer
            ),
            string_to_table(heads, E'\n'),
            string_to_table(tails, E'\n')
        ) WITH ORDINALITY AS e(stream, version, topic, occurred_at, actor, device, device_seq, operation_id,
            correlation_id, body_at, body_length, head, tail, number);
    EXCEPTION WHEN SQLSTATE 'CO001' THEN
        outcome := 'moved';
    WHEN unique_violation THEN
        GET STACKED DIAGNOSTICS clash = CONSTRAINT_NAME;
        IF clash <> 'operations_id' THEN
            RAISE;
        END IF;
        outcome := 'known';
    END;
    IF outcome <> 'recorded' THEN
        IF turn_device IS NOT NULL THEN
            UPDATE log.device_sequences SET last_seq = turn_last
            WHERE device = turn_device AND incarnation = turn_incarnation;
        END IF;
        PERFORM pg_logical_emit_message(true, 'callout', outcome);
        RETURN;
    END IF;
    IF many > 0 THEN
        PERFORM pg_notify('log', (base + many)::text);
    END IF;
END $$;
REVOKE EXECUTE ON FUNCTION log.append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.append TO callout_writer;
