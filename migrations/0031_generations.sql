-- What lets a user in has a generation: whoever has begun to sign in under the one before begins again.
--
-- Another password, signing out everywhere, a reset of second factors, and being disabled or enabled give a new one.
-- Sessions, challenges and known devices rest on the generation under which the password was compared.

ALTER TABLE access.passwords ADD COLUMN generation uuid NOT NULL DEFAULT gen_random_uuid();

-- Challenges live for some minutes: those that are open are asked anew.
DELETE FROM access.challenges;
ALTER TABLE access.challenges ADD COLUMN generation uuid NOT NULL;

CREATE FUNCTION access.follow_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE access.passwords SET generation = gen_random_uuid() WHERE user_id = NEW.stream;
    RETURN NULL;
END $$;
-- First of the triggers by its name: the password is locked before the sessions and challenges, as everywhere.
CREATE TRIGGER events_bar_accounts AFTER INSERT ON log.events
    FOR EACH ROW WHEN (NEW.topic IN ('user.disabled', 'user.enabled')) EXECUTE FUNCTION access.follow_account();
