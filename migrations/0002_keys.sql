-- The keys that seal what persons said, apart from the log: destroying one erases that person's words everywhere.

CREATE SCHEMA keys;

-- `wrapped` is the person's key under the master key; null once it has been destroyed. `key_id` commits to the key.
CREATE TABLE keys.person_keys (
    person uuid PRIMARY KEY,
    key_id text NOT NULL,
    wrapped bytea,
    made_at timestamptz NOT NULL DEFAULT now(),
    destroyed_at timestamptz
);
