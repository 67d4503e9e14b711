CREATE OR REPLACE FUNCTION payments.refund_four_eyes()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
-- The last word, whoever writes: above the limit nobody refunds alone. Imported history names nobody who asked.
BEGIN
  IF NEW.requested_by IS NOT NULL AND NEW.approved_by IS NULL
     AND NEW.amount_minor > payments.refund_limit(NEW.store_id, NEW.currency) THEN
    RAISE EXCEPTION 'a refund of % % needs a second person', NEW.amount_minor, NEW.currency USING ERRCODE = 'SO091';
  END IF;
  -- The second person is a manager of this store, whatever the program says.
  IF NEW.approved_by IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM staff.account a WHERE a.id = NEW.approved_by AND a.role = 'manager'
      AND (a.store_ids IS NULL OR NEW.store_id = ANY (a.store_ids))) THEN
    RAISE EXCEPTION 'who approves a refund is a manager of its store' USING ERRCODE = 'SO091';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER four_eyes BEFORE INSERT ON payments.refund
  FOR EACH ROW EXECUTE FUNCTION payments.refund_four_eyes();
