-- What an erasure asks about operations that were put aside, noted once for each event by a follower of the log.

-- Ids that lead to a customer: of the streams and operations in whose events they are named, and of their sites. A row
-- whose id is the customer's own says that they are erased. `position` is where it was found.
CREATE TABLE log.customer_ids (
    customer uuid NOT NULL,
    id uuid NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (customer, id)
);
CREATE INDEX customer_ids_id ON log.customer_ids (id);
CREATE INDEX customer_ids_position ON log.customer_ids (position);
GRANT SELECT ON log.customer_ids TO callout_writer, callout_projector;
GRANT INSERT ON log.customer_ids TO callout_writer;

-- Which ids the text names that was put aside at a position, and under whose key it is sealed, until that is destroyed.
-- `operation` is its own id unless that belongs to another operation; `tries` counts how often a text was not opened
-- for want of its master key, and is null for one that was.
CREATE TABLE log.text_ids (
    position bigint PRIMARY KEY,
    person uuid NOT NULL,
    operation uuid,
    ids uuid[] NOT NULL,
    tries integer
);
CREATE INDEX text_ids_person ON log.text_ids (person);
CREATE INDEX text_ids_operation ON log.text_ids (operation) WHERE operation IS NOT NULL;
CREATE INDEX text_ids_tries ON log.text_ids (tries, position) WHERE tries IS NOT NULL;
CREATE INDEX text_ids_ids ON log.text_ids USING gin (ids) WITH (fastupdate = off);
GRANT SELECT ON log.text_ids TO callout_writer, callout_projector;
GRANT INSERT, UPDATE, DELETE ON log.text_ids TO callout_writer;
