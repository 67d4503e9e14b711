CREATE OR REPLACE FUNCTION stockroom.mind_short()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  IF NEW.short > 0 THEN
    PERFORM stockroom.open_task(NEW.store_id, NEW.sku_id, 'short', NEW.short, '', 'system', 'system', NULL);
  ELSE
    PERFORM stockroom.close_tasks(NEW.store_id, NEW.sku_id, 'short', 'gone', 'infinity', 'system', 'system', NULL);
  END IF;
  RETURN NULL;
END $$;
