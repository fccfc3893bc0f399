-- The security log's bounds are shared out, so that nobody pushes others out of it, and what is looked for is found by an index.

CREATE INDEX security_events_user ON access.security_events (user_id, id);
CREATE INDEX security_events_actor ON access.security_events (actor, id);
CREATE INDEX security_events_address ON access.security_events (address, id);
CREATE INDEX security_events_of_somebody ON access.security_events (kind, coalesce(actor, device), at)
    WHERE coalesce(actor, device) IS NOT NULL;
CREATE INDEX security_events_of_strangers ON access.security_events (kind, address, at)
    WHERE coalesce(actor, device) IS NULL;

-- One row for what is the same within a minute, with a count; within a minute an address has five different logins.
-- Within an hour a kind has `most` rows of each user or device that is known, `most_of_address` rows of each address that
-- strangers come from, and `most` rows of all strangers. What goes beyond is counted in one row more of whoever it was
-- (which keeps actor, device and address), or in one of all strangers.
-- Gives 0, or 1 when whoever it was has come to their bound, 2 when all strangers have.
DROP FUNCTION access.note_security_event(text, text, text, uuid, uuid, uuid, text, integer, integer);
CREATE FUNCTION access.note_security_event(
    a_kind text, an_address text, a_login text, a_user uuid, an_actor uuid, a_device uuid, a_subject text,
    times integer, most integer, most_of_address integer
) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    this_hour CONSTANT timestamptz := date_trunc('hour', now(), 'UTC');
    somebody CONSTANT uuid := coalesce(an_actor, a_device);
    beyond CONSTANT text := 'further ones of this hour';
    kept_login text := a_login;
    hashed bytea;
    counted bigint;
BEGIN
    IF a_login IS NOT NULL AND 5 <= (
        SELECT count(DISTINCT e.login) FROM access.security_events e
        WHERE e.kind = a_kind AND e.at >= date_trunc('minute', now()) AND e.address = an_address AND e.login <> a_login
    ) THEN
        kept_login := NULL;
    END IF;
    hashed := sha256(convert_to(concat_ws('|', a_kind, date_trunc('minute', now()), an_address, coalesce(kept_login, '-'),
        coalesce(a_user::text, '-'), coalesce(an_actor::text, '-'), coalesce(a_device::text, '-'), a_subject), 'UTF8'));
    UPDATE access.security_events SET many = many + times, last_at = now() WHERE key = hashed;
    IF FOUND THEN
        RETURN 0;
    END IF;
    IF somebody IS NOT NULL THEN
        SELECT count(*) INTO counted FROM (
            SELECT 1 FROM access.security_events e
            WHERE e.kind = a_kind AND coalesce(e.actor, e.device) = somebody AND e.at >= this_hour LIMIT most
        ) AS found;
    ELSE
        SELECT count(*) INTO counted FROM (
            SELECT 1 FROM access.security_events e
            WHERE e.kind = a_kind AND coalesce(e.actor, e.device) IS NULL AND e.at >= this_hour LIMIT most
        ) AS found;
        IF counted >= most THEN
            INSERT INTO access.security_events AS e (key, kind, many, address, subject)
            VALUES (sha256(convert_to(concat_ws('|', a_kind, this_hour), 'UTF8')), a_kind, times, '', beyond)
            ON CONFLICT (key) DO UPDATE SET many = e.many + excluded.many, last_at = now();
            RETURN 2;
        END IF;
        SELECT count(*) INTO counted FROM (
            SELECT 1 FROM access.security_events e
            WHERE e.kind = a_kind AND coalesce(e.actor, e.device) IS NULL AND e.address = an_address AND e.at >= this_hour
            LIMIT most_of_address
        ) AS found;
    END IF;
    IF counted >= (CASE WHEN somebody IS NULL THEN most_of_address ELSE most END) THEN
        INSERT INTO access.security_events AS e (key, kind, many, address, actor, device, subject)
        VALUES (sha256(convert_to(concat_ws('|', a_kind, this_hour, coalesce(somebody::text, an_address)), 'UTF8')),
            a_kind, times, an_address, an_actor, a_device, beyond)
        ON CONFLICT (key) DO UPDATE SET many = e.many + excluded.many, last_at = now();
        RETURN 1;
    END IF;
    INSERT INTO access.security_events AS e (key, kind, many, address, login, user_id, actor, device, subject)
    VALUES (hashed, a_kind, times, an_address, kept_login, a_user, an_actor, a_device, a_subject)
    ON CONFLICT (key) DO UPDATE SET many = e.many + excluded.many, last_at = now();
    RETURN 0;
END $$;
REVOKE EXECUTE ON FUNCTION access.note_security_event FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.note_security_event TO callout_writer;
