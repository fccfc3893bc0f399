-- How many bytes of an upload have been found not to be the whole blob, so that nobody checks the same ones again.
ALTER TABLE blobs.uploads ADD COLUMN refuted integer NOT NULL DEFAULT -1;

-- Facts that were recorded although something did not fit, to be found by what it was.
CREATE INDEX operations_conflicted ON log.operations (first_position) WHERE status = 'conflicted';
