CREATE OR REPLACE FUNCTION inventory.await_seal()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO journal.unsealed (stream, key)
  SELECT TG_TABLE_NAME, concat_ws('/', r.store_id, r.sku_id, r.version) FROM new_rows r;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER await_seal AFTER INSERT ON inventory.ledger_entry
REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION inventory.await_seal();
