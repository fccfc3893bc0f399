-- Secrets of who may come in: ordinary rows beside the log, hashes only.

CREATE SCHEMA access;

CREATE TABLE access.passwords (
    user_id uuid PRIMARY KEY,
    login text NOT NULL UNIQUE,
    hash text NOT NULL,
    disabled boolean NOT NULL DEFAULT false
);

CREATE TABLE access.sessions (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL
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

-- Devices that may not come in any more, or not now; checked at every call, so that revoking holds at once.
CREATE TABLE access.device_standing (
    device uuid PRIMARY KEY,
    technician uuid NOT NULL,
    install_id text NOT NULL,
    incarnation integer NOT NULL,
    standing text NOT NULL DEFAULT 'active' CHECK (standing IN ('active', 'suspended', 'revoked')),
    wipe boolean NOT NULL DEFAULT false,
    app_version text NOT NULL DEFAULT '',
    clock_offset_ms bigint,
    last_seen_at timestamptz,
    pulled_through bigint
);

-- The server's own secret for signing cursors, made once.
CREATE TABLE access.secrets (
    name text PRIMARY KEY,
    value bytea NOT NULL
);
