-- Asking the log by device, person, matter and time.

CREATE INDEX events_device ON log.events (device, position) WHERE device IS NOT NULL;
CREATE INDEX events_actor ON log.events (actor, position) WHERE actor IS NOT NULL;
CREATE INDEX events_correlation ON log.events (correlation_id, position) WHERE correlation_id IS NOT NULL;
CREATE INDEX events_occurred_at ON log.events USING brin (occurred_at);
