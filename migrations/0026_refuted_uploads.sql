-- How many bytes of an upload have been found not to be the whole blob, so that nobody checks the same ones again.
ALTER TABLE blobs.uploads ADD COLUMN refuted integer NOT NULL DEFAULT -1;
