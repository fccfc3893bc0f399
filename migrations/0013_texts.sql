-- Which text is meant when something is decided about an operation.

-- Devices remember more than they did, and their states are remade from their events.

DELETE FROM log.snapshots WHERE topic = 'device';

COMMENT ON COLUMN log.operations.incarnation IS
    'Which life of the device''s queue; 0 in the answer that says what became of a text that was held or quarantined.';
COMMENT ON COLUMN log.operations.seq IS
    'The operation''s number in the queue; with incarnation 0 the version, in the device''s stream, of the event that '
    'holds the text. Since operations_seq is unique, nothing is decided twice.';

-- How much of one technician is not complete yet is asked whenever an upload begins.
CREATE INDEX uploads_technician ON blobs.uploads (technician);
