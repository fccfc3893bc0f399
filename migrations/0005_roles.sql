-- Separate database roles: owner (the login that migrates), writer, projector, reader and key-keeper.

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['callout_writer', 'callout_projector', 'callout_reader', 'callout_keykeeper'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- roles belong to the whole cluster: another database may have made them
        END;
        IF NOT pg_has_role(current_user, name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', name, current_user);
        END IF;
    END LOOP;
END $$;

GRANT USAGE ON SCHEMA log TO callout_writer, callout_projector, callout_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA log TO callout_writer, callout_projector, callout_reader;
GRANT INSERT ON log.events, log.operations, log.snapshots TO callout_writer;
GRANT UPDATE ON log.head TO callout_writer;
GRANT INSERT, UPDATE ON log.device_sequences, log.tracking TO callout_writer;
GRANT DELETE ON log.snapshots TO callout_writer;
GRANT USAGE ON SEQUENCE log.work_order_number TO callout_writer;
REVOKE EXECUTE ON FUNCTION log.append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.append TO callout_writer;

GRANT USAGE, CREATE ON SCHEMA views, views_next TO callout_projector;
GRANT INSERT, UPDATE, DELETE ON log.checkpoints TO callout_projector;
GRANT INSERT, UPDATE, DELETE ON log.job_slots TO callout_projector;
GRANT USAGE ON SCHEMA views TO callout_writer, callout_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE callout_projector IN SCHEMA views, views_next GRANT SELECT ON TABLES TO callout_writer, callout_reader;

GRANT USAGE ON SCHEMA keys TO callout_keykeeper;
GRANT SELECT, INSERT, UPDATE ON keys.person_keys TO callout_keykeeper;

GRANT USAGE ON SCHEMA access TO callout_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA access TO callout_writer;

-- Whoever serves can tell whether the database is as new as the program.
GRANT SELECT ON public.schema_migrations TO callout_writer, callout_reader;
