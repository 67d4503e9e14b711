CREATE OR REPLACE FUNCTION journal.await_seal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO journal.unsealed (stream, key) SELECT TG_TABLE_NAME, r.id::text FROM new_rows r;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER await_seal AFTER INSERT ON journal.fact
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal.await_seal();

CREATE OR REPLACE TRIGGER await_seal AFTER INSERT ON journal.access
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal.await_seal();
