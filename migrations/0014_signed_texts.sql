-- What devices have signed: the text of each operation that was recorded or refused, sealed, beside its hash and signature.

-- `sealed` (base64) opens with the keys of all `persons`, the last one first; null when one of them had been erased
-- before. Texts of operations that were put aside stand in their events.
CREATE TABLE log.signed_texts (
    operation uuid NOT NULL,
    content_hash text NOT NULL,
    signature text,
    persons uuid[] NOT NULL,
    key_ids text[] NOT NULL,
    sealed text,
    PRIMARY KEY (operation, content_hash)
);
CREATE TRIGGER signed_texts_are_kept BEFORE UPDATE OR DELETE ON log.signed_texts
    FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
CREATE TRIGGER signed_texts_are_not_truncated BEFORE TRUNCATE ON log.signed_texts
    FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
ALTER TABLE log.signed_texts ENABLE ALWAYS TRIGGER signed_texts_are_kept;
ALTER TABLE log.signed_texts ENABLE ALWAYS TRIGGER signed_texts_are_not_truncated;
GRANT SELECT ON log.signed_texts TO callout_writer, callout_projector, callout_reader;
GRANT INSERT ON log.signed_texts TO callout_writer;
