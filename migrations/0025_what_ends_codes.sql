-- What was given before a revocation ends with it: unused codes, and what somebody has begun to answer.
--
-- Codes expire instead of being deleted, so that repeating the request that made one does not make it good again.

CREATE FUNCTION access.end_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.topic = 'device.revoked' THEN
        UPDATE access.enrolment_codes c SET expires_at = least(c.expires_at, now())
        FROM access.device_standing d
        WHERE d.device = NEW.stream AND c.technician = d.technician AND c.used_by IS NULL;
    ELSIF NEW.topic IN ('technician.deactivated', 'technician.reactivated') THEN
        UPDATE access.enrolment_codes SET expires_at = least(expires_at, now())
        WHERE technician = NEW.stream AND used_by IS NULL;
    ELSE
        DELETE FROM access.reset_codes WHERE user_id = NEW.stream;
        DELETE FROM access.challenges WHERE user_id = NEW.stream;
    END IF;
    RETURN NULL;
END $$;
-- First of the triggers by its name: codes are locked before the standing of devices, as in enrolling.
CREATE TRIGGER events_bar_codes AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic IN (
        'device.revoked', 'technician.deactivated', 'technician.reactivated', 'user.disabled', 'user.enabled'
    )) EXECUTE FUNCTION access.end_codes();

CREATE OR REPLACE FUNCTION access.follow_technician() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.topic = 'technician.reactivated' THEN
        DELETE FROM access.inactive_technicians WHERE technician = NEW.stream;
    ELSE
        INSERT INTO access.inactive_technicians (technician) VALUES (NEW.stream) ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
