-- Whoever serves signs in as roles of this database alone, which own nothing that is kept; nobody empties a kept table.

-- The roles of this database and what each may do, so that a copy or a dump that was loaded elsewhere gets its own.
-- `logical` is the name that migrations use; `role_oid` and `password_id` (a hash) say which password was set on whom.
CREATE TABLE public.run_time_roles (
    logical text PRIMARY KEY,
    role text NOT NULL,
    role_oid oid NOT NULL,
    database text NOT NULL,
    password_id text NOT NULL
);
CREATE TABLE public.run_time_grants (
    logical text NOT NULL,
    kind text NOT NULL,
    object text NOT NULL,
    privilege text NOT NULL,
    PRIMARY KEY (logical, kind, object, privilege)
);
REVOKE ALL ON public.run_time_roles, public.run_time_grants FROM PUBLIC;

-- Refuse TRUNCATE on every table that is kept, also to its owner. Called again after each migration, for newer tables.
CREATE FUNCTION log.keep_from_truncate() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kept regclass;
BEGIN
    FOR kept IN
        SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname IN ('log', 'keys', 'access', 'blobs')
            AND NOT EXISTS (
                SELECT FROM pg_trigger t
                WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgtype & 32 <> 0 AND t.tgenabled = 'A'
            )
        ORDER BY c.oid
    LOOP
        EXECUTE format('CREATE TRIGGER is_not_truncated BEFORE TRUNCATE ON %s'
            ' FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()', kept);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER is_not_truncated', kept);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION log.keep_from_truncate FROM PUBLIC;
SELECT log.keep_from_truncate();

-- A dump that is loaded into another database of the same cluster is another log as well.
UPDATE log.lives SET cluster = cluster || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())
    || '/' || 'log.events'::regclass::oid;

-- Whoever may connect is settled for each database when it is migrated.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
