-- How far devices and users are let in changes with the event that says so, in one transaction: nothing can fall between.

-- JSON that was recorded, for asking it for ids and codes: PostgreSQL reads no JSON with an escaped NUL in it, wherever
-- that stands, and one such record must stop nobody.
CREATE FUNCTION log.readable(recorded text) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT replace(recorded, '\u0000', '\ufffd')::json
$$;

-- Each pair of tokens is counted, so that a challenge is good once; revocation knows its moment, and so do codes.
ALTER TABLE access.device_standing ADD COLUMN issued bigint NOT NULL DEFAULT 0;
ALTER TABLE access.device_standing ADD COLUMN revoked_at timestamptz;
ALTER TABLE access.enrolment_codes ADD COLUMN issued_at timestamptz;
UPDATE access.enrolment_codes SET issued_at = expires_at - interval '24 hours';
ALTER TABLE access.enrolment_codes ALTER COLUMN issued_at SET DEFAULT now(), ALTER COLUMN issued_at SET NOT NULL;

-- An installation is known by its key, and by its technician while it has none: its name alone takes nobody's place.
DROP INDEX access.device_standing_install;
CREATE UNIQUE INDEX device_standing_installation
    ON access.device_standing (install_id, coalesce(public_key, technician::text)) WHERE NOT wipe;

-- Technicians who no longer work here: their devices are treated as suspended, and no code lets one in.
CREATE TABLE access.inactive_technicians (
    technician uuid PRIMARY KEY
);
GRANT SELECT, INSERT, UPDATE, DELETE ON access.inactive_technicians TO callout_writer;
INSERT INTO access.inactive_technicians (technician)
SELECT DISTINCT stream FROM log.events WHERE topic = 'technician.deactivated';
DELETE FROM access.enrolment_codes c USING access.inactive_technicians i
WHERE c.technician = i.technician AND c.used_by IS NULL;

CREATE FUNCTION access.follow_device() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    said json := log.readable(substr(NEW.record, NEW.body_at, NEW.body_length)) -> 'data';
BEGIN
    CASE NEW.topic
        WHEN 'device.suspended' THEN
            UPDATE access.device_standing SET standing = 'suspended' WHERE device = NEW.stream;
        WHEN 'device.resumed' THEN
            UPDATE access.device_standing SET standing = 'active' WHERE device = NEW.stream;
        WHEN 'device.revoked' THEN
            UPDATE access.device_standing
            SET standing = 'revoked', wipe = wipe OR (said ->> 'wipe')::boolean, revoked_at = now()
            WHERE device = NEW.stream;
        WHEN 'device.reenrolled' THEN
            UPDATE access.device_standing
            SET standing = 'active', technician = (said ->> 'technician')::uuid,
                incarnation = greatest(least((said ->> 'incarnation')::numeric, 2147483647), 0)::integer,
                app_version = said ->> 'app_version',
                public_key = said ->> 'public_key'
            WHERE device = NEW.stream;
            DELETE FROM access.device_tokens WHERE device = NEW.stream;
        WHEN 'device.wiped' THEN
            UPDATE access.device_standing SET wiped_at = now() WHERE device = NEW.stream;
            DELETE FROM access.device_tokens WHERE device = NEW.stream;
    END CASE;
    RETURN NULL;
END $$;
CREATE TRIGGER events_change_standing AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic IN (
        'device.suspended', 'device.resumed', 'device.revoked', 'device.reenrolled', 'device.wiped'
    )) EXECUTE FUNCTION access.follow_device();

-- A user who is disabled is signed out; a session begun at that very moment does not come to life again later.
CREATE FUNCTION access.follow_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM access.sessions WHERE user_id = NEW.stream;
    RETURN NULL;
END $$;
CREATE TRIGGER events_end_sessions AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic IN ('user.disabled', 'user.enabled')) EXECUTE FUNCTION access.follow_user();

CREATE FUNCTION access.follow_technician() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.topic = 'technician.reactivated' THEN
        DELETE FROM access.inactive_technicians WHERE technician = NEW.stream;
    ELSE
        INSERT INTO access.inactive_technicians (technician) VALUES (NEW.stream) ON CONFLICT DO NOTHING;
        DELETE FROM access.enrolment_codes WHERE technician = NEW.stream AND used_by IS NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER events_end_work AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic IN ('technician.deactivated', 'technician.reactivated'))
    EXECUTE FUNCTION access.follow_technician();
