-- What happened to accounts and doors, in a log of its own: the run-time logins add to it by one function and change nothing.

CREATE TABLE access.security_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key bytea NOT NULL UNIQUE,
    kind text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    many integer NOT NULL DEFAULT 1,
    address text NOT NULL,
    login text,
    user_id uuid,
    actor uuid,
    device uuid,
    subject text NOT NULL
);
CREATE INDEX security_events_kind ON access.security_events (kind, at);
CREATE INDEX security_events_at ON access.security_events (at);

-- One row for what is the same within a minute, with a count. Within an hour a kind has `most` rows, and what goes
-- beyond is counted in one row more; within a minute an address has five different logins.
CREATE FUNCTION access.note_security_event(
    a_kind text, an_address text, a_login text, a_user uuid, an_actor uuid, a_device uuid, a_subject text,
    times integer, most integer
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept_login text := a_login;
    hashed bytea;
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
        RETURN;
    END IF;
    IF most <= (
        SELECT count(*) FROM (
            SELECT 1 FROM access.security_events e
            WHERE e.kind = a_kind AND e.at >= date_trunc('hour', now())
            LIMIT most
        ) AS counted
    ) THEN
        INSERT INTO access.security_events AS e (key, kind, many, address, subject)
        VALUES (sha256(convert_to(concat_ws('|', a_kind, date_trunc('hour', now())), 'UTF8')), a_kind, times, '', 'further ones of this hour')
        ON CONFLICT (key) DO UPDATE SET many = e.many + excluded.many, last_at = now();
        RETURN;
    END IF;
    INSERT INTO access.security_events AS e (key, kind, many, address, login, user_id, actor, device, subject)
    VALUES (hashed, a_kind, times, an_address, kept_login, a_user, an_actor, a_device, a_subject)
    ON CONFLICT (key) DO UPDATE SET many = e.many + excluded.many, last_at = now();
END $$;

-- Forget what is older than `keep`, a week at least; how many rows that were.
CREATE FUNCTION access.forget_security_events(keep interval) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (
        DELETE FROM access.security_events WHERE last_at < now() - greatest(keep, interval '7 days') RETURNING 1
    )
    SELECT count(*) FROM gone
$$;

-- Blank a login that somebody had who is erased; the attempts themselves stay.
CREATE FUNCTION access.blank_login(logins text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE access.security_events SET login = NULL WHERE login = ANY(logins)
$$;

REVOKE EXECUTE ON FUNCTION access.note_security_event, access.forget_security_events, access.blank_login FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.note_security_event, access.forget_security_events, access.blank_login TO callout_writer;
GRANT SELECT ON access.security_events TO callout_writer;
