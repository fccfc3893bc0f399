-- Rows that repeat or contest a known operation are found by its id, as the original is.

CREATE INDEX operations_repeated ON log.operations (id) WHERE NOT original;
