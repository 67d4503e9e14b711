CREATE OR REPLACE FUNCTION orders.drop_open_shares()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
-- An order that has ended no longer counts against its buyer's caps, whichever command ended it.
BEGIN
  DELETE FROM orders.open_share s WHERE s.order_id = NEW.id;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER drop_open_shares AFTER UPDATE OF state ON orders."order"
  FOR EACH ROW WHEN (OLD.state = 'confirmed' AND NEW.state <> 'confirmed') EXECUTE FUNCTION orders.drop_open_shares();
