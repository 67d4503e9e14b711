CREATE OR REPLACE FUNCTION inventory.note_sku()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
-- The argument names the column that holds the SKU.
DECLARE
  v_row jsonb := to_jsonb(CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END);
BEGIN
  INSERT INTO inventory.notice (sku_id) VALUES ((v_row ->> TG_ARGV[0])::int);
  RETURN NULL;
END $$;
