-- Photos and signatures: the pieces that have come of each, sealed, and which are kept whole in the chosen place.

CREATE SCHEMA blobs;

-- One row for each blob that a technician is sending. `person` is whose key seals its pieces, `received` how many bytes
-- have come; the row is the lock under which the next ones are taken.
CREATE TABLE blobs.uploads (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    sha256 text NOT NULL,
    technician uuid NOT NULL,
    person uuid NOT NULL,
    size integer NOT NULL,
    received integer NOT NULL DEFAULT 0,
    touched_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (sha256, technician)
);
CREATE INDEX uploads_person ON blobs.uploads (person);
CREATE INDEX uploads_touched_at ON blobs.uploads (touched_at);

-- Piece `number` holds the bytes from number × 256 KiB on, 256 KiB of them once it is full.
CREATE TABLE blobs.chunks (
    upload uuid NOT NULL REFERENCES blobs.uploads ON DELETE CASCADE,
    number integer NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (upload, number)
);
ALTER TABLE blobs.chunks ALTER COLUMN sealed SET STORAGE EXTERNAL; -- what is sealed cannot be compressed

-- A row stands before its file is written, so that no file is ever unknown; `kept_at` says that the file is whole.
CREATE TABLE blobs.kept (
    sha256 text NOT NULL,
    person uuid NOT NULL,
    size integer NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    kept_at timestamptz,
    PRIMARY KEY (sha256, person)
);
CREATE INDEX kept_person ON blobs.kept (person);
CREATE INDEX kept_unfinished ON blobs.kept (begun_at) WHERE kept_at IS NULL;

GRANT USAGE ON SCHEMA blobs TO callout_writer;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA blobs TO callout_writer;
