-- A suspension too ends the unused codes of the technician: a device that is doubted comes back by a later decision only.

CREATE OR REPLACE FUNCTION access.end_codes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.topic IN ('device.revoked', 'device.suspended') THEN
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
DROP TRIGGER events_bar_codes ON log.events;
CREATE TRIGGER events_bar_codes AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic IN (
        'device.revoked', 'device.suspended', 'technician.deactivated', 'technician.reactivated', 'user.disabled',
        'user.enabled'
    )) EXECUTE FUNCTION access.end_codes();
