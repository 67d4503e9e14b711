CREATE OR REPLACE FUNCTION inventory.note_product()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  INSERT INTO inventory.notice (sku_id) SELECT id FROM catalog.sku WHERE product_id = NEW.id;
  RETURN NULL;
END $$;
