CREATE OR REPLACE FUNCTION inventory.keep_rules()
 RETURNS trigger
 LANGUAGE plpgsql
AS $$
DECLARE
  r inventory.selling_rule := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
  -- An upsert comes here twice; what it changes is noted the second time.
  IF TG_OP = 'INSERT' AND EXISTS (SELECT 1 FROM inventory.selling_rule x
      WHERE (x.store_id, x.sku_id, x.channel) = (NEW.store_id, NEW.sku_id, NEW.channel)) THEN
    RETURN NEW;
  END IF;
  -- Only a rule that differs from the last is a new version; an upsert of the same is none.
  IF TG_OP = 'UPDATE' AND (NEW.safety, NEW.few_below, NEW.closed) = (OLD.safety, OLD.few_below, OLD.closed) THEN
    NEW.version := OLD.version;
    RETURN NEW;
  END IF;
  r.version := 1 + coalesce((SELECT max(v.version) FROM inventory.selling_rule_version v
    WHERE (v.store_id, v.sku_id, v.channel) = (r.store_id, r.sku_id, r.channel)), 0);
  INSERT INTO inventory.selling_rule_version (store_id, sku_id, channel, version, safety, few_below, closed, removed)
  VALUES (r.store_id, r.sku_id, r.channel, r.version, r.safety, r.few_below, r.closed, TG_OP = 'DELETE');
  RETURN r;
END $$;
