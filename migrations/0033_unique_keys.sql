-- Keys that people give (numbers, GTINs, names, serials, message ids) belong to one thing each, at the moment of recording.

-- Who has which key. Personal ones are keyed hashes, and go when their person is erased.
CREATE TABLE log.unique_keys (
    kind text NOT NULL,
    key text NOT NULL,
    holder uuid NOT NULL,
    person uuid,
    PRIMARY KEY (kind, key)
);
CREATE INDEX unique_keys_holder ON log.unique_keys (holder);
CREATE INDEX unique_keys_person ON log.unique_keys (person) WHERE person IS NOT NULL;

-- Things that have a key which is another's: from before keys were unique, and facts, which are never refused.
CREATE TABLE log.key_clashes (
    kind text NOT NULL,
    key text NOT NULL,
    holder uuid NOT NULL,
    person uuid,
    since timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (kind, key, holder)
);
CREATE INDEX key_clashes_holder ON log.key_clashes (holder);
CREATE INDEX key_clashes_person ON log.key_clashes (person) WHERE person IS NOT NULL;

-- The rules by which both tables were filled from the log; no row: they have to be filled.
CREATE TABLE log.key_rules (
    rules integer NOT NULL
);

-- Give back keys of a thing: the next that has clashed with it has them now.
CREATE FUNCTION log.release_keys(holding uuid, of_kind text, keeps text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    freed record;
    heir log.key_clashes;
BEGIN
    DELETE FROM log.key_clashes
    WHERE holder = holding AND (of_kind IS NULL OR kind = of_kind) AND key <> ALL (keeps);
    FOR freed IN
        DELETE FROM log.unique_keys
        WHERE holder = holding AND (of_kind IS NULL OR kind = of_kind) AND key <> ALL (keeps)
        RETURNING kind, key
    LOOP
        DELETE FROM log.key_clashes c USING (
            SELECT kind, key, holder FROM log.key_clashes
            WHERE kind = freed.kind AND key = freed.key
            ORDER BY since, holder
            LIMIT 1
        ) AS oldest
        WHERE c.kind = oldest.kind AND c.key = oldest.key AND c.holder = oldest.holder
        RETURNING c.* INTO heir;
        IF FOUND THEN
            INSERT INTO log.unique_keys VALUES (heir.kind, heir.key, heir.holder, heir.person);
        END IF;
    END LOOP;
END $$;

-- What events do with keys, in their order, in the transaction that records them.
--
-- entries: [{"do": "claim", "kind", "key", "holder", "person", "fact"}, {"do": "release", "kind", "holder", "keeps"},
--           {"do": "own", "holder", "person"}, {"do": "forget", "person"}].
-- A claim of a fact on another's key is noted as a clash; any other is refused with SQLSTATE CK001, whose detail says
-- which entry it was (from 0) and who has the key.
CREATE FUNCTION log.hold_keys(entries json) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    entry record;
    has uuid;
BEGIN
    FOR entry IN
        SELECT e.*
        FROM ROWS FROM (
            json_to_recordset(entries) AS (
                "do" text, kind text, key text, holder uuid, person uuid, fact boolean, keeps text[]
            )
        ) WITH ORDINALITY AS e("do", kind, key, holder, person, fact, keeps, nth)
        ORDER BY e.nth
    LOOP
        CASE entry."do"
            WHEN 'claim' THEN
                INSERT INTO log.unique_keys VALUES (entry.kind, entry.key, entry.holder, entry.person)
                ON CONFLICT DO NOTHING;
                IF NOT FOUND THEN
                    SELECT holder INTO has FROM log.unique_keys WHERE kind = entry.kind AND key = entry.key;
                    IF has <> entry.holder AND entry.fact THEN
                        INSERT INTO log.key_clashes VALUES (entry.kind, entry.key, entry.holder, entry.person)
                        ON CONFLICT DO NOTHING;
                    ELSIF has <> entry.holder THEN
                        RAISE EXCEPTION 'the key is taken' USING ERRCODE = 'CK001',
                            DETAIL = json_build_object('entry', entry.nth - 1, 'holder', has)::text;
                    END IF;
                END IF;
            WHEN 'release' THEN
                PERFORM log.release_keys(entry.holder, entry.kind, coalesce(entry.keeps, '{}'));
            WHEN 'own' THEN
                UPDATE log.unique_keys SET person = entry.person WHERE holder = entry.holder AND person = holder;
                UPDATE log.key_clashes SET person = entry.person WHERE holder = entry.holder AND person = holder;
            WHEN 'forget' THEN
                PERFORM log.release_keys(holder, kind, '{}') FROM (
                    SELECT DISTINCT holder, kind FROM log.unique_keys WHERE person = entry.person
                    UNION
                    SELECT DISTINCT holder, kind FROM log.key_clashes WHERE person = entry.person
                ) AS theirs;
        END CASE;
    END LOOP;
END $$;

-- The next number for a work order that no other has; readable, not gapless.
CREATE FUNCTION log.next_work_order_number() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    number text;
BEGIN
    LOOP
        number := nextval('log.work_order_number')::text;
        number := 'W-' || lpad(number, greatest(6, length(number)), '0');
        EXIT WHEN NOT EXISTS (
            SELECT FROM log.unique_keys WHERE kind = 'work_order_number' AND key = lower(number)
        );
    END LOOP;
    RETURN number;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON log.unique_keys, log.key_clashes, log.key_rules TO callout_writer;
GRANT SELECT ON log.unique_keys, log.key_clashes, log.key_rules TO callout_reader;
REVOKE EXECUTE ON FUNCTION log.release_keys, log.hold_keys, log.next_work_order_number FROM PUBLIC;
GRANT EXECUTE ON FUNCTION log.release_keys, log.hold_keys, log.next_work_order_number TO callout_writer;

-- What these logins look like is worked out anew when they are compared: more look-alikes are known now.
UPDATE access.passwords SET skeleton = NULL WHERE skeleton ~ '[^ -~]|  ';
