-- Where the read models live (the projections make and remake their own tables), and the slots of scheduled jobs.

CREATE SCHEMA views;
CREATE SCHEMA views_next;

-- `shape` is a fingerprint of a projection's tables and fold: another shape means a rebuild.
CREATE TABLE log.checkpoints (
    name text PRIMARY KEY,
    position bigint NOT NULL,
    shape text NOT NULL,
    moved_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE log.job_slots (
    job text NOT NULL,
    slot timestamptz NOT NULL,
    PRIMARY KEY (job, slot)
);
