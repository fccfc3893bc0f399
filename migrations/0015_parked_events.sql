-- Events that a view could not take in, views that stand still by themselves, and signs of life of the workers.

-- `because` is the view that could not take the event in: `view` itself, or one that it needs.
-- `error` is the class of the error and the place in the code, without any value.
CREATE TABLE log.parked_events (
    view text NOT NULL,
    position bigint NOT NULL,
    because text NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (view, position)
);

-- A stopped view waits for its rebuild; the others go on without it.
ALTER TABLE log.checkpoints ADD COLUMN stopped_at timestamptz;
ALTER TABLE log.checkpoints ADD COLUMN stopped_by text;

-- One row a worker process and part of it, each renewed every few seconds.
CREATE TABLE log.heartbeats (
    worker text NOT NULL,
    part text NOT NULL,
    beaten_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (worker, part)
);

GRANT SELECT ON log.parked_events, log.heartbeats TO callout_writer, callout_projector, callout_reader;
GRANT INSERT, UPDATE, DELETE ON log.parked_events, log.heartbeats TO callout_projector;
