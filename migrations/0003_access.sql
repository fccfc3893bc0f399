-- Secrets of who may come in: ordinary rows beside the log, hashes only. Roles are not here: the log says them.

CREATE SCHEMA access;

-- A login is claimed before the user's first event; a claim that no event followed may be taken over later.
CREATE TABLE access.passwords (
    user_id uuid PRIMARY KEY,
    login text NOT NULL UNIQUE,
    hash text NOT NULL,
    claimed_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE access.sessions (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user ON access.sessions (user_id);

-- The roles that a user has now, as a JSON list; null for one who is disabled or was never registered.
CREATE FUNCTION access.roles_of(wanted uuid) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT substr(r.record, r.body_at, r.body_length)::json #> '{data,roles}'
    FROM log.events r
    WHERE r.stream = wanted
        AND r.topic IN ('user.registered', 'user.roles_set')
        AND 'user.disabled' <> (
            SELECT e.topic FROM log.events e
            WHERE e.stream = wanted AND e.topic IN ('user.registered', 'user.enabled', 'user.disabled')
            ORDER BY e.version DESC
            LIMIT 1
        )
    ORDER BY r.version DESC
    LIMIT 1
$$;

-- Attempts to sign in since the last one that succeeded, for logins that exist and those that do not.
CREATE TABLE access.login_attempts (
    login_hash bytea PRIMARY KEY,
    attempts integer NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE TABLE access.enrolment_codes (
    code_hash bytea PRIMARY KEY,
    technician uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_by uuid
);

-- Tokens of a device come in families: a refresh token used twice ends its whole family.
CREATE TABLE access.device_tokens (
    token_hash bytea PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('access', 'refresh')),
    device uuid NOT NULL,
    incarnation integer NOT NULL,
    technician uuid NOT NULL,
    family uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX device_tokens_device ON access.device_tokens (device);
CREATE INDEX device_tokens_family ON access.device_tokens (family);

-- Every device: whether it may come in, checked at every call so that revoking holds at once, and what it last told us.
-- An installation that was told to erase itself comes back as a new device.
CREATE TABLE access.device_standing (
    device uuid PRIMARY KEY,
    technician uuid NOT NULL,
    install_id text NOT NULL,
    incarnation integer NOT NULL,
    standing text NOT NULL DEFAULT 'active' CHECK (standing IN ('active', 'suspended', 'revoked')),
    wipe boolean NOT NULL DEFAULT false,
    wiped_at timestamptz,
    app_version text NOT NULL DEFAULT '',
    clock_offset_ms bigint,
    last_seen_at timestamptz,
    oldest_unsent_at timestamptz,
    pulled_through bigint
);
CREATE UNIQUE INDEX device_standing_install ON access.device_standing (install_id) WHERE NOT wipe;

-- The server's own secrets for signing, made once.
CREATE TABLE access.secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);
