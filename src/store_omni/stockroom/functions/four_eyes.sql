CREATE OR REPLACE FUNCTION stockroom.four_eyes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM stockroom.count_line x
             WHERE x.store_id = NEW.store_id AND x.count_id = NEW.id AND x.counted_by = NEW.approved_by) THEN
    RAISE EXCEPTION 'who counted does not approve' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
