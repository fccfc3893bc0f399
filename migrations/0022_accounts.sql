-- Accounts: sessions that can be listed and proven anew, codes that reset a password, second factors, look-alike logins.

ALTER TABLE access.sessions
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD COLUMN begun_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN seen_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN proven_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN factor text,
    ADD COLUMN address text NOT NULL DEFAULT '',
    ADD COLUMN agent text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX sessions_id ON access.sessions (id);

-- What a login looks like; null for logins that were claimed before anybody compared.
ALTER TABLE access.passwords ADD COLUMN skeleton text;
CREATE UNIQUE INDEX passwords_skeleton ON access.passwords (skeleton);

-- A one-time code with which a user sets another password; one a user.
CREATE TABLE access.reset_codes (
    user_id uuid PRIMARY KEY,
    code_hash bytea NOT NULL,
    expires_at timestamptz NOT NULL
);

-- Second factors. `secret` is sealed with the user's key: the seed of a TOTP, the public key of a passkey.
CREATE TABLE access.second_factors (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('totp', 'passkey')),
    name text NOT NULL,
    secret text NOT NULL,
    credential bytea UNIQUE,
    last_used bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    used_at timestamptz
);
CREATE INDEX second_factors_user ON access.second_factors (user_id);

CREATE TABLE access.recovery_codes (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);

-- What was asked of somebody who has to answer it once: a sign-in that lacks its second factor, a passkey's challenge.
CREATE TABLE access.challenges (
    token_hash bytea PRIMARY KEY,
    user_id uuid NOT NULL,
    purpose text NOT NULL,
    challenge bytea NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
CREATE INDEX challenges_user ON access.challenges (user_id);

-- Keyed hashes of logins whose users were erased, so that no later attempt with one is written down.
CREATE TABLE access.erased_logins (
    login_hash bytea PRIMARY KEY
);

GRANT SELECT, INSERT, UPDATE, DELETE
    ON access.reset_codes, access.second_factors, access.recovery_codes, access.challenges TO callout_writer;
GRANT SELECT, INSERT ON access.erased_logins TO callout_writer;
