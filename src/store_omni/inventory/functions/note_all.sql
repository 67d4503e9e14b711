CREATE OR REPLACE FUNCTION inventory.note_all()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO inventory.notice (sku_id) VALUES (NULL);
  RETURN NULL;
END $$;
