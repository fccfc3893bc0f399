-- Master keys and signing secrets can be changed: which master key wraps a person's key, and the secret before this one.

-- The id of the master key; null where it was wrapped before there could be more than one.
ALTER TABLE keys.person_keys ADD COLUMN master_id text;

ALTER TABLE access.secrets ADD COLUMN previous bytea;
